/// The fields of a message in protobuf's wire format, as it is read. What is not well-formed ends them.
package struct ProtobufFields: Sequence, IteratorProtocol {
  /// The value of a field.
  package enum Value: Equatable {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
    /// Four or eight bytes of a number with a fixed size.
    case fixed(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  package init(_ message: ArraySlice<UInt8>) { rest = message }

  package mutating func next() -> (field: Int, value: Value)? {
    guard let key = varint() else { return nil }
    let field = Int(key >> 3)
    switch key & 7 {
    case 0: return varint().map { (field, .number($0)) }
    case 1: return take(8).map { (field, .fixed($0)) }
    case 2:
      guard let count = varint() else { return nil }
      return take(count).map { (field, .bytes($0)) }
    case 5: return take(4).map { (field, .fixed($0)) }
    default: return nil
    }
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  private mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
    guard let count = Int(exactly: count), count <= rest.count else {
      rest = []
      return nil
    }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}

extension ProtobufFields {
  /// The last bytes of a field, as protobuf has it for fields that come once; `nil` if there are none.
  package static func bytes(_ field: Int, of message: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var found: ArraySlice<UInt8>?
    for case (field, .bytes(let bytes)) in ProtobufFields(message) { found = bytes }
    return found
  }

  /// The number of a field; 0, protobuf's default, if there is none.
  package static func number(_ field: Int, of message: ArraySlice<UInt8>) -> UInt64 {
    var found: UInt64 = 0
    for case (field, .number(let number)) in ProtobufFields(message) { found = number }
    return found
  }
}
