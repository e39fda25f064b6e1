/// The names of bytes in a vocabulary of subwords: printable characters, the same and in the same order as in GPT-2's
/// vocabulary (Radford et al. 2019), so that every sequence of bytes is a text that can be read.
package enum ByteNames {
  /// The bytes in the order of their numbers: first those that are printable in Latin-1, which are their own names.
  package static let bytes: [UInt8] = {
    let printable = (0...255).filter {
      (0x21...0x7E).contains($0) || (0xA1...0xAC).contains($0) || (0xAE...0xFF).contains($0)
    }
    let others = (0...255).filter { !printable.contains($0) }
    return (printable + others).map { UInt8($0) }
  }()

  /// The names in the same order: the other bytes are called by the characters from U+0100 on.
  package static let names: [String] = {
    var next: UInt32 = 0x100
    return bytes.enumerated().map { number, byte in
      var value = UInt32(byte)
      if number >= printableCount {
        value = next
        next += 1
      }
      return Unicode.Scalar(value).map { String(Character($0)) } ?? ""
    }
  }()

  private static let printableCount = 188

  /// The number of each byte.
  package static let numbers: [Int] = {
    var numbers = [Int](repeating: 0, count: 256)
    for (number, byte) in bytes.enumerated() { numbers[Int(byte)] = number }
    return numbers
  }()

  private static let byName: [Unicode.Scalar: UInt8] = Dictionary(
    uniqueKeysWithValues: zip(names, bytes).compactMap { name, byte in
      name.unicodeScalars.first.map { ($0, byte) }
    })

  /// The bytes that a symbol stands for; `nil` if it is not made of names of bytes.
  package static func bytes(of symbol: String) -> [UInt8]? {
    var found: [UInt8] = []
    for scalar in symbol.unicodeScalars {
      guard let byte = byName[scalar] else { return nil }
      found.append(byte)
    }
    return found
  }
}
