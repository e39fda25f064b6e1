import Files
import Recurrent

/// What is known of the rows behind a series: the known columns of its file, the calendar, and what does not change.
struct ComingRows {
  private let task: SeriesTask
  /// The last row, as the model reads it: `[columns]`.
  private let last: [Float]
  private let encoding: SeriesEncoding
  /// The series in its file; `nil` if it is in none.
  private let series: SeriesTable.Series?
  /// How dates are read; `nil` if they are not understood.
  private let calendar: CalendarReading?

  init(
    _ task: SeriesTask, after last: ArraySlice<Float>, by encoding: SeriesEncoding,
    _ series: SeriesTable.Series?, calendar: CalendarReading?
  ) {
    (self.task, self.encoding, self.series) = (task, encoding, series)
    (self.last, self.calendar) = (Array(last), calendar)
  }

  /// The next rows: `[steps, columns]`, as the model reads them, without their features; none if it reads nothing else.
  ///
  /// - Parameter dates: Those of the rows; `nil` if they are not certain.
  /// - Throws: `ConfigurationError` if more is to be forecast than is known ahead.
  func rows(_ steps: Int, dates: [String]?) throws -> [Float] {
    guard task.columnCount > task.features.count else { return [] }
    try checkKnown(steps)
    // Up to the horizon, forecasts are of the last row alone, which says what is ahead of it.
    guard steps > task.horizon else { return [] }
    return try (0..<steps).flatMap { step -> [Float] in
      var row = last
      for (number, column) in task.knownColumns.enumerated() {
        let (lead, own) = number.quotientAndRemainder(dividingBy: task.known.count)
        guard let values = known(step + lead) else { continue }
        row[column] = encoding.scaling.scaled(values[own], column: column)
      }
      guard !task.calendar.isEmpty else { return row }
      for (column, value) in zip(task.calendarColumns, try calendar(at: dates?[step])) {
        row[column] = encoding.scaling.scaled(value, column: column)
      }
      return row
    }
  }

  /// The known columns of a coming row; those of the last one that is known behind it.
  private func known(_ row: Int) -> [Double]? {
    series.flatMap { $0.coming.isEmpty ? nil : $0.coming[min(row, $0.coming.count - 1)].known }
  }

  private func checkKnown(_ steps: Int) throws {
    guard let column = task.known.first else { return }
    guard let series else {
      // The last row of a live stream says what is known as far as the horizon.
      guard steps > task.horizon else { return }
      throw ConfigurationError(
        "column \(column) is known for \(task.horizon) rows ahead; give a file with its values in \(steps) rows whose "
          + "\(task.target) is empty")
    }
    guard series.coming.count < steps else { return }
    let name = series.key.isEmpty ? "" : "series \(series.key), "
    throw FileError(
      .invalid, file: task.file,
      "\(name)column \(column): has values in \(series.coming.count) rows behind the last \(task.target), and \(steps) "
        + "are to be forecast; add rows with an empty \(task.target)")
  }

  private func calendar(at date: String?) throws -> [Double] {
    guard let date, let calendar else {
      throw ConfigurationError(
        "column \(task.date ?? ""): the coming dates are not certain, and the model reads them; give their frequency"
      )
    }
    do throws(DateProblem) {
      return try calendar.values(task.calendar, at: date)
    } catch {
      throw ConfigurationError("column \(task.date ?? ""): \(error)")
    }
  }
}
