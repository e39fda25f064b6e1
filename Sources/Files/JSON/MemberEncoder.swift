import HDF5

/// Turns a `Codable` value into JSON: what `JSONEncoder` would write, but that 1.0 stays a number with a point, and
/// that whole numbers of 64 bits without a sign are texts, since JSON has no place for all of them.
package enum MemberEncoder {
  /// - Throws: What the value throws.
  package static func json(of value: some Encodable) throws -> JSONValue {
    let node = Node()
    try node.encode(value)
    return node.json
  }

  /// What was encoded at one place.
  private final class Node {
    enum Content {
      case value(JSONValue)
      case members([String: Node])
      case elements([Node])
    }

    var content = Content.members([:])

    var json: JSONValue {
      switch content {
      case .value(let value): value
      case .members(let members): .object(members.mapValues(\.json))
      case .elements(let elements): .array(elements.map(\.json))
      }
    }

    func encode(_ value: some Encodable) throws {
      switch value {
      case let value as JSONValue: content = .value(value)
      case let flag as Bool: content = .value(.bool(flag))
      case let integer as Int: content = .value(.integer(integer))
      case let number as UInt64: content = .value(.string(String(number)))
      case let number as Double: content = .value(.number(number))
      case let number as Float: content = .value(.number(Double(number)))
      case let text as String: content = .value(.string(text))
      default: try value.encode(to: NodeEncoder(node: self))
      }
    }

    func member(_ key: some CodingKey) -> Node {
      let node = Node()
      if case .members(var members) = content {
        members[key.stringValue] = node
        content = .members(members)
      }
      return node
    }

    func append() -> Node {
      let node = Node()
      if case .elements(let elements) = content { content = .elements(elements + [node]) }
      return node
    }
  }

  private struct NodeEncoder: Encoder {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      KeyedEncodingContainer(Members(node: node))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
      node.content = .elements([])
      return Elements(node: node)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(node: node) }
  }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    // What is not there leaves no trace.
    func encodeNil(forKey key: Key) {}
    func encode(_ value: some Encodable, forKey key: Key) throws {
      try node.member(key).encode(value)
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
      NodeEncoder(node: node.member(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      NodeEncoder(node: node.member(key)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node) }
    func superEncoder(forKey key: Key) -> any Encoder { NodeEncoder(node: node.member(key)) }
  }

  private struct Elements: UnkeyedEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .elements(let elements) = node.content { elements.count } else { 0 } }

    func encodeNil() { node.append().content = .value(.null) }
    func encode(_ value: some Encodable) throws { try node.append().encode(value) }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
      NodeEncoder(node: node.append()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      NodeEncoder(node: node.append()).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { NodeEncoder(node: node.append()) }
  }

  private struct Single: SingleValueEncodingContainer {
    let node: Node
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.content = .value(.null) }
    func encode(_ value: some Encodable) throws { try node.encode(value) }
  }
}
