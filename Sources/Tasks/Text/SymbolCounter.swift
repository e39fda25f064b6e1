import Checkpoints
import Files

/// Counts the symbols of a text for a vocabulary.
struct SymbolCounter {
  private let level: TextTask.Level
  private var table: [Int]
  private var others: [ExactText: Int] = [:]
  private static let tableSize = 0x800
  /// The different words from which those seen once are forgotten, so that any text fits into memory.
  private static let mostWords = 1 << 20
  /// What stands for all words that are not frequent enough.
  static let unknown = "<unknown>"

  init(level: TextTask.Level) {
    self.level = level
    table = [Int](repeating: 0, count: Self.tableSize)
  }

  /// Counts the symbol in a range of bytes.
  @inline(__always)
  mutating func add(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) {
    if level == .byte {
      table[Int(bytes[range.lowerBound])] += 1
      return
    }
    if level == .character {
      let value = SymbolScanner.scalar(at: range.lowerBound, in: bytes).value
      if value < Self.tableSize {
        table[Int(value)] += 1
        return
      }
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    others[ExactText(text), default: 0] += 1
    if others.count > Self.mostWords { others = others.filter { $0.value > 1 } }
  }

  /// The most frequent symbols in the order of their bytes; what is left out is one symbol more, the first. Words have it
  /// always, as no text has all of them.
  func vocabulary(most: Int?, encoding: Vocabulary.Encoding) -> Vocabulary {
    var found = others
    for (value, count) in table.enumerated() where count > 0 {
      found[ExactText(name(value))] = count
    }
    var symbols = Array(found.keys)
    var unknown = level == .word ? 0 : nil
    if let most, symbols.count > most {
      let frequent = found.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      symbols = frequent.prefix(most).map(\.key)
      unknown = 0
    }
    symbols.sort()
    return Vocabulary(
      symbols: (unknown == nil ? [] : [Self.unknown]) + symbols.map(\.text), encoding: encoding,
      unknown: unknown)
  }

  /// What a symbol of the table is called in a vocabulary.
  private func name(_ value: Int) -> String {
    guard level == .character else { return (value < 16 ? "0" : "") + String(value, radix: 16) }
    return Unicode.Scalar(UInt32(value)).map { String(Character($0)) } ?? ""
  }
}
