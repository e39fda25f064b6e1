/// TensorFlow's TFRecord format: for each record its length, 8 bytes, a checksum of that, the record, and its checksum.
package enum RecordFormat {
  /// A record with what goes around it.
  package static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = LittleEndian.bytes(UInt64(record.count))
    return length + LittleEndian.bytes(masked(checksum(length))) + record
      + LittleEndian.bytes(masked(checksum(record)))
  }

  /// Checksums of bytes that contain checksums are weak, so TensorFlow rotates and shifts them.
  private static func masked(_ checksum: UInt32) -> UInt32 {
    (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
  }

  /// CRC-32C (Castagnoli; RFC 3720), which zlib does not have.
  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { (index: UInt32) in
    (0..<8).reduce(index) { rest, _ in rest & 1 == 1 ? 0x82F6_3B78 ^ rest >> 1 : rest >> 1 }
  }
}
