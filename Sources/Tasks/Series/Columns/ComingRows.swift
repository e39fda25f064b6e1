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
  /// The last dates that are known.
  private let dates: [String]

  init(
    _ task: SeriesTask, after last: ArraySlice<Float>, by encoding: SeriesEncoding,
    _ series: SeriesTable.Series?, dates: [String]
  ) {
    (self.task, self.encoding, self.series) = (task, encoding, series)
    (self.last, self.dates) = (Array(last), dates)
  }

  /// The next rows: `[steps, columns]`, as the model reads them, without their features; none if it reads nothing else.
  ///
  /// - Parameter coming: The dates of the rows; `nil` if they are not certain.
  /// - Throws: `ConfigurationError` if more is to be forecast than is known ahead.
  func rows(_ steps: Int, dates coming: [String]?) throws -> [Float] {
    guard task.columnCount > task.features.count else { return [] }
    try checkKnown(steps)
    // Up to the horizon, forecasts are of the last row alone, which says what is ahead of it.
    guard steps > task.horizon else { return [] }
    let calendar = try task.calendar.isEmpty ? [] : calendar(at: coming)
    return (0..<steps).flatMap { step -> [Float] in
      var row = last
      for (number, column) in task.knownColumns.enumerated() {
        let (lead, own) = number.quotientAndRemainder(dividingBy: task.known.count)
        guard let values = known(step + lead) else { continue }
        row[column] = encoding.scaling.scaled(values[own], column: column)
      }
      for (column, value) in zip(task.calendarColumns, calendar.isEmpty ? [] : calendar[step]) {
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

  /// What the dates of the rows say.
  private func calendar(at coming: [String]?) throws -> [[Double]] {
    guard let coming else {
      throw ConfigurationError(
        "column \(task.date ?? ""): the coming dates are not certain, and the model reads them; give their frequency"
      )
    }
    do throws(DateProblem) {
      let reading = try CalendarReading(
        dates, try? DateSequence(dates, frequency: task.frequency))
      var values: [[Double]] = []
      for date in coming { values.append(try reading.values(task.calendar, at: date)) }
      return values
    } catch {
      throw ConfigurationError("column \(task.date ?? ""): \(error)")
    }
  }
}
