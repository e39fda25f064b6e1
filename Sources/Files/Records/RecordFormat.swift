/// TensorFlow's TFRecord format: for each record its length, 8 bytes, a checksum of that, the record, and its checksum.
package enum RecordFormat {
  /// A record with what goes around it.
  package static func framed(_ record: [UInt8]) -> [UInt8] {
    let length = LittleEndian.bytes(UInt64(record.count))
    return length + LittleEndian.bytes(masked(checksum(length))) + record
      + LittleEndian.bytes(masked(checksum(record)))
  }

  /// The records of a file, as far as it is intact: a program that was killed may have written half of the last one.
  package static func records(in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var records: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      LittleEndian.number(Array(bytes), at: 0, UInt32.self)
    }
    while rest.count >= around {
      let length = Array(rest.prefix(8))
      let count = LittleEndian.number(length, at: 0, UInt64.self)
      guard number(rest.dropFirst(8).prefix(4)) == masked(checksum(length)),
        count <= UInt64(rest.count - around)
      else { break }
      let record = rest.dropFirst(12).prefix(Int(count))
      let end = rest.dropFirst(12 + record.count)
      guard number(end.prefix(4)) == masked(checksum(Array(record))) else { break }
      records.append(record)
      rest = end.dropFirst(4)
    }
    return records
  }

  /// The bytes around a record.
  private static let around = 16

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
