import Files

extension SeriesTable {
  /// What static columns hold in the series: numbers, or which categories.
  func statics(_ columns: [StaticColumn]) -> [StaticColumn] {
    columns.enumerated().map { index, column in
      column.isNumber
        ? StaticColumn(name: column.name, fields: series.map { $0.statics[index] }) : column
    }
  }

  /// Adds the columns that follow from those of the file: what is known ahead, the calendar, and what does not change
  /// within a series.
  ///
  /// - Throws: `FileError` if dates are not understood, or a series has a category that the model does not know.
  mutating func addColumns(_ task: SeriesTask) throws {
    guard task.columnCount > columns.count else { return }
    let width = columns.count
    var all: [[Double]] = []
    for (index, own) in series.enumerated() {
      let statics = try statics(of: index, task)
      let calendar = try calendar(of: index, task)
      var values: [Double] = []
      for row in 0..<own.values.count / width {
        let first = row * width
        values += own.values[first..<first + task.features.count]
        values += known(at: row, of: index, task)
        if let calendar {
          do throws(DateProblem) {
            values += try calendar.values(task.calendar, at: own.dates[row])
          } catch { throw self.error(error, series: index, task) }
        }
        values += statics
      }
      all.append(values)
    }
    replaceColumns(task.columns, values: all)
  }

  /// The known columns in a row and ahead of it, `[horizon + 1, known]`. Behind the last row that is known they stay as
  /// they are in it.
  private func known(at row: Int, of index: Int, _ task: SeriesTask) -> [Double] {
    guard !task.known.isEmpty else { return [] }
    let (own, width) = (series[index], columns.count)
    let rows = own.values.count / width
    return (row...row + task.horizon).flatMap { row -> [Double] in
      let row = min(row, rows + own.coming.count - 1)
      guard row < rows else { return own.coming[row - rows].known }
      let first = row * width + task.features.count
      return Array(own.values[first..<first + task.known.count])
    }
  }

  private func calendar(of index: Int, _ task: SeriesTask) throws -> CalendarReading? {
    guard !task.calendar.isEmpty else { return nil }
    do throws(DateProblem) {
      return try CalendarReading(series[index].dates, try? dates?.series[index].get())
    } catch {
      throw self.error(error, series: index, task)
    }
  }

  private func statics(of index: Int, _ task: SeriesTask) throws -> [Double] {
    try zip(task.statics, series[index].statics).flatMap { column, field in
      guard let values = column.values(field) else {
        throw FileError(
          .invalid, file: task.file,
          "line \(series[index].lines.first ?? 0), column \(column.name): \(field) is not one that the model knows: "
            + (column.isNumber ? "numbers" : column.categories.joined(separator: ", ")))
      }
      return values
    }
  }
}
