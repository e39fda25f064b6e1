import Files

/// Sequences of a file with a tag for each step.
///
/// The file is a CSV table whose fields are words with blanks between, or a text, tags with blanks between; lines of
/// JSON objects, whose members are a text, or lists of words, numbers or equally long lists of numbers, and a list of
/// tags; columns as the CoNLL shared tasks have them, a step a line, an empty line behind each sequence; or, where no
/// tags are needed, plain lines.
struct TagTable {
  /// What the steps of a sequence are.
  enum Steps: Equatable {
    case symbols([String])
    /// `[steps, features]`.
    case numbers([Double], features: Int)

    var count: Int {
      switch self {
      case .symbols(let symbols): symbols.count
      case .numbers(let numbers, let features): numbers.count / features
      }
    }
  }

  struct Sequence {
    let steps: Steps
    /// One for each step; empty if none were asked for.
    let tags: [String]
    /// For errors.
    let line: Int
  }

  private(set) var sequences: [Sequence] = []
  /// What a step of a text is; `nil` if steps are numbers.
  private(set) var level: TextTask.Level?
  /// The values of a step; 1 of symbols.
  private(set) var features = 1
  /// XXH3-64 of the file, in hexadecimal digits.
  let digest: String
  let file: String
  /// Whether ``level`` and ``features`` are known.
  private var isKnown: Bool

  /// How a file says what it is.
  private enum Layout {
    case table, objects, columns, lines

    init(of file: String) {
      let name = file.lowercased()
      func ends(_ suffixes: [String]) -> Bool { suffixes.contains(where: name.hasSuffix) }
      if ends([".jsonl", ".ndjson"]) {
        self = .objects
      } else if ends([".conll", ".conllu", ".bio", ".iob"]) {
        self = .columns
      } else if file == DataFiles.standardInput || ends([".txt"]) {
        self = .lines
      } else {
        self = .table
      }
    }
  }

  /// Whether the file has columns with numbers in the place of names.
  static func hasNumberedColumns(_ file: String) -> Bool {
    if case .columns = Layout(of: file) { true } else { false }
  }

  /// Whether the file has the columns of Universal Dependencies.
  static func isCoNLLU(_ file: String) -> Bool { file.lowercased().hasSuffix(".conllu") }

  /// Whether a plain line has no steps.
  static func isBlank(_ line: some StringProtocol, level: TextTask.Level?) -> Bool {
    level == .character ? line.isEmpty : line.allSatisfy(\.isWhitespace)
  }

  /// - Parameters:
  ///   - sequence: The column of the steps.
  ///   - tags: The column of the tags; `nil` to leave them out.
  ///   - known: What is known of the steps; `nil` to see by the first sequence, which takes tags.
  /// - Throws: `FileError` that names file, line and column.
  init(
    _ file: String, sequence: String, tags: String?,
    known: (level: TextTask.Level?, features: Int)? = nil, level: TextTask.Level? = nil
  ) throws {
    self.file = file
    isKnown = known != nil || level != nil
    self.level = known?.level ?? level
    features = known?.features ?? 1
    let (text, digest) = try DataFiles([file]).text()
    self.digest = digest
    switch Layout(of: file) {
    case .table: try readRows(text, sequence: sequence, tags: tags)
    case .objects: try readObjects(text, sequence: sequence, tags: tags)
    case .columns: try readColumns(text, sequence: sequence, tags: tags)
    case .lines: try readLines(text, tags: tags)
    }
    guard !sequences.isEmpty else {
      throw FileError(.invalid, file: file, "has no sequences")
    }
  }

  /// A line of a stream.
  ///
  /// - Throws: `FileError` if it is not a sequence of what is known.
  init(line: String, known: (level: TextTask.Level?, features: Int)) throws {
    (file, digest, isKnown) = ("", "", true)
    (level, features) = known
    try add(.string(line), tags: nil, line: 1, "", nil)
  }

  /// The only sequence of a line.
  var only: Steps? { sequences.first?.steps }

  func invalid(_ line: Int, _ column: String?, _ reason: String) -> FileError {
    let column = column.flatMap { $0.isEmpty ? nil : ", column \($0)" } ?? ""
    // Whoever reads a stream knows which line it is.
    let place = file.isEmpty ? "" : "line \(line)\(column): "
    return FileError(.invalid, file: file, place + reason)
  }

  private mutating func readRows(_ text: String, sequence: String, tags: String?) throws {
    var places: (sequence: Int, tags: Int?)?
    try CSVRows.read(text, file: file) { line, fields in
      guard let found = places else {
        let names = ColumnNames(fields)
        do {
          places = (try names.place(sequence), try tags.map(names.place))
        } catch let problem as ColumnNames.Problem {
          throw invalid(line, nil, problem.reason)
        }
        return
      }
      let words = found.tags.map { Self.words(fields[$0]) }
      try add(.string(fields[found.sequence]), tags: words, line: line, sequence, tags)
    }
  }

  private mutating func readObjects(_ text: String, sequence: String, tags: String?) throws {
    try JSONLines.read(text, file: file) { line, members in
      let words = try tags.map { name -> [String] in
        let value = try members.member(name)
        if let text = value.string { return Self.words(text) }
        guard let list = value.array else {
          throw invalid(line, name, "is neither a list of tags nor a text of them")
        }
        return try list.map { tag in
          switch tag {
          case .string(let text): return text
          case .integer, .number, .bool: return tag.text()
          default: throw invalid(line, name, "\(tag.text()) is not a tag")
          }
        }
      }
      try add(try members.member(sequence), tags: words, line: line, sequence, tags)
    }
  }

