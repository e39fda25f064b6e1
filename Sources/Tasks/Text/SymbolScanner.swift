/// Finds the symbols of a text, whatever they are, in its bytes; of subwords, the pieces that they are parts of.
///
/// Characters are Unicode scalars, not grapheme clusters: what a cluster is changes with the version of Unicode,
/// and a checkpoint must mean the same everywhere.
struct SymbolScanner {
  let level: TextTask.Level
  /// The most bytes of a word; longer runs are several.
  static let longestWord = 256

  /// The end of the symbol that begins at an offset.
  enum End {
    case at(Int)
    /// The bytes end before it does.
    case beyond
    case invalid
  }

  /// - Parameter isLast: Whether nothing follows `bytes`.
  @inline(__always)
  func end(
    of offset: Int, in bytes: UnsafeBufferPointer<UInt8>, isLast: Bool
  ) -> End {
    if level == .byte { return .at(offset + 1) }
    if level == .subword { return piece(at: offset, in: bytes, isLast: isLast) }
    let scalar = Self.scalar(at: offset, in: bytes)
    guard scalar.length > 0 else {
      return scalar.length < 0 && !isLast ? .beyond : .invalid
    }
    return level == .character
      ? .at(offset + scalar.length) : word(at: offset, scalar, in: bytes, isLast: isLast)
  }

  private func word(
    at offset: Int, _ first: (value: UInt32, length: Int),
    in bytes: UnsafeBufferPointer<UInt8>, isLast: Bool
  ) -> End {
    var (at, scalar) = (offset, first)
    var isWord = Self.isOfWord(scalar.value)
    if scalar.value == 0x20 {
      guard offset + 1 < bytes.count else { return isLast ? .at(offset + 1) : .beyond }
      let next = Self.scalar(at: offset + 1, in: bytes)
      if next.length < 0 && !isLast { return .beyond }
      isWord = next.length > 0 && Self.isOfWord(next.value)
      (at, scalar) = isWord ? (offset + 1, next) : (offset, first)
    }
    at += scalar.length
    guard isWord else { return .at(at) }
    while at - offset < Self.longestWord {
      guard at < bytes.count else { return isLast ? .at(at) : .beyond }
      let next = Self.scalar(at: at, in: bytes)
      if next.length < 0 && !isLast { return .beyond }
      guard next.length > 0, Self.isOfWord(next.value) else { return .at(at) }
      at += next.length
    }
    return .at(at)
  }

  private static func isOfWord(_ value: UInt32) -> Bool {
    switch value {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x27, 0x5F: return true
    case 0..<0x80: return false
    default:
      guard let scalar = Unicode.Scalar(value) else { return false }
      return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
  }

  /// The Unicode scalar at an offset, as UTF-8 has it.
  ///
  /// - Returns: A length of 0 if the bytes are not UTF-8, of −1 if they end within it.
  @inline(__always)
  static func scalar(
    at offset: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> (value: UInt32, length: Int) {
    let first = bytes[offset]
    if first < 0x80 { return (UInt32(first), 1) }
    let (length, least): (Int, UInt32)
    switch first {
    case 0xC2...0xDF: (length, least) = (2, 0x80)
    case 0xE0...0xEF: (length, least) = (3, 0x800)
    case 0xF0...0xF4: (length, least) = (4, 0x10000)
    default: return (0, 0)
    }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in 1..<length {
      guard offset + index < bytes.count else { return (0, -1) }
      let byte = bytes[offset + index]
      guard byte & 0xC0 == 0x80 else { return (0, 0) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    guard value >= least, Unicode.Scalar(value) != nil else { return (0, 0) }
    return (value, length)
  }
}
