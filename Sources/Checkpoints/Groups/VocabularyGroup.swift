import Files
import HDF5
import Recurrent

/// `vocabulary/symbols`, `[symbols]`, UTF-8, and how a number becomes an input: the attribute `divisor` if it is
/// divided, otherwise the attribute `encoding`, `one_hot` or `number`. The attribute `unknown` is the number of
/// the symbol that stands for all others. `nul`, only there if a symbol is `<NUL>`, is the number of the symbol that is a
/// zero, or −1.
enum VocabularyGroup {
  static let name = "vocabulary"
  private static let encodings: [(name: String, encoding: Vocabulary.Encoding)] = [
    ("one_hot", .oneHot), ("number", .number),
  ]

  static func write(_ vocabulary: Vocabulary, to group: Group) throws {
    // No text of HDF5 can hold a zero.
    try group.write("symbols", vocabulary.symbols.map { $0 == "\0" ? nul : $0 })
    // Where a symbol is spelt as the zero is, it takes saying which is which.
    if vocabulary.symbols.contains(nul) {
      let index = vocabulary.symbols.firstIndex(of: "\0") ?? -1
      try group.attributes.set(nulAttribute, Int64(index))
    }
    if case .scaled(let divisor) = vocabulary.encoding {
      try group.attributes.set("divisor", divisor)
    } else if let named = encodings.first(where: { $0.encoding == vocabulary.encoding }) {
      try group.attributes.set("encoding", named.name)
    }
    if let unknown = vocabulary.unknown { try group.attributes.set("unknown", Int64(unknown)) }
  }

  private static let nul = "<NUL>"
  private static let nulAttribute = "nul"

  static func read(
    _ group: Group, _ configuration: ModelConfiguration, file: String
  ) throws -> Vocabulary {
    var symbols = try group.dataset("symbols").readStrings()
    let attributes = group.attributes
    if try attributes.contains(nulAttribute) {
      let index = Int(try attributes.number(nulAttribute, as: Int64.self))
      if symbols.indices.contains(index) { symbols[index] = "\0" }
    } else {
      symbols = symbols.map { $0 == nul ? "\0" : $0 }
    }
    guard !symbols.isEmpty, symbols.areAllDifferent else {
      throw FileError.invalid(file, "\(group.path)/symbols: are not all different")
    }
    var vocabulary: Vocabulary
    if try attributes.contains("encoding") {
      let name = try attributes.string("encoding")
      guard let named = encodings.first(where: { $0.name == name }) else {
        throw FileError.invalid(file, "\(group.path)@encoding: is \(name)")
      }
      vocabulary = Vocabulary(symbols: symbols, encoding: named.encoding)
    } else {
      let divisor: Double = try attributes.number("divisor")
      guard divisor.isFinite, divisor > 0 else {
        throw FileError.invalid(file, "\(group.path)@divisor: is \(divisor)")
      }
      vocabulary = Vocabulary(symbols: symbols, divisor: divisor)
    }
    if try attributes.contains("unknown") {
      let unknown: Int64 = try attributes.number("unknown")
      guard (0..<Int64(symbols.count)).contains(unknown) else {
        throw FileError.invalid(file, "\(group.path)@unknown: is \(unknown)")
      }
      vocabulary.unknown = Int(unknown)
    }
    if let problem = vocabulary.problem(in: configuration) {
      throw FileError.invalid(file, "\(group.path)/symbols: \(problem)")
    }
    return vocabulary
  }
}

extension Vocabulary {
  /// Why a model cannot be fed these symbols; `nil` if it can.
  func problem(in configuration: ModelConfiguration) -> String? {
    let count = symbols.count
    switch encoding {
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
