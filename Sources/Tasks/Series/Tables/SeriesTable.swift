import Files

/// Numbers whose rows are points in time, of one series or of several.
struct SeriesTable {
  struct Series {
    /// What its key column holds; empty if there is none.
    let key: String
    /// What its date column holds; empty if there is none.
    var dates: [String] = []
    /// `[rows, columns]`.
    var values: [Double] = []
    /// The line of each row, for errors.
    var lines: [Int] = []
    /// What its static columns hold.
    var statics: [String] = []
    /// The rows behind the last one that are known in part.
    var coming: [ComingRow] = []
  }

  /// A row whose target is not there yet, though the known columns are.
  struct ComingRow {
    /// Those of the known columns.
    let known: [Double]
    /// `nil` if there is no column of dates.
    let date: String?
    let line: Int
  }

  /// The target, then what else the model reads.
  private(set) var columns: [String]
  /// In the order in which their first rows come.
  private(set) var series: [Series] = []
  /// XXH3-64 of the file, in hexadecimal digits.
  let digest: String
  /// How the dates of each series go on; `nil` if there are none.
  private(set) var dates: DateColumn?
  /// The rows that were not in the file, see ``SeriesTask/fillsRows``.
  private(set) var filledRows = 0
  private var numbers: [ExactText: Int] = [:]

  /// What stands for a value that is not there.
  private static let missing: Set<String> = ["", "na", "n/a", "nan", "null", "none", "?"]

  /// All columns that the model of a task reads.
  ///
  /// - Throws: `FileError` that names the file, the line and the column.
  init(_ task: SeriesTask) throws {
    try self.init(reading: task)
    try addColumns(task)
  }

  /// The columns of a task's file, without those that follow from them: see ``addColumns(_:)``.
  ///
  /// - Throws: `FileError` that names the file, the line and the column.
  init(reading task: SeriesTask) throws {
    columns = task.fileColumns
    let isArray = task.file.hasSuffix(".npy") || task.file.contains(".h5:")
    if isArray {
      let path = task.file.hasSuffix(".npy") ? task.file : String(task.file.prefix { $0 != ":" })
      digest = try DataFiles([path]).scan { bytes, _, _ in bytes.count }
      try read(try Tensor(contentsOf: task.file), task)
    } else {
      let (text, digest) = try DataFiles([task.file]).text()
      self.digest = digest
      try read(text, task)
    }
    guard !series.isEmpty else {
      throw FileError(.invalid, file: task.file, "has no rows of numbers")
    }
    guard task.date != nil else { return }
    let dates = DateColumn(
      series.map { $0.dates + $0.coming.compactMap(\.date) }, frequency: task.frequency)
    if let (index, problem) = dates.problem(of: [.disorder]) {
      throw error(problem, series: index, task)
    }
    self.dates = dates
    if task.fillsRows { fillRows(dates) }
  }

  /// What is wrong with a date.
  func error(_ problem: DateProblem, series index: Int, _ task: SeriesTask) -> FileError {
    let key = series[index].key
    let lines = series[index].lines + series[index].coming.map(\.line)
    let line = problem.row.map { lines.indices.contains($0) ? "line \(lines[$0]), " : "" } ?? ""
    let name = line.isEmpty && !key.isEmpty ? "series \(key), " : line
    return FileError(
      .invalid, file: task.file, "\(name)column \(task.date ?? ""): \(problem)",
      remedies: problem.kind == .uncertain ? [.frequency] : [])
  }

  /// Puts the rows that are missing between dates in, with the values of the row before.
  private mutating func fillRows(_ dates: DateColumn) {
    for (index, result) in dates.series.enumerated() {
      guard let sequence = try? result.get(), !sequence.breaks.isEmpty else { continue }
      let own = series[index]
      var filled = own
      (filled.values, filled.dates, filled.lines) = ([], [], [])
      for row in own.dates.indices {
        let values = own.values[row * columns.count..<(row + 1) * columns.count]
        if row > 0 {
          for date in sequence.missing(between: own.dates[row - 1], and: own.dates[row]) {
            filled.values += filled.values.suffix(columns.count)
            filled.dates.append(date)
            filled.lines.append(own.lines[row])
          }
        }
        filled.values += values
        filled.dates.append(own.dates[row])
        filled.lines.append(own.lines[row])
      }
      filledRows += filled.dates.count - own.dates.count
      series[index] = filled
    }
  }

  /// Whether a field stands for a value that is not there.
  static func isMissing(_ field: String) -> Bool { missing.contains(field.lowercased()) }

  /// A series as the model reads it: `[rows, columns]`.
  ///
  /// - Throws: `FileError` that names the line and the column of a value which float32 does not hold any more
  ///   when it is scaled.
  func encoded(_ number: Int, by encoding: SeriesEncoding, file: String) throws -> [Float] {
    let series = series[number]
    let encoded = encoding.encoded(series.values)
    guard let wrong = encoded.firstIndex(where: { !$0.isFinite }) else { return encoded }
    throw FileError(
      .invalid, file: file,
      "line \(series.lines[wrong / columns.count]), column \(columns[wrong % columns.count]): "
        + "\(series.values[wrong]) is beyond what float32 holds when it is scaled as the training part is"
    )
  }

