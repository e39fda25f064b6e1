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
  }

  /// The target, then what else the model reads.
  let columns: [String]
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

  /// Reads the columns of a task.
  ///
  /// - Throws: `FileError` that names the file, the line and the column.
  init(_ task: SeriesTask) throws {
    columns = task.features
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
    let dates = DateColumn(series.map(\.dates), frequency: task.frequency)
    if let (index, problem) = dates.problem(of: [.disorder]) {
      throw error(problem, series: index, task)
    }
    self.dates = dates
    if task.fillsRows { fillRows(dates) }
  }

  /// What is wrong with a date.
  func error(_ problem: DateProblem, series index: Int, _ task: SeriesTask) -> FileError {
    let (key, lines) = (series[index].key, series[index].lines)
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
      var filled = Series(key: own.key)
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
      try add(
        header.values.map { fields[$0] }, key: header.key.map { fields[$0] },
        date: header.date.map { fields[$0] }, line: line, task)
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
      try add(
        header.values.map { fields[$0] }, key: header.key.map { fields[$0] },
        date: header.date.map { fields[$0] }, line: row + 1, task)
    }
  }

  /// Adds a row.
  private mutating func add(
    _ fields: [String], key: String?, date: String?, line: Int, _ task: SeriesTask
  ) throws {
    func invalid(_ column: String, _ reason: String) -> FileError {
      FileError(.invalid, file: task.file, "line \(line), column \(column): \(reason)")
    }
    let key = (key ?? "").trimmingBlanks
    guard key.isStorable else {
      throw invalid(task.key ?? "", "the name has a NUL, which a checkpoint cannot hold")
    }
    guard date?.isStorable ?? true else {
      throw invalid(task.date ?? "", "the date has a NUL, which a checkpoint cannot hold")
    }
    let known = numbers[ExactText(key)]
    var values: [Double] = []
    for (index, field) in fields.enumerated() {
      let column = columns[index]
      let text = field.trimmingBlanks
      if Self.isMissing(text) {
        switch task.missing {
        case .drop: return
        case .forwardFill:
          guard let known else {
            throw invalid(column, "the value is missing, and there is none before it")
          }
          values.append(series[known].values[series[known].values.count - columns.count + index])
          continue
        case .refuse:
          throw invalid(
            column, "the value is missing; fill such values from the row before, or drop the rows")
        }
      }
      let number = TableNumber(text)
      guard case .value(let value) = number else { throw invalid(column, number.reason(field)) }
      values.append(value)
    }
    let number = known ?? series.count
    if known == nil {
      numbers[ExactText(key)] = number
      series.append(Series(key: key))
    }
    series[number].values += values
    series[number].lines.append(line)
    if let date { series[number].dates.append(date) }
  }
}

/// Where the columns of a task are.
struct SeriesHeader {
  let values: [Int]
  let key: Int?
  let date: Int?

  /// - Throws: `FileError` that names the column which is not there, and those that are.
  init(_ fields: [String], line: Int, _ task: SeriesTask) throws {
    let names = ColumnNames(fields)
    do {
      values = try task.features.map(names.place)
      key = try task.key.map(names.place)
      date = try task.date.map(names.place)
    } catch {
      throw FileError(.invalid, file: task.file, "line \(line): \(error.reason)")
    }
  }
}
