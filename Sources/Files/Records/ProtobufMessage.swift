/// A message in protobuf's wire format, as it is written: fields of numbers and of bytes.
package struct ProtobufMessage {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  package mutating func add(_ field: Int, _ number: Int) {
    key(field, .varint)
    // Negative numbers take ten bytes.
    varint(UInt64(bitPattern: Int64(number)))
  }

  package mutating func add(_ field: Int, _ number: Float) {
    key(field, .fixed32)
    bytes += LittleEndian.bytes(number.bitPattern)
  }

  package mutating func add(_ field: Int, _ number: Double) {
    key(field, .fixed64)
    bytes += LittleEndian.bytes(number.bitPattern)
  }

  package mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  package mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, message.bytes) }

  package mutating func add(_ field: Int, _ value: [UInt8]) {
    key(field, .lengthDelimited)
    varint(UInt64(value.count))
    bytes += value
  }

  private mutating func key(_ field: Int, _ type: WireType) {
    varint(UInt64(field) << 3 | type.rawValue)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
