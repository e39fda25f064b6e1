import Checkpoints

/// A row of a series as a line: the key if there are several series, the target, and the other columns, with commas
/// between; or in the order that a first line of names gives.
struct SeriesLine {
  /// In the order of the task's columns, without those that are missing.
  private(set) var values: [Double?]
  private(set) var key = ""
  private let task: SeriesTask
  /// The field of each column, and of the key.
  private var places: [Int]
  private var keyPlace: Int?
  private var fieldCount: Int
  private var fields: [Substring] = []

  init(_ task: SeriesTask) {
    self.task = task
    values = [Double?](repeating: nil, count: task.features.count)
    keyPlace = task.key == nil ? nil : 0
    let first = task.key == nil ? 0 : 1
    places = task.features.indices.map { $0 + first }
    fieldCount = places.count + first
  }

  /// Reads a line.
  ///
  /// - Returns: Whether it is a row; otherwise it named the columns of the rows behind it.
  /// - Throws: ``LineError`` that names line and column.
  mutating func read(
    _ bytes: UnsafeBufferPointer<UInt8>, number: Int
  ) throws(LineError) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self)
    // A model of one column is mostly fed plain numbers.
    if fieldCount == 1, let value = Double(text), value.isFinite {
      values[0] = value
      return true
    }
    fields = text.split(separator: ",", omittingEmptySubsequences: false)
    if number == 1, try readNames() { return false }
    guard fields.count == fieldCount else {
      throw LineError(
        line: number, "has \(fields.count) columns; \(fieldCount) are expected: \(expected)")
    }
    if let keyPlace { key = String(fields[keyPlace]).trimmingBlanks }
    for (column, place) in places.enumerated() {
      let field = String(fields[place]).trimmingBlanks
      guard !SeriesTable.isMissing(field) else {
        values[column] = nil
        continue
      }
      guard let value = Double(field), value.isFinite else {
        throw LineError(
          line: number, column: task.features[column], "'\(field)' is not a number")
      }
      values[column] = value
    }
    return true
  }

  /// Whether the line names the columns.
  private mutating func readNames() throws(LineError) -> Bool {
    let names = fields.map { String($0).trimmingBlanks }
    guard names.contains(task.target), task.features.contains(where: { Double($0) == nil }) else {
      return false
    }
    func place(_ name: String) throws(LineError) -> Int {
      guard let place = names.firstIndex(of: name) else {
        throw LineError(
          line: 1, "has no column \(name); there are \(names.joined(separator: ", "))")
      }
      return place
    }
    var found: [Int] = []
    for name in task.features { found.append(try place(name)) }
    if let key = task.key { keyPlace = try place(key) }
    places = found
    fieldCount = names.count
    return true
  }

  private var expected: String {
    ((task.key.map { [$0] } ?? []) + task.features).joined(separator: ",")
  }
}