  private mutating func readColumns(_ text: String, sequence: String, tags: String?) throws {
    let places = (try column(sequence), try tags.map(column))
    let isCoNLLU = Self.isCoNLLU(file)
    var (symbols, found, first) = ([JSONValue](), [String](), 1)
    func end() throws {
      guard !symbols.isEmpty else { return }
      try add(
        .array(symbols), tags: tags == nil ? nil : found, line: first, sequence, tags)
      (symbols, found) = ([], [])
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() {
      let hasTabs = line.contains("\t")
      let fields =
        hasTabs
        ? line.split(separator: "\t", omittingEmptySubsequences: false)
        : line.unicodeScalars.split { $0 == " " }.map(Substring.init)
      guard !line.allSatisfy(\.isWhitespace) else {
        try end()
        continue
      }
      // Comments, and what CoNLL-U has for words of several tokens and for words that are not there.
      let isAside =
        line.hasPrefix("-DOCSTART-")
        || isCoNLLU
          && (line.hasPrefix("#") || fields[0].contains { $0 == "-" || $0 == "." })
      if isAside { continue }
      if symbols.isEmpty { first = index + 1 }
      for place in [places.0, places.1].compactMap({ $0 }) where !fields.indices.contains(place) {
        throw invalid(index + 1, nil, "has \(fields.count) columns, and no column \(place + 1)")
      }
      symbols.append(.string(String(fields[places.0])))
      if let place = places.1 { found.append(String(fields[place])) }
    }
    try end()
  }

  /// The place of a column that is given by its number.
  private func column(_ text: String) throws -> Int {
    guard let number = Int(text), number >= 1 else {
      throw FileError(
        .invalid, file: file, "its columns are numbered from 1; '\(text)' is not such a number")
    }
    return number - 1
  }

  private mutating func readLines(_ text: String, tags: String?) throws {
    if let tags {
      throw FileError(.invalid, file: file, "is plain text, which has no column \(tags)")
    }
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in lines.enumerated() where !Self.isBlank(line, level: level) {
      try add(.string(String(line)), tags: nil, line: index + 1, "", nil)
    }
  }

  private static func words(_ text: String) -> [String] {
    text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(String.init)
  }

  private static func characters(_ text: String) -> [String] {
    text.unicodeScalars.map { String(Character($0)) }
  }
}

extension TagTable {
  private mutating func add(
    _ value: JSONValue, tags: [String]?, line: Int, _ column: String, _ tagColumn: String?
  ) throws {
    let steps = try steps(value, tags: tags, line: line, column)
    guard steps.count > 0 else { throw invalid(line, column, "the sequence is empty") }
    if let tags {
      guard tags.count == steps.count else {
        throw invalid(
          line, tagColumn, "has \(tags.count) tags; the sequence has \(steps.count) steps")
      }
      guard tags.allSatisfy({ !$0.isEmpty && $0.isStorable }) else {
        throw invalid(
          line, tagColumn, "a tag is empty, or has a NUL, which a checkpoint cannot hold")
      }
    }
    sequences.append(Sequence(steps: steps, tags: tags ?? [], line: line))
  }

  /// The steps of a sequence; the first one says what all are.
  private mutating func steps(
    _ value: JSONValue, tags: [String]?, line: Int, _ column: String
  ) throws -> Steps {
    if !isKnown {
      (level, features) = try kind(of: value, tags: tags, line: line, column)
      isKnown = true
    }
    switch level {
    case .word:
      if let text = value.string { return .symbols(try storable(Self.words(text), line, column)) }
      guard let words = value.array?.map(\.string), !words.contains(nil) else {
        throw invalid(line, column, "is neither a text nor a list of words")
      }
      return .symbols(try storable(words.compactMap { $0 }, line, column))
    case .character, .byte, .subword:
      guard let text = value.string else { throw invalid(line, column, "is not a text") }
      return .symbols(Self.characters(text))
    case nil:
      guard let numbers = Self.numbers(value), numbers.features == features else {
        throw invalid(
          line, column,
          "is not a list of numbers, or of lists of \(features), that float32 holds")
      }
      return .numbers(numbers.values, features: features)
    }
  }

  /// What the first sequence is made of.
  private func kind(
    of value: JSONValue, tags: [String]?, line: Int, _ column: String
  ) throws -> (TextTask.Level?, Int) {
    if let numbers = Self.numbers(value) { return (nil, numbers.features) }
    guard let text = value.string else { return (.word, 1) }
    let (words, characters) = (Self.words(text).count, text.unicodeScalars.count)
    switch tags?.count {
    case words: return (.word, 1)
    case characters: return (.character, 1)
    default:
      throw invalid(
        line, column,
        "has \(words) words and \(characters) characters, for \(tags?.count ?? 0) tags")
    }
  }

  private func storable(_ words: [String], _ line: Int, _ column: String) throws -> [String] {
    guard words.allSatisfy(\.isStorable) else {
      throw invalid(line, column, "a word has a NUL, which a checkpoint cannot hold")
    }
    return words
  }

  /// Numbers, from a list of them or of equally long lists, or from a text with blanks between; `nil` if there is
  /// anything else.
  private static func numbers(_ value: JSONValue) -> (values: [Double], features: Int)? {
    if let text = value.string {
      var values: [Double] = []
      for word in words(text) {
        guard case .value(let number) = TableNumber(word) else { return nil }
        values.append(number)
      }
      return values.isEmpty ? nil : (values, 1)
    }
    guard let steps = value.array, let first = steps.first else { return nil }
    let features = first.array?.count ?? 1
    let rows = steps.map { $0.array ?? [$0] }
    let values = rows.flatMap { $0.compactMap(\.double) }
    guard features > 0, rows.allSatisfy({ $0.count == features }),
      values.count == rows.count * features, values.allSatisfy({ Float($0).isFinite })
    else { return nil }
    return (values, features)
  }
}
