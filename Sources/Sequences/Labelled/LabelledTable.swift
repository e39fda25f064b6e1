import Checkpoints
import Recurrent

/// Sequences of a file with their labels.
struct LabelledTable {
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
  /// - Throws: `CheckpointError` that names file, line and column.
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
      throw CheckpointError(.invalid, file: file, "has no sequences")
    }
  }

  var isText: Bool { if case .text = sequences[0] { true } else { false } }
  /// The values of a step; 1 of a text.
  var features: Int { if case .numbers(_, let features) = sequences[0] { features } else { 1 } }

  private func invalid(_ line: Int, _ column: String?, _ reason: String) -> CheckpointError {
    CheckpointError(
      .invalid, file: file, "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": " + reason
    )
  }

  private mutating func readRows(
    _ text: String, sequence: String, label: String?, isText: Bool?
  ) throws {
    var places: (count: Int, sequence: Int, label: Int?)?
    try CSVRows.read(text, file: file) { line, fields in
      guard let places else {
        let names = fields.map(\.trimmingBlanks)
        func place(_ name: String) throws -> Int {
          guard let place = names.firstIndex(of: name) else {
            throw invalid(
              line, nil, "has no column \(name); there are \(names.joined(separator: ", "))")
          }
          return place
        }
        places = (names.count, try place(sequence), try label.map(place))
        return
      }
      guard fields.count == places.count else {
        throw invalid(
          line, nil, "has \(fields.count) columns; the first line has \(places.count)")
      }
      let field = fields[places.sequence]
      let wanted = isText ?? (sequences.isEmpty ? nil : self.isText)
      let numbers = wanted == true ? nil : Self.numbers(field)
      if wanted == false, numbers == nil {
        throw invalid(line, sequence, "'\(field)' are not numbers (see --level)")
      }
      try add(
        numbers.map { .numbers($0, features: 1) } ?? .text(field),
        label: places.label.map { fields[$0].trimmingBlanks }, line: line, sequence, label)
    }
  }

  /// Numbers with blanks or semicolons between; `nil` if there is anything else.
  private static func numbers(_ field: String) -> [Double]? {
    let parts = field.split { $0.isWhitespace || $0 == ";" }
    let numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    return numbers.count == parts.count && !numbers.isEmpty ? numbers : nil
  }

  private mutating func readObjects(
    _ text: String, sequence: String, label: String?, isText: Bool?
  ) throws {
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated() where !line.allSatisfy(\.isWhitespace)
    {
      let number = index + 1
      guard let object = JSONValue(text: String(line)), case .object(let members) = object else {
        throw invalid(number, nil, "is not a JSON object")
      }
      func member(_ name: String) throws -> JSONValue {
        guard let member = members[name], member != .null else {
          let names = members.keys.sorted().joined(separator: ", ")
          throw invalid(number, nil, "has no member \(name); there are \(names)")
        }
        return member
      }
      let content = try self.content(
        try member(sequence), line: number, sequence, isText: isText ?? false)
      let name = try label.map { try member($0) }
      try add(
        content, label: name.map { $0.string ?? $0.text() }, line: number, sequence, label)
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
    let numbers = rows.flatMap { $0.compactMap(\.double) }.filter(\.isFinite)
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
      labels.append(label)
    }
    sequences.append(content)
    lines.append(line)
  }

  /// The labels as numbers.
  ///
  /// - Throws: `CheckpointError` that names the first one that is none.
  func numbers(column: String) throws -> [Double] {
    try zip(labels, lines).map { label, line in
      guard let number = Double(label), number.isFinite else {
        throw invalid(line, column, "'\(label)' is not a number")
      }
      return number
    }
  }
}
