import Files

/// Sequences of a file, with a label each if there are labels.
struct SequenceTable {
  /// What a sequence is made of.
  enum Content: Equatable {
    case text(String)
    /// `[steps, features]`.
    case numbers([Double], features: Int)
  }

  /// What a sequence is for, where the file says so.
  enum Part: String {
    case training, validation, test

    private static let names: [String: Part] = [
      "train": .training, "training": .training, "validation": .validation, "valid": .validation,
      "val": .validation, "dev": .validation, "test": .test,
    ]

    init?(name: String) {
      guard let part = Self.names[name.lowercased()] else { return nil }
      self = part
    }
  }

  /// The columns of a file, or the members of its objects.
  struct Columns {
    /// Where a sequence is; `nil` if it is made of rows.
    var sequence: String?
    /// Its label; `nil` to leave labels out.
    var label: String?
    /// Which part of the data it belongs to; `nil` if the file does not say so.
    var part: String?
    /// Whether a sequence may have no label.
    var labelsMayBeEmpty = false
    /// What is between several labels in a field, to join those of a list.
    var separator: String?
  }

  private(set) var sequences: [Content] = []
  /// As many, or none if no label was asked for.
  private(set) var labels: [String] = []
  /// As many, or none if the file does not say.
  private(set) var parts: [Part] = []
  /// The line of each, for errors.
  private(set) var lines: [Int] = []
  /// What each is called; none if they have no names.
  var keys: [String] = []
  /// The columns that were read, where sequences are made of rows.
  var featureNames: [String] = []
  /// The line of each step, where sequences are made of rows.
  var stepLines: [[Int]] = []
  /// XXH3-64 of the file, in hexadecimal digits; empty of texts that are in no file.
  let digest: String
  let file: String
  /// Whether it is a single text, which has no lines.
  private let isOneText: Bool

  /// Sequences of a file.
  ///
  /// - Parameters:
  ///   - isText: Whether sequences are texts; `nil` to see by the first one.
  ///   - rows: How sequences are made of rows; `nil` if a row has a whole sequence.
  /// - Throws: `FileError` that names file, line and column.
  init(_ file: String, _ columns: Columns, isText: Bool?, rows: SequenceRows? = nil) throws {
    self.file = file
    isOneText = false
    let (text, digest) = try DataFiles([file]).text()
    self.digest = digest
    let isJSON = file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson")
    if let rows {
      guard !isJSON else {
        throw FileError(.invalid, file: file, "is not CSV, as sequences of rows must be")
      }
      try readSteps(text, columns, rows: rows)
    } else if isJSON {
      try readObjects(text, columns, isText: isText)
    } else {
      try readRows(text, columns, isText: isText)
    }
    guard !sequences.isEmpty else {
      throw FileError(.invalid, file: file, "has no sequences")
    }
  }

  /// Sequences that are in no file.
  ///
  /// - Parameters:
  ///   - texts: Texts, or numbers with blanks between.
  ///   - source: What errors call where they are from.
  /// - Throws: `FileError` that names the line, from 1.
  init(_ texts: [String], isText: Bool, source: String) throws {
    (file, digest) = (source, "")
    isOneText = texts.count == 1
    for (index, text) in texts.enumerated() {
      let numbers = isText ? nil : try self.numbers(text, line: index + 1, nil)
      guard isText || numbers != nil else {
        throw invalid(index + 1, nil, "'\(text)' is not a list of numbers")
      }
      try add(
        numbers.map { .numbers($0, features: 1) } ?? .text(text), label: nil, part: nil,
        line: index + 1, Columns())
    }
  }

  var isText: Bool { if case .text = sequences.first { true } else { false } }
  /// The values of a step; 1 of a text.
  var features: Int {
    if case .numbers(_, let features) = sequences.first { features } else { 1 }
  }

  func invalid(_ line: Int, _ column: String?, _ reason: String) -> FileError {
    let place = isOneText ? "" : "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": "
    return FileError(.invalid, file: file, place + reason)
  }

  /// The part of a name.
  ///
  /// - Throws: `FileError` if there is none of that name.
  func part(_ name: String, line: Int, _ column: String?) throws -> Part {
    guard let part = Part(name: name.trimmingBlanks) else {
      throw invalid(line, column, "is '\(name)'; it must be train, validation or test")
    }
    return part
  }

