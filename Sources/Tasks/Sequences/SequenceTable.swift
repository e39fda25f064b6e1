import Files

/// Sequences of a file, with a label each if there are labels.
struct SequenceTable {
  /// What a sequence is made of.
  enum Content: Equatable {
    case text(String)
    /// `[steps, features]`.
    case numbers([Double], features: Int)
  }

  private(set) var sequences: [Content] = []
  /// As many, or none if no label was asked for.
  private(set) var labels: [String] = []
  /// The line of each, for errors.
  private(set) var lines: [Int] = []
  /// XXH3-64 of the file, in hexadecimal digits.
  let digest: String
  let file: String

  /// - Parameters:
  ///   - label: The column of the labels; `nil` to leave them out.
  ///   - isText: Whether sequences are texts; `nil` to see by the first one.
  /// - Throws: `FileError` that names file, line and column.
  init(_ file: String, sequence: String, label: String?, isText: Bool?) throws {
    self.file = file
    let (text, digest) = try DataFiles([file]).text()
    self.digest = digest
    let isJSON = file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson")
    if isJSON {
      try readObjects(text, sequence: sequence, label: label, isText: isText)
    } else {
      try readRows(text, sequence: sequence, label: label, isText: isText)
    }
    guard !sequences.isEmpty else {
      throw FileError(.invalid, file: file, "has no sequences")
    }
  }

  var isText: Bool { if case .text = sequences[0] { true } else { false } }
  /// The values of a step; 1 of a text.
  var features: Int { if case .numbers(_, let features) = sequences[0] { features } else { 1 } }

  private func invalid(_ line: Int, _ column: String?, _ reason: String) -> FileError {
    FileError(
      .invalid, file: file, "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": " + reason
    )
  }

  private mutating func readRows(
    _ text: String, sequence: String, label: String?, isText: Bool?
  ) throws {
    var places: (sequence: Int, label: Int?)?
    try CSVRows.read(text, file: file) { line, fields in
      guard let places else {
        let names = ColumnNames(fields)
        do {
          places = (try names.place(sequence), try label.map(names.place))
        } catch let problem as ColumnNames.Problem {
          throw invalid(line, nil, problem.reason)
        }
        return
      }
      let field = fields[places.sequence]
      let wanted = isText ?? (sequences.isEmpty ? nil : self.isText)
      let numbers = wanted == true ? nil : try self.numbers(field, line: line, sequence)
      if wanted == false, numbers == nil {
        throw invalid(line, sequence, "'\(field)' is not a list of numbers")
      }
      try add(
        numbers.map { .numbers($0, features: 1) } ?? .text(field),
        label: places.label.map { fields[$0].trimmingBlanks }, line: line, sequence, label)
    }
  }

  /// Numbers with blanks or semicolons between; `nil` if there is anything else.
  private func numbers(_ field: String, line: Int, _ column: String) throws -> [Double]? {
    let parts = field.split { $0.isWhitespace || $0 == ";" }
    let found = parts.map { TableNumber($0) }
    guard !found.isEmpty, !found.contains(.none) else { return nil }
    return try zip(parts, found).map { part, number in
      guard case .value(let value) = number else {
        throw invalid(line, column, number.reason(part))
      }
      return value
    }
  }

  private mutating func readObjects(
    _ text: String, sequence: String, label: String?, isText: Bool?
  ) throws {
    try JSONLines.read(text, file: file) { line, members in
      let content = try self.content(
        try members.member(sequence), line: line, sequence, isText: isText ?? false)
      let name = try label.map { try members.member($0) }
      try add(content, label: name.map { $0.string ?? $0.text() }, line: line, sequence, label)
    }
  }

  private func content(
    _ value: JSONValue, line: Int, _ column: String, isText: Bool
  ) throws -> Content {
    if let text = value.string { return .text(text) }
    guard !isText, let steps = value.array else {
      throw invalid(line, column, "is neither a text nor a list of numbers")
    }
    let rows = steps.map { $0.array ?? [$0] }
    let features = rows.first?.count ?? 1
    let numbers = rows.flatMap { $0.compactMap(\.double) }
    if let number = numbers.first(where: { !Float($0).isFinite }) {
      throw invalid(line, column, TableNumber.beyond.reason("\(number)"))
    }
    guard features > 0, rows.allSatisfy({ $0.count == features }),
      numbers.count == rows.count * features
    else {
      throw invalid(line, column, "is not a list of numbers, or of equally long lists of them")
    }
    return .numbers(numbers, features: features)
  }

  private mutating func add(
    _ content: Content, label: String?, line: Int, _ sequenceColumn: String, _ labelColumn: String?
  ) throws {
    switch content {
    case .text(let text):
      guard !text.isEmpty else { throw invalid(line, sequenceColumn, "the sequence is empty") }
      guard sequences.isEmpty || isText else {
        throw invalid(line, sequenceColumn, "is a text; those before are numbers")
      }
    case .numbers(let numbers, let features):
      guard !numbers.isEmpty else { throw invalid(line, sequenceColumn, "the sequence is empty") }
      guard sequences.isEmpty || !isText, sequences.isEmpty || features == self.features else {
        throw invalid(
          line, sequenceColumn,
          isText
            ? "is numbers; those before are texts"
            : "has \(features) numbers a step; those before have \(self.features)")
      }
    }
    if let label {
      guard !label.isEmpty else { throw invalid(line, labelColumn, "the label is missing") }
      guard label.isStorable else {
        throw invalid(line, labelColumn, "the label has a NUL, which a checkpoint cannot hold")
      }
      labels.append(label)
    }
    sequences.append(content)
    lines.append(line)
  }

  /// The labels as numbers.
  ///
  /// - Throws: `FileError` that names the first one that is not.
  func numbers(column: String) throws -> [Double] {
    try zip(labels, lines).map { label, line in
      let number = TableNumber(label)
      guard case .value(let value) = number else {
        throw invalid(line, column, number.reason(label))
      }
      return value
    }
  }

  /// A sequence as the model reads it: `[timeSteps, features]`.
  ///
  /// - Throws: `FileError` that names the line of a number which float32 does not hold any more when it is
  ///   scaled.
  func encoded(_ number: Int, by encoding: SequenceEncoding, column: String) throws -> [Float] {
    let values = encoding.encoded(sequences[number])
    try check(values, number, column: column)
    return values
  }

  /// - Throws: `FileError` that names the line if one of its values does not fit into float32.
  func check(_ scaled: [Float], _ number: Int, column: String) throws {
    guard scaled.allSatisfy(\.isFinite) else {
      throw invalid(
        lines[number], column,
        "is beyond what float32 holds when it is scaled as the training part is")
    }
  }
}
