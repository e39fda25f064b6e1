import Files

/// How the rows of a table become sequences: a row for each step (a table in long form).
package struct SequenceRows: Equatable, Sendable {
  /// The column that says which sequence a row belongs to.
  package var key: String
  /// The column that says when a row was, by which the rows of a sequence are sorted; they keep the order of the file
  /// if `nil`.
  package var date: String?
  /// The columns that the model reads. Of a new task none means: all that have no other meaning.
  package var features: [String]

  package init(key: String, date: String? = nil, features: [String] = []) {
    (self.key, self.date, self.features) = (key, date, features)
  }
}

extension SequenceTable {
  /// The rows of one sequence as they are collected.
  private struct Collected {
    struct Row {
      let line: Int
      var date: RowTime?
      let text: String
      let values: [Double]
    }

    let key: String
    var rows: [Row] = []
    var label: String?
    var part: String?
  }

  /// Where columns are.
  private struct Places {
    let key: Int
    let date: Int?
    let label: Int?
    let part: Int?
    let features: [Int]
    let names: [String]

    init(_ fields: [String], _ columns: Columns, rows: SequenceRows) throws {
      let names = ColumnNames(fields)
      key = try names.place(rows.key)
      date = try rows.date.map(names.place)
      label = try columns.label.map(names.place)
      part = try columns.part.map(names.place)
      guard rows.features.isEmpty else {
        self.names = rows.features
        features = try rows.features.map(names.place)
        return
      }
      let taken = [key, date, label, part]
      features = names.names.indices.filter { !taken.contains($0) }
      self.names = features.map { names.names[$0] }
      for name in self.names { _ = try names.place(name) }
    }
  }

  /// Reads a table in long form. Sequences come in the order of their first rows.
  mutating func readSteps(_ text: String, _ columns: Columns, rows: SequenceRows) throws {
    var places: Places?
    var collected: [Collected] = []
    var numbers: [ExactText: Int] = [:]
    try CSVRows.read(text, file: file) { line, fields in
      guard let places else {
        do {
          places = try Places(fields, columns, rows: rows)
        } catch let problem as ColumnNames.Problem {
          throw invalid(line, nil, problem.reason)
        }
        return
      }
      let key = fields[places.key].trimmingBlanks
      guard !key.isEmpty else {
        throw invalid(line, rows.key, "the name of the sequence is missing")
      }
      let number = numbers[ExactText(key)] ?? collected.count
      if number == collected.count {
        numbers[ExactText(key)] = number
        collected.append(Collected(key: key))
      }
      try add(fields, line: line, places, columns, rows, to: &collected[number])
    }
    guard let places else { return }
    guard !places.features.isEmpty else {
      throw FileError(.invalid, file: file, "has no columns for a model to read")
    }
    featureNames = places.names
    if rows.date != nil { try readDates(of: &collected, rows) }
    for sequence in collected { try add(sequence, columns, rows) }
  }

  /// Reads the dates of all rows: how they are written is one thing for the column.
  private func readDates(of collected: inout [Collected], _ rows: SequenceRows) throws {
    let places = collected.indices.flatMap { sequence in
      collected[sequence].rows.indices.map { (sequence, $0) }
    }.sorted { collected[$0.0].rows[$0.1].line < collected[$1.0].rows[$1.1].line }
    guard !places.isEmpty else { return }
    do throws(DateProblem) {
      let times = try DateReading.times(of: places.map { collected[$0.0].rows[$0.1].text })
      for ((sequence, row), time) in zip(places, times) {
        collected[sequence].rows[row].date = time
      }
    } catch {
      let (sequence, row) = places[error.row ?? 0]
      throw invalid(collected[sequence].rows[row].line, rows.date, error.description)
    }
  }

  private func add(
    _ fields: [String], line: Int, _ places: Places, _ columns: Columns, _ rows: SequenceRows,
    to sequence: inout Collected
  ) throws {
    let values = try zip(places.features, places.names).map { place, name in
      let number = TableNumber(fields[place])
      guard case .value(let value) = number else {
        let isMissing = SeriesTable.isMissing(fields[place].trimmingBlanks)
        throw invalid(line, name, isMissing ? "the value is missing" : number.reason(fields[place]))
      }
      return value
    }
    /// A column that says the same in all rows of a sequence.
    func constant(_ place: Int?, _ column: String?, known: String?) throws -> String? {
      guard let place, let column else { return nil }
      let text = fields[place].trimmingBlanks
      guard let known, !known.isExactly(text), let first = sequence.rows.first else { return text }
      throw invalid(
        line, column,
        "is '\(text)'; that of the sequence \(sequence.key) is '\(known)' in line \(first.line)")
    }
    sequence.label = try constant(places.label, columns.label, known: sequence.label)
    sequence.part = try constant(places.part, columns.part, known: sequence.part)
    sequence.rows.append(
      Collected.Row(
        line: line, date: nil, text: places.date.map { fields[$0] } ?? "", values: values))
  }

  private mutating func add(
    _ sequence: Collected, _ columns: Columns, _ rows: SequenceRows
  ) throws {
    var steps = sequence.rows
    if let column = rows.date {
      // Sorting is stable, but two rows of one time have no order.
      steps.sort { one, other in
        if let one = one.date, let other = other.date { one < other } else { false }
      }
      for (before, step) in zip(steps, steps.dropFirst()) {
        guard let first = before.date, let second = step.date, !(first < second) else { continue }
        throw invalid(
          max(before.line, step.line), column,
          "the sequence \(sequence.key) has two rows of \(step.text.trimmingBlanks), the other in "
            + "line \(min(before.line, step.line))")
      }
    }
    let line = sequence.rows[0].line
    try add(
      .numbers(steps.flatMap(\.values), features: featureNames.count), label: sequence.label,
      part: sequence.part.map { try part($0, line: line, columns.part) }, line: line, columns)
    keys.append(sequence.key)
    stepLines.append(steps.map(\.line))
  }
}