  private mutating func readRows(_ text: String, _ columns: Columns, isText: Bool?) throws {
    var places: (sequence: Int, label: Int?, part: Int?)?
    let sequence = columns.sequence ?? ""
    try CSVRows.read(text, file: file) { line, fields in
      guard let places else {
        let names = ColumnNames(fields)
        do {
          places = (
            try names.place(sequence), try columns.label.map(names.place),
            try columns.part.map(names.place)
          )
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
        label: places.label.map { fields[$0].trimmingBlanks },
        part: places.part.map { try part(fields[$0], line: line, columns.part) }, line: line,
        columns)
    }
  }

  /// Numbers with blanks or semicolons between; `nil` if there is anything else.
  private func numbers(_ field: String, line: Int, _ column: String?) throws -> [Double]? {
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
    _ text: String, _ columns: Columns, isText: Bool?
  ) throws {
    let sequence = columns.sequence ?? ""
    try JSONLines.read(text, file: file) { line, members in
      let content = try self.content(
        try members.member(sequence), line: line, sequence, isText: isText ?? false)
      let label = try columns.label.map { try members.member($0) }
      let part = try columns.part.map { try members.member($0) }
      try add(
        content, label: try label.map { try name($0, line: line, columns) },
        part: part.map { try self.part($0.string ?? $0.text(), line: line, columns.part) },
        line: line, columns)
    }
  }

  /// The label that a member holds, or several in a list.
  private func name(_ value: JSONValue, line: Int, _ columns: Columns) throws -> String {
    guard let separator = columns.separator, let labels = value.array else {
      return value.string ?? value.text()
    }
    let names = labels.map { $0.string ?? $0.text() }
    guard let wrong = names.first(where: { $0.contains(separator) }) else {
      return names.joined(separator: separator)
    }
    throw invalid(
      line, columns.label, "the label '\(wrong)' has the separator '\(separator)' in it")
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

  mutating func add(
    _ content: Content, label: String?, part: Part?, line: Int, _ columns: Columns
  ) throws {
    switch content {
    case .text(let text):
      guard !text.isEmpty else { throw invalid(line, columns.sequence, "the sequence is empty") }
      guard sequences.isEmpty || isText else {
        throw invalid(line, columns.sequence, "is a text; those before are numbers")
      }
    case .numbers(let numbers, let features):
      guard !numbers.isEmpty else { throw invalid(line, columns.sequence, "the sequence is empty") }
      guard sequences.isEmpty || !isText, sequences.isEmpty || features == self.features else {
        throw invalid(
          line, columns.sequence,
          isText
            ? "is numbers; those before are texts"
            : "has \(features) numbers a step; those before have \(self.features)")
      }
    }
    if let label {
      guard !label.isEmpty || columns.labelsMayBeEmpty else {
        throw invalid(line, columns.label, "the label is missing")
      }
      guard label.isStorable else {
        throw invalid(line, columns.label, "the label has a NUL, which a checkpoint cannot hold")
      }
      labels.append(label)
    }
    if let part { parts.append(part) }
    sequences.append(content)
    lines.append(line)
  }

  /// The labels as numbers.
  ///
  /// - Throws: `FileError` that names the first one that is not.
  func numbers(column: String) throws -> [Double] {
    try labels.indices.map { try number($0, column: column) }
  }

  /// A label as a number.
  ///
  /// - Throws: `FileError` if it is not one.
  func number(_ sample: Int, column: String) throws -> Double {
    let number = TableNumber(labels[sample])
    guard case .value(let value) = number else {
      throw invalid(lines[sample], column, number.reason(labels[sample]))
    }
    return value
  }

  /// A sequence as the model reads it: `[timeSteps, features]`.
  ///
  /// - Throws: `FileError` that names the line of a number which float32 does not hold any more when it is
  ///   scaled.
  func encoded(_ number: Int, by encoding: SequenceEncoding, column: String) throws -> [Float] {
    let values = encoding.encoded(sequences[number])
    guard let wrong = values.firstIndex(where: { !$0.isFinite }) else { return values }
    guard stepLines.indices.contains(number) else { throw beyond(lines[number], column) }
    // Padding comes first, and of longer sequences the last steps are taken.
    let step = stepLines[number].count - encoding.timeSteps + wrong / features
    throw beyond(stepLines[number][step], featureNames[wrong % features])
  }

  /// - Throws: `FileError` that names the line if one of its values does not fit into float32.
  func check(_ scaled: [Float], _ number: Int, column: String) throws {
    guard scaled.allSatisfy(\.isFinite) else { throw beyond(lines[number], column) }
  }

  private func beyond(_ line: Int, _ column: String) -> FileError {
    invalid(
      line, column, "is beyond what float32 holds when it is scaled as the training part is")
  }
}
