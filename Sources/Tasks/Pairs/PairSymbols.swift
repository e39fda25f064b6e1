import Checkpoints
import Files

/// The symbols of sources and targets, and their numbers.
///
/// Number 0 is the padding and 1 any symbol that is not known; of targets, 2 stands before the first symbol and 3 behind
/// the last one.
struct PairSymbols {
  static let padding = 0
  static let start = 2
  static let end = 3
  /// The symbols of a target that no text has.
  private static let ofTargets = [
    SequenceEncoding.padding, SymbolCounter.unknown, "<start>", "<end>",
  ]

  let source, target: SymbolNumbers

  /// - Parameters:
  ///   - vocabulary: That of the sources.
  ///   - labels: The symbols of the targets.
  /// - Returns: `nil` if they are not those of pairs.
  init?(_ vocabulary: Vocabulary?, labels: [String]?, level: TextTask.Level) {
    guard let vocabulary, let labels, level == .character || level == .word,
      vocabulary.encoding == .number, vocabulary.unknown == SequenceEncoding.unknown,
      labels.count > Self.ofTargets.count,
      labels.prefix(Self.ofTargets.count).areExactly(Self.ofTargets)
    else { return nil }
    source = SymbolNumbers(vocabulary, level: level)
    target = SymbolNumbers(
      Vocabulary(symbols: labels, encoding: .number, unknown: SequenceEncoding.unknown),
      level: level)
  }

  /// The most frequent symbols of pairs.
  ///
  /// - Parameter most: How many of sources, and of targets, have a number of their own; all if `nil`.
  init?(_ pairs: [PairTable.Pair], level: TextTask.Level, most: Int?) {
    func known(_ text: (PairTable.Pair) -> String) -> [String] {
      var counter = SymbolCounter(level: level)
      for pair in pairs {
        SequenceEncoding.forEachSymbol(of: text(pair), level: level) { counter.add($0, in: $1) }
      }
      let found = counter.vocabulary(most: most, encoding: .number)
      return found.unknown == nil ? found.symbols : Array(found.symbols.dropFirst())
    }
    self.init(
      Vocabulary(
        symbols: [SequenceEncoding.padding, SymbolCounter.unknown] + known(\.source),
        encoding: .number, unknown: SequenceEncoding.unknown),
      labels: Self.ofTargets + known(\.target), level: level)
  }

  /// The numbers of a source.
  func source(_ text: String) -> [Int32] { Self.numbers(text, source) }

  /// The numbers of a target, without those of its ends.
  func target(_ text: String) -> [Int32] { Self.numbers(text, target) }

  private static func numbers(_ text: String, _ symbols: SymbolNumbers) -> [Int32] {
    var numbers: [Int32] = []
    SequenceEncoding.forEachSymbol(of: text, level: symbols.level) {
      numbers.append(symbols.number($0, in: $1))
    }
    return numbers
  }

  /// The text of a target's numbers.
  func text(_ numbers: [Int]) -> String {
    String(decoding: numbers.flatMap(target.bytes(of:)), as: UTF8.self)
  }
}
