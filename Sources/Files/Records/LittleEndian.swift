/// Numbers as the file formats here have them: the lowest byte first.
package enum LittleEndian {
  package static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// The number that begins at `offset`.
  package static func number<Number: FixedWidthInteger>(
    _ bytes: [UInt8], at offset: Int, _ type: Number.Type
  ) -> Number {
    bytes[offset..<offset + MemoryLayout<Number>.size].reversed().reduce(0) { $0 << 8 | Number($1) }
  }
}
