import Checkpoints
import Files

/// The numbers of the symbols of a vocabulary, found by their bytes.
struct SymbolNumbers {
  let level: TextTask.Level
  let vocabulary: Vocabulary
  /// Of characters below ``tableSize``, and of bytes; −1 for none.
  private var table: [Int32]
  private var others: [ExactText: Int32] = [:]
  private let unknown: Int32
  /// What pieces of a text become; `nil` if symbols are not subwords.
  private let encoder: SubwordEncoder?
  private static let tableSize = 0x800

  init(_ vocabulary: Vocabulary, level: TextTask.Level) {
    self.level = level
    self.vocabulary = vocabulary
    unknown = Int32(vocabulary.unknown ?? -1)
    encoder = level == .subword ? SubwordEncoder(vocabulary) : nil
    table = [Int32](repeating: -1, count: Self.tableSize)
    for (number, symbol) in vocabulary.symbols.enumerated() {
      let scalars = symbol.unicodeScalars
      if level == .byte {
        if let byte = UInt8(symbol, radix: 16) { table[Int(byte)] = Int32(number) }
      } else if level == .character, scalars.count == 1, let first = scalars.first,
        first.value < Self.tableSize
      {
        table[Int(first.value)] = Int32(number)
      } else if number != vocabulary.unknown {
        others[ExactText(symbol)] = Int32(number)
      }
    }
  }

  /// The number of the symbol that is in a range of bytes; that of the unknown, or −1, if it has none.
  @inline(__always)
  func number(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    if level == .byte {
      let number = table[Int(bytes[range.lowerBound])]
      return number < 0 ? unknown : number
    }
    if level == .character {
      let value = SymbolScanner.scalar(at: range.lowerBound, in: bytes).value
      if value < Self.tableSize {
        let number = table[Int(value)]
        return number < 0 ? unknown : number
      }
    }
    let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    return others[ExactText(text)] ?? unknown
  }

  /// The numbers of the subwords in a range of bytes, which is a piece; none if symbols are not subwords.
  func subwords(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> [Int32] {
    encoder?.numbers(of: UnsafeBufferPointer(rebasing: bytes[range])) ?? []
  }

  /// Whether the vocabulary has what symbols of this level need.
  var isComplete: Bool { level != .subword || encoder != nil }

  /// A symbol as a text.
  func text(of number: Int) -> String {
    encoder.map { String(decoding: $0.bytes(of: number), as: UTF8.self) }
      ?? vocabulary.symbols[number]
  }

  /// The bytes of a symbol.
  func bytes(of number: Int) -> [UInt8] {
    if let encoder { return encoder.bytes(of: number) }
    let symbol = vocabulary.symbols[number]
    return level == .byte ? [UInt8(symbol, radix: 16) ?? 0] : Array(symbol.utf8)
  }

  /// The numbers of a text's symbols.
  ///
  /// - Parameter unknown: Receives the symbols that have the number of the unknown.
  /// - Throws: ``SeedError`` that names the symbol which the vocabulary does not have, if it has no unknown one.
  func numbers(
    of text: some Collection<UInt8>, unknown: (String) -> Void = { _ in }
  ) throws(SeedError) -> [Int] {
    let scanner = SymbolScanner(level: level)
    let all = Array(text)
    var numbers: [Int] = []
    var problem: SeedError?
    all.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < bytes.count {
        guard case .at(let end) = scanner.end(of: at, in: bytes, isLast: true) else {
          problem = SeedError("byte \(at + 1) is not UTF-8")
          return
        }
        guard level != .subword else {
          numbers += subwords(at..<end, in: bytes).map { Int($0) }
          at = end
          continue
        }
        let number = number(at..<end, in: bytes)
        guard number >= 0 else {
          let symbol = String(decoding: bytes[at..<end], as: UTF8.self)
          problem = SeedError(
            "symbol \(numbers.count + 1), '\(symbol)', is an unknown symbol; the model knows "
              + "\(vocabulary.symbols.count): \(vocabulary.shortList)")
          return
        }
        if number == self.unknown { unknown(String(decoding: bytes[at..<end], as: UTF8.self)) }
        numbers.append(Int(number))
        at = end
      }
    }
    if let problem { throw problem }
    return numbers
  }
}

extension Vocabulary {
  /// The first symbols, for errors.
  var shortList: String {
    let shown = symbols.prefix(80).map { symbol in
      symbol.unicodeScalars.contains { $0.value < 0x20 }
        ? "\\u\(symbol.unicodeScalars.map { String($0.value, radix: 16) }.joined())" : symbol
    }
    return shown.joined() + (symbols.count > shown.count ? "…" : "")
  }
}
