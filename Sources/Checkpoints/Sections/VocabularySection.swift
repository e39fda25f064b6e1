import Files
import Recurrent

/// `vocabulary`: `symbols`, and how a number becomes an input: `divisor` if it is divided, otherwise `encoding`, `one_hot`
/// or `number`. `unknown` is the number of the symbol that stands for all others.
enum VocabularySection: Section {
  static let name = "vocabulary"
  static var property: WritableKeyPath<Checkpoint, Vocabulary?> { \.vocabulary }

  private static let encodings: [(name: String, encoding: Vocabulary.Encoding)] = [
    ("one_hot", .oneHot), ("number", .number),
  ]

  static func stored(_ vocabulary: Vocabulary) -> StoredValue {
    var members: [(String, StoredValue)] = [("symbols", .symbols(vocabulary.symbols))]
    if case .scaled(let divisor) = vocabulary.encoding {
      members.append(("divisor", .number(divisor)))
    } else if let named = encodings.first(where: { $0.encoding == vocabulary.encoding }) {
      members.append(("encoding", .text(named.name)))
    }
    if let unknown = vocabulary.unknown { members.append(("unknown", .integer(unknown))) }
    if !vocabulary.merges.isEmpty {
      members.append(("merges", .integerRows(vocabulary.merges.map { [$0.left, $0.right] })))
    }
    return .group(members)
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> Vocabulary? {
    let group = try root.members(name)
    let encoding: Vocabulary.Encoding
    if let name = try group.ifThere("encoding", group.text) {
      guard let named = encodings.first(where: { $0.name == name }) else {
        throw group.invalid("encoding", "is \(name)")
      }
      encoding = named.encoding
    } else {
      encoding = .scaled(divisor: try group.number("divisor"))
    }
    var vocabulary = Vocabulary(
      symbols: try group.symbols("symbols"), encoding: encoding,
      unknown: try group.ifThere("unknown", group.integer))
    vocabulary.merges = try (group.ifThere("merges", group.integerRows) ?? []).map { row in
      guard row.count == 2 else { throw group.invalid("merges", "are not pairs of symbols") }
      return Vocabulary.Merge(left: row[0], right: row[1])
    }
    return vocabulary
  }

  static func check(
    _ vocabulary: inout Vocabulary, in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    let symbols = vocabulary.symbols
    guard !symbols.isEmpty, symbols.areAllDifferent else {
      throw SectionProblem("symbols", "are not all different")
    }
    if case .scaled(let divisor) = vocabulary.encoding, !(divisor.isFinite && divisor > 0) {
      throw SectionProblem("divisor", "is \(divisor)")
    }
    if let unknown = vocabulary.unknown, !symbols.indices.contains(unknown) {
      throw SectionProblem("unknown", "is \(unknown)")
    }
    if let problem = mergeProblem(of: vocabulary) { throw SectionProblem("merges", problem) }
    if let problem = problem(of: vocabulary, in: checkpoint.configuration) {
      throw SectionProblem("symbols", problem)
    }
  }

  /// What is wrong with the merges of a vocabulary of subwords; `nil` if nothing, or if it is another one.
  private static func mergeProblem(of vocabulary: Vocabulary) -> String? {
    guard !vocabulary.merges.isEmpty else { return nil }
    let symbols = vocabulary.symbols
    guard symbols.starts(with: ByteNames.names, by: { $0.isExactly($1) }) else {
      return "are there, but the first symbols are not the bytes"
    }
    let known = Set(symbols.map(ExactText.init))
    let wrong = vocabulary.merges.first { merge in
      !symbols.indices.contains(merge.left) || !symbols.indices.contains(merge.right)
        || !known.contains(ExactText(symbols[merge.left] + symbols[merge.right]))
    }
    return wrong.map { "have \($0.left), \($0.right), which make no symbol" }
  }

  /// Why a model cannot be fed these symbols; `nil` if it can.
  private static func problem(
    of vocabulary: Vocabulary, in configuration: ModelConfiguration
  ) -> String? {
    let count = vocabulary.symbols.count
    switch vocabulary.encoding {
    case .scaled where count != configuration.outputUnits:
      return "must be \(configuration.outputUnits) different symbols, are \(count)"
    case .oneHot where count != configuration.features:
      return "must be \(configuration.features), one for each feature, are \(count)"
    case .number:
      return count <= configuration.inputSymbols?.count ?? 0
        ? nil : "are \(count), more than the model embeds"
    default: return nil
    }
  }
}
