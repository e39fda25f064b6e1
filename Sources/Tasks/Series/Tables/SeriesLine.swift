import Files

/// A row of a series as a line: the key if there are several series, the target, and the other columns of
/// ``SeriesTask/lineColumns``, with commas between; or in the order that a first line of names gives. It is read as a row of a CSV file is.
struct SeriesLine {
  /// In the order of the task's columns, without those that are missing.
  private(set) var values: [Double?]
  private(set) var key = ""
  /// `nil` where lines have none: only a first line of names can say that they do.
  private(set) var date: String?
  private let task: SeriesTask
  private let columns: [String]
  /// The field of each column, and of the key.
  private var places: [Int]
  private var keyPlace: Int?
  private var datePlace: Int?
  private var fieldCount: Int
  private var fields: [String] = []
  /// What stands between fields; `nil` until a line has shown it.
  private var delimiter: Character?
  private var isFirst = true

  init(_ task: SeriesTask) {
    self.task = task
    columns = task.lineColumns
    values = [Double?](repeating: nil, count: columns.count)
    keyPlace = task.key == nil ? nil : 0
    let first = task.key == nil ? 0 : 1
    places = columns.indices.map { $0 + first }
    fieldCount = places.count + first
  }

  /// Reads a line.
  ///
  /// - Returns: Whether it is a row; otherwise it is empty, or named the columns of the rows behind it.
  /// - Throws: ``LineError`` that names line and column.
  mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, number: Int
  ) throws(LineError) -> Bool {
    guard var text = String(validating: bytes, as: UTF8.self) else {
      throw LineError(line: number, "is not UTF-8")
    }
    // A model of one column is mostly fed plain numbers.
    if fieldCount == 1, case .value(let value) = TableNumber(text) {
      isFirst = false
      values[0] = value
      return true
    }
    if isFirst, text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    guard !text.trimmingBlanks.isEmpty else { return false }
    defer { isFirst = false }
    guard let read = readFields(text) else { throw LineError(line: number, "is not CSV") }
    fields = read
    if isFirst, try readNames(line: number) { return false }
    guard fields.count == fieldCount else {
      throw LineError(
        line: number, "has \(fields.count) columns; \(fieldCount) are expected: \(expected)")
    }
    if let keyPlace {
      key = fields[keyPlace].trimmingBlanks
      guard key.isStorable else {
        throw LineError(
          line: number, column: task.key, "the name has a NUL, which a checkpoint cannot hold")
      }
    }
    if let datePlace {
      guard fields[datePlace].isStorable else {
        throw LineError(
          line: number, column: task.date, "the date has a NUL, which a checkpoint cannot hold")
      }
      date = fields[datePlace]
    }
    for (column, place) in places.enumerated() {
      let field = fields[place].trimmingBlanks
      guard !SeriesTable.isMissing(field) else {
        values[column] = nil
        continue
      }
      let found = TableNumber(field)
      guard case .value(let value) = found else {
        throw LineError(line: number, column: columns[column], found.reason(field))
      }
      values[column] = value
    }
    return true
  }

  /// The fields of a line; the first line with several decides what stands between them.
  private mutating func readFields(_ text: String) -> [String]? {
    if let delimiter { return CSVRows.fields(of: text, delimiter: delimiter) }
    var comma: [String]?
    for delimiter in CSVRows.delimiters {
      guard let fields = CSVRows.fields(of: text, delimiter: delimiter) else { continue }
      if fields.count > 1, fields.count == fieldCount || areNames(ColumnNames(fields)) {
        self.delimiter = delimiter
        return fields
      }
      comma = comma ?? fields
    }
    return comma
  }

  private func areNames(_ names: ColumnNames) -> Bool {
    names.names.firstIndex(exactly: task.target) != nil
      && columns.contains { Double($0) == nil }
  }

  /// Whether the line names the columns.
  private mutating func readNames(line: Int) throws(LineError) -> Bool {
    let names = ColumnNames(fields)
    guard areNames(names) else { return false }
    do {
      var found: [Int] = []
      for name in columns { found.append(try names.place(name)) }
      if let key = task.key { keyPlace = try names.place(key) }
      if let date = task.date, names.names.firstIndex(exactly: date) != nil {
        datePlace = try names.place(date)
      }
      places = found
    } catch {
      throw LineError(line: line, error.reason)
    }
    fieldCount = names.count
    return true
  }

  private var expected: String {
    ((task.key.map { [$0] } ?? []) + columns).joined(separator: ",")
  }
}
