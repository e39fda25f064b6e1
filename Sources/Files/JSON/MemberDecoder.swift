import HDF5

/// Reads a `Codable` value from JSON that may have been kept where there are only texts and numbers, as attributes of
/// HDF5 are: a flag may be 0 or 1, a list a text of JSON. Which member is what, the value that is read knows alone.
package enum MemberDecoder {
  /// - Throws: `DecodingError` that names the member which is missing or not what it should be.
  package static func value<Value: Decodable>(
    _ type: Value.Type, from json: JSONValue
  ) throws -> Value {
    try decode(type, from: json, at: [])
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, from json: JSONValue, at path: [any CodingKey]
  ) throws -> Value {
    let value: Any? =
      switch type {
      case is JSONValue.Type: json
      case is Bool.Type: json.bool ?? json.integer.map { $0 != 0 }
      case is Int.Type: json.integer
      case is UInt64.Type:
        json.string.flatMap { UInt64($0) } ?? json.integer.flatMap { UInt64(exactly: $0) }
      case is Double.Type: json.double
      case is Float.Type: json.double.map { Float($0) }
      case is String.Type: json.string
      default: try type.init(from: NodeDecoder(json: json, codingPath: path))
      }
    guard let value = value as? Value else { throw wrong(json, at: path) }
    return value
  }

  private static func wrong(_ json: JSONValue, at path: [any CodingKey]) -> DecodingError {
    .dataCorrupted(
      DecodingError.Context(codingPath: path, debugDescription: "is \(json.text())"))
  }

  private struct NodeDecoder: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
      guard case .object(let members) = json else { throw wrong(json, at: codingPath) }
      return KeyedDecodingContainer(Members(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
      let list = json.string.flatMap { JSONValue(text: $0) } ?? json
      guard let elements = list.array else { throw wrong(json, at: codingPath) }
      return Elements(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
      Single(json: json, codingPath: codingPath)
    }
  }

  private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: JSONValue]
    let codingPath: [any CodingKey]
    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { (members[key.stringValue] ?? .null) == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      try MemberDecoder.decode(type, from: try member(key), at: codingPath + [key])
    }

    private func member(_ key: Key) throws -> JSONValue {
      guard let member = members[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key, DecodingError.Context(codingPath: codingPath + [key], debugDescription: "is missing")
        )
      }
      return member
    }

    private func decoder(_ key: Key) throws -> NodeDecoder {
      NodeDecoder(json: try member(key), codingPath: codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try decoder(key).container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try decoder(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder {
      NodeDecoder(json: .object(members), codingPath: codingPath)
    }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }
  }

  private struct Elements: UnkeyedDecodingContainer {
    let elements: [JSONValue]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    init(elements: [JSONValue], codingPath: [any CodingKey]) {
      self.elements = elements
      self.codingPath = codingPath
    }

    private mutating func next() throws -> JSONValue {
      guard !isAtEnd else { throw wrong(.array(elements), at: codingPath) }
      defer { currentIndex += 1 }
      return elements[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
      guard !isAtEnd, elements[currentIndex] == .null else { return false }
      currentIndex += 1
      return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try MemberDecoder.decode(type, from: try next(), at: codingPath)
    }

    private mutating func decoder() throws -> NodeDecoder {
      NodeDecoder(json: try next(), codingPath: codingPath)
    }

    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try decoder().container(keyedBy: type) }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
      try decoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try decoder() }
  }

  private struct Single: SingleValueDecodingContainer {
    let json: JSONValue
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool { json == .null }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
      try MemberDecoder.decode(type, from: json, at: codingPath)
    }
  }
}
