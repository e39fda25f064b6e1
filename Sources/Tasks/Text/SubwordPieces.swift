extension SymbolScanner {
  /// What a character is to the pieces that subwords do not cross.
  private enum Kind {
    case letter, number, blank, other
  }

  /// The most bytes of a piece; longer runs are several.
  private static let longestPiece = 256
  /// What may follow an apostrophe in a piece of its own.
  private static let contractions: [[UInt8]] = ["s", "t", "m", "d", "re", "ve", "ll"].map {
    Array($0.utf8)
  }

  /// The end of the piece of a text that begins at an offset. Subwords are parts of pieces: runs of letters, of numbers or
  /// of other characters, each with a blank that stands before it; the ends of contractions; runs of white space, without
  /// their last character if something follows. These are the pieces of GPT-2 (Radford et al. 2019). What is not UTF-8
  /// counts as other characters.
  func piece(at offset: Int, in bytes: UnsafeBufferPointer<UInt8>, isLast: Bool) -> End {
    if bytes[offset] == UInt8(ascii: "'") {
      let following = bytes[(offset + 1)..<min(bytes.count, offset + 3)]
      guard following.count == 2 || isLast else { return .beyond }
      for ending in Self.contractions where following.starts(with: ending) {
        return .at(offset + 1 + ending.count)
      }
    }
    guard var current = kind(at: offset, in: bytes, isLast: isLast) else { return .beyond }
    var at = offset
    if bytes[offset] == 0x20 {
      guard offset + 1 < bytes.count else { return isLast ? .at(offset + 1) : .beyond }
      guard let next = kind(at: offset + 1, in: bytes, isLast: isLast) else { return .beyond }
      if next.kind != .blank { (at, current) = (offset + 1, next) }
    }
    let run = current.kind
    var last = at
    at += current.length
    while at - offset < Self.longestPiece {
      guard at < bytes.count else { return isLast ? .at(at) : .beyond }
      guard let next = kind(at: at, in: bytes, isLast: isLast) else { return .beyond }
      guard next.kind == run else {
        // The last of several blanks goes with what follows, or stands alone.
        return .at(run == .blank && last > offset ? last : at)
      }
      last = at
      at += next.length
    }
    return .at(at)
  }

  /// What is at an offset, and its bytes; `nil` if they end within it.
  private func kind(
    at offset: Int, in bytes: UnsafeBufferPointer<UInt8>, isLast: Bool
  ) -> (kind: Kind, length: Int)? {
    let scalar = Self.scalar(at: offset, in: bytes)
    guard scalar.length > 0 else {
      return scalar.length < 0 && !isLast ? nil : (.other, 1)
    }
    return (Self.kind(of: scalar.value), scalar.length)
  }

  private static func kind(of value: UInt32) -> Kind {
    switch value {
    case 0x41...0x5A, 0x61...0x7A: return .letter
    case 0x30...0x39: return .number
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      return .blank
    case 0..<0x80: return .other
    default:
      switch Unicode.Scalar(value)?.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        return .letter
      case .decimalNumber, .letterNumber, .otherNumber: return .number
      default: return .other
      }
    }
  }
}
