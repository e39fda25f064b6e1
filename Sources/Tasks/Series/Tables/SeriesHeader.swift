import Files

/// Where the columns of a task are.
struct SeriesHeader {
  /// The fields of a row.
  struct Row {
    /// Of ``SeriesTask/fileColumns``.
    let values: [String]
    let statics: [String]
    let key: String?
    let date: String?
  }

  private let values: [Int]
  private let statics: [Int]
  private let key: Int?
  private let date: Int?

  /// - Throws: `FileError` that names the column which is not there, and those that are.
  init(_ fields: [String], line: Int, _ task: SeriesTask) throws {
    let names = ColumnNames(fields)
    do {
      values = try task.fileColumns.map(names.place)
      statics = try task.statics.map(\.name).map(names.place)
      key = try task.key.map(names.place)
      date = try task.date.map(names.place)
    } catch {
      throw FileError(.invalid, file: task.file, "line \(line): \(error.reason)")
    }
  }

  func row(_ fields: [String]) -> Row {
    Row(
      values: values.map { fields[$0] }, statics: statics.map { fields[$0].trimmingBlanks },
      key: key.map { fields[$0] }, date: date.map { fields[$0] })
  }
}
