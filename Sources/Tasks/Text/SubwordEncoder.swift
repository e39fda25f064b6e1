import Checkpoints
import Files

/// Writes pieces of a text as subwords of a vocabulary, and back.
final class SubwordEncoder {
  /// The pieces whose subwords are remembered.
  private static let mostRemembered = 1 << 16

  /// The rank of each pair that is merged, and what it becomes.
  private var merges: [SymbolPair: (rank: Int, symbol: Int32)] = [:]
  /// The bytes of each symbol.
  private let bytes: [[UInt8]]
  private var remembered: [[UInt8]: [Int32]] = [:]

  /// - Returns: `nil` if the vocabulary is not one of subwords.
  init?(_ vocabulary: Vocabulary) {
    guard vocabulary.symbols.starts(with: ByteNames.names, by: { $0.isExactly($1) }) else {
      return nil
    }
    var bytes: [[UInt8]] = []
    for symbol in vocabulary.symbols {
      guard let own = ByteNames.bytes(of: symbol) else { return nil }
      bytes.append(own)
    }
    self.bytes = bytes
    let numbers = Dictionary(
      vocabulary.symbols.enumerated().map { (ExactText($1), Int32($0)) },
      uniquingKeysWith: { first, _ in first })
    for (rank, merge) in vocabulary.merges.enumerated() {
      guard bytes.indices.contains(merge.left), bytes.indices.contains(merge.right),
        let symbol = numbers[
          ExactText(vocabulary.symbols[merge.left] + vocabulary.symbols[merge.right])]
      else { return nil }
      let pair = SymbolPair(left: Int32(merge.left), right: Int32(merge.right))
      if merges[pair] == nil { merges[pair] = (rank, symbol) }
    }
  }

  /// The numbers of the subwords of a piece: of all pairs of neighbours that are merged, the one that was learnt first is,
  /// again and again.
  func numbers(of piece: UnsafeBufferPointer<UInt8>) -> [Int32] {
    let key = Array(piece)
    if let numbers = remembered[key] { return numbers }
    var symbols = key.map { Int32(ByteNames.numbers[Int($0)]) }
    while let (pair, symbol) = firstMerge(of: symbols) {
      symbols = symbols.merging(pair, into: symbol)
    }
    if remembered.count >= Self.mostRemembered { remembered.removeAll() }
    remembered[key] = symbols
    return symbols
  }

  private func firstMerge(of symbols: [Int32]) -> (SymbolPair, Int32)? {
    var first: (pair: SymbolPair, rank: Int, symbol: Int32)?
    for index in symbols.indices.dropLast() {
      let pair = SymbolPair(left: symbols[index], right: symbols[index + 1])
      guard let merge = merges[pair], merge.rank < first?.rank ?? .max else { continue }
      first = (pair, merge.rank, merge.symbol)
    }
    return first.map { ($0.pair, $0.symbol) }
  }

  /// The bytes of a symbol.
  func bytes(of number: Int) -> [UInt8] { bytes[number] }
}
