import Checkpoints
import Files

/// Learns subwords from a text: byte-pair encoding (Sennrich, Haddow & Birch 2016) of bytes, so that every text is made of
/// them. Beginning with single bytes, the pair of neighbours that is most frequent becomes a symbol, again and again; of
/// equally frequent ones, that with the smaller numbers.
struct SubwordLearner {
  /// The different pieces from which those seen once are forgotten, so that any text fits into memory.
  private static let mostPieces = 1 << 20
  /// A pair that occurs once saves nothing.
  private static let leastCount = 2

  /// How often each piece of the text occurs.
  private var pieces: [[UInt8]: Int] = [:]

  /// Counts a piece.
  mutating func add(_ piece: UnsafeBufferPointer<UInt8>) {
    pieces[Array(piece), default: 0] += 1
    if pieces.count > Self.mostPieces { pieces = pieces.filter { $0.value > 1 } }
  }

  /// The vocabulary: the 256 bytes, then what merges make, in their order.
  ///
  /// - Parameter size: The most symbols.
  func vocabulary(size: Int, encoding: Vocabulary.Encoding) -> Vocabulary {
    var pairs = PairCounts(pieces)
    var vocabulary = Vocabulary(symbols: ByteNames.names, encoding: encoding)
    var numbers = Dictionary(
      uniqueKeysWithValues: ByteNames.names.enumerated().map { (ExactText($1), $0) })
    while vocabulary.symbols.count < size, let pair = pairs.takeMostFrequent(least: Self.leastCount)
    {
      let name = vocabulary.symbols[Int(pair.left)] + vocabulary.symbols[Int(pair.right)]
      // Different pairs may make the same symbol.
      let number = numbers[ExactText(name)] ?? vocabulary.symbols.count
      if number == vocabulary.symbols.count {
        vocabulary.symbols.append(name)
        numbers[ExactText(name)] = number
      }
      vocabulary.merges.append(Vocabulary.Merge(left: Int(pair.left), right: Int(pair.right)))
      pairs.merge(pair, into: Int32(number))
    }
    return vocabulary
  }
}

/// Two symbols beside each other.
struct SymbolPair: Hashable, Comparable {
  let left, right: Int32

  static func < (one: SymbolPair, other: SymbolPair) -> Bool {
    (one.left, one.right) < (other.left, other.right)
  }
}

/// How often pairs of symbols occur in the pieces of a text, as the pieces are merged.
private struct PairCounts {
  private struct Piece {
    var symbols: [Int32]
    let count: Int
  }

  /// A pair with the count that it had when it was entered.
  private struct Entry: Comparable {
    let count: Int
    let pair: SymbolPair

    /// The most frequent, and of these that with the smallest numbers, is the largest.
    static func < (one: Entry, other: Entry) -> Bool {
      (one.count, other.pair) < (other.count, one.pair)
    }
  }

  private var pieces: [Piece]
  private var counts: [SymbolPair: Int] = [:]
  /// The pieces that a pair was in, perhaps more than once.
  private var places: [SymbolPair: [Int32]] = [:]
  private var queue = Heap<Entry>()

  init(_ counted: [[UInt8]: Int]) {
    pieces = counted.map { bytes, count in
      Piece(symbols: bytes.map { Int32(ByteNames.numbers[Int($0)]) }, count: count)
    }
    for number in pieces.indices {
      Self.forEachPair(of: pieces[number].symbols) { pair in
        counts[pair, default: 0] += pieces[number].count
        note(pair, in: number)
      }
    }
    for (pair, count) in counts { queue.insert(Entry(count: count, pair: pair)) }
  }

  private mutating func note(_ pair: SymbolPair, in piece: Int) {
    if places[pair]?.last != Int32(piece) { places[pair, default: []].append(Int32(piece)) }
  }

  private static func forEachPair(of symbols: [Int32], _ body: (SymbolPair) -> Void) {
    for index in symbols.indices.dropLast() {
      body(SymbolPair(left: symbols[index], right: symbols[index + 1]))
    }
  }

  /// The most frequent pair; `nil` if it is less frequent than `least`.
  mutating func takeMostFrequent(least: Int) -> SymbolPair? {
    while let entry = queue.removeLargest() {
      let count = counts[entry.pair] ?? 0
      if count == entry.count { return count >= least ? entry.pair : nil }
      // It has become less frequent since.
      if count > 0 { queue.insert(Entry(count: count, pair: entry.pair)) }
    }
    return nil
  }

  /// Puts one symbol in the place of a pair wherever it occurs, from left to right.
  mutating func merge(_ pair: SymbolPair, into symbol: Int32) {
    var grown: Set<SymbolPair> = []
    var lastPiece: Int32 = -1
    for place in places.removeValue(forKey: pair) ?? [] where place != lastPiece {
      lastPiece = place
      let number = Int(place)
      let before = pieces[number].symbols
      let after = before.merging(pair, into: symbol)
      guard after.count < before.count else { continue }
      let count = pieces[number].count
      Self.forEachPair(of: before) { counts[$0, default: 0] -= count }
      Self.forEachPair(of: after) {
        counts[$0, default: 0] += count
        guard $0.left == symbol || $0.right == symbol else { return }
        grown.insert($0)
        note($0, in: number)
      }
      pieces[number].symbols = after
    }
    counts[pair] = nil
    for pair in grown {
      if let count = counts[pair], count > 0 { queue.insert(Entry(count: count, pair: pair)) }
    }
  }
}

extension [Int32] {
  /// The same with one symbol in the place of each occurrence of a pair, from left to right.
  func merging(_ pair: SymbolPair, into symbol: Int32) -> [Int32] {
    var merged: [Int32] = []
    merged.reserveCapacity(count)
    var index = 0
    while index < count {
      if index + 1 < count, self[index] == pair.left, self[index + 1] == pair.right {
        merged.append(symbol)
        index += 2
      } else {
        merged.append(self[index])
        index += 1
      }
    }
    return merged
  }
}

/// A binary heap.
private struct Heap<Element: Comparable> {
  private var elements: [Element] = []

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[(child - 1) / 2] < elements[child] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeLargest() -> Element? {
    guard let largest = elements.first else { return nil }
    elements.swapAt(0, elements.count - 1)
    elements.removeLast()
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < elements.count else { return largest }
      if child + 1 < elements.count, elements[child] < elements[child + 1] { child += 1 }
      guard elements[parent] < elements[child] else { return largest }
      elements.swapAt(parent, child)
      parent = child
    }
  }
}