  func rows(of series: Int) -> Int { self.series[series].values.count / columns.count }

  private mutating func read(_ text: String, _ task: SeriesTask) throws {
    var header: SeriesHeader?
    try CSVRows.read(text, file: task.file) { line, fields in
      guard let header else {
        header = try SeriesHeader(fields, line: line, task)
        return
      }
      try add(header.row(fields), line: line, task)
    }
  }

  private mutating func read(_ array: Tensor, _ task: SeriesTask) throws {
    let width = array.shape.count > 1 ? array.shape[1] : 1
    guard (1...2).contains(array.shape.count), width > 0 else {
      throw FileError(
        .invalid, file: task.file, "has shape \(array.shape); a series is [rows, columns]")
    }
    let header = try SeriesHeader((0..<width).map(String.init), line: 1, task)
    for row in 0..<array.values.count / width {
      let fields = array.values[row * width..<(row + 1) * width].map { "\($0)" }
      try add(header.row(fields), line: row + 1, task)
    }
  }

  /// Adds a row.
  private mutating func add(_ row: SeriesHeader.Row, line: Int, _ task: SeriesTask) throws {
    func invalid(_ column: String, _ reason: String, line: Int = line) -> FileError {
      FileError(.invalid, file: task.file, "line \(line), column \(column): \(reason)")
    }
    let key = (row.key ?? "").trimmingBlanks
    for (name, text, column) in [
      ("name", key, task.key), ("date", row.date ?? "", task.date),
    ] + zip(row.statics, task.statics).map({ ("name", $0, $1.name) })
    where !text.isStorable {
      throw invalid(column ?? "", "the \(name) has a NUL, which a checkpoint cannot hold")
    }
    for (field, column) in zip(row.statics, task.statics) where Self.isMissing(field) {
      throw invalid(column.name, "the value is missing; each row says what does not change")
    }
    let known = numbers[ExactText(key)]
    let isComing =
      !task.known.isEmpty && known != nil && row.values.first.map { Self.isMissing($0) } ?? false
    var values: [Double] = []
    for (index, field) in row.values.enumerated() {
      if isComing, index < task.features.count { continue }
      let text = field.trimmingBlanks
      guard Self.isMissing(text) else {
        let number = TableNumber(text)
        guard case .value(let value) = number else {
          throw invalid(columns[index], number.reason(field))
        }
        values.append(value)
        continue
      }
      switch task.missing {
      case .drop where isComing:
        throw invalid(
          columns[index], "the value is missing; rows that are still to come cannot be dropped")
      case .drop: return
      case .forwardFill:
        guard let known else {
          throw invalid(columns[index], "the value is missing, and there is none before it")
        }
        values.append(series[known].newest(index, features: task.features.count, of: columns.count))
      case .refuse: throw invalid(columns[index], Self.missingValue)
      }
    }
    let number = known ?? series.count
    if known == nil {
      numbers[ExactText(key)] = number
      series.append(Series(key: key, statics: row.statics))
    }
    for (column, (one, other)) in zip(task.statics, zip(series[number].statics, row.statics))
    where !one.isExactly(other) {
      throw invalid(column.name, "\(other) in series \(key), which has \(one) above")
    }
    guard !isComing else {
      series[number].coming.append(ComingRow(known: values, date: row.date, line: line))
      return
    }
    if let coming = series[number].coming.first {
      // They did not come last.
      switch task.missing {
      case .refuse: throw invalid(task.target, Self.missingValue, line: coming.line)
      case .drop: series[number].coming = []
      case .forwardFill: series[number].fillComing(features: task.features.count)
      }
    }
    series[number].values += values
    series[number].lines.append(line)
    if let date = row.date { series[number].dates.append(date) }
  }

  private static let missingValue =
    "the value is missing; fill such values from the row before, or drop the rows"

  /// Puts other columns in the place of those of the file.
  mutating func replaceColumns(_ columns: [String], values: [[Double]]) {
    self.columns = columns
    for index in series.indices { series[index].values = values[index] }
  }
}

extension SeriesTable.Series {
  /// The last known value of a column of the file.
  fileprivate func newest(_ column: Int, features: Int, of columns: Int) -> Double {
    guard column >= features, let last = coming.last else {
      return values[values.count - columns + column]
    }
    return last.known[column - features]
  }

  /// Takes the rows without a target for rows whose features are those of the row before.
  fileprivate mutating func fillComing(features: Int) {
    for row in coming {
      let width = features + row.known.count
      values += values.suffix(width).prefix(features) + row.known
      lines.append(row.line)
      if let date = row.date { dates.append(date) }
    }
    coming = []
  }
}
