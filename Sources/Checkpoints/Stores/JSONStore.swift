import Files
import HDF5
import Recurrent

/// Sections as JSON texts by name, for formats that have only a place for texts: the metadata of safetensors, or of
/// ONNX.
///
/// Lists are flat, a state is nested by its shape. A float32 of a state has enough digits to distinguish it from all others,
/// an unsigned integer is a text, NaN is null.
struct JSONStore {
  /// Where the members stand.
  private enum Source {
    /// JSON texts by name.
    case texts([String: String])
    case members([String: JSONValue])
  }

  let isOurs: Bool
  private let source: Source
  /// What errors call the store; empty if it is all of a file's.
  private let place: String
  private let file: String

  /// - Parameter isOurs: Whether these tools wrote the texts.
  init(_ texts: [String: String], isOurs: Bool, file: String) {
    (source, place) = (.texts(texts), "")
    (self.isOurs, self.file) = (isOurs, file)
  }

  private init(_ members: [String: JSONValue], place: String, of store: JSONStore) {
    (source, self.place) = (.members(members), place)
    (isOurs, file) = (store.isOurs, store.file)
  }

  // MARK: Writing

  /// The sections of a checkpoint as texts.
  ///
  /// - Throws: ``ConfigurationError`` if a state holds values that are infinite or not numbers.
  static func texts(
    _ sections: [any Section.Type], of checkpoint: Checkpoint
  ) throws(ConfigurationError) -> [String: String] {
    var texts: [String: String] = [:]
    for section in sections {
      guard let value = section.stored(in: checkpoint) else { continue }
      texts[section.name] = try json(value, section.name).text()
    }
    return texts
  }

  private static func json(
    _ value: StoredValue, _ name: String
  ) throws(ConfigurationError) -> JSONValue {
    switch value {
    case .members(let members):
      var json: [String: JSONValue] = [:]
      for member in members {
        json[member.name] = try Self.json(member.value, "\(name)/\(member.name)")
      }
      return .object(json)
    case .flag(let flag): return .bool(flag)
    case .integer(let integer): return .integer(integer)
    case .unsigned(let integer): return .string(String(integer))
    case .number(let number): return self.number(number)
    case .text(let text): return .string(text)
    case .json(let value): return value
    case .texts(let texts), .symbols(let texts): return .array(texts.map(JSONValue.string))
    case .indices(let indices): return .array(indices.map { .integer(Int($0)) })
    case .floats(let values): return .array(values.map { self.number(Double($0)) })
    case .numbers(let values, _): return .array(values.map(self.number))
    case .integerRows(let rows): return .array(rows.map { .array($0.map(JSONValue.integer)) })
    case .numberRows(let rows): return .array(rows.map { .array($0.map(self.number)) })
    case .floatLists(let lists):
      return .array(lists.map { .array($0.map { self.number(Double($0)) }) })
    case .textLists(let lists): return .array(lists.map { .array($0.map(JSONValue.string)) })
    case .array(let values, let shape):
      guard values.allSatisfy(\.isFinite) else {
        throw ConfigurationError("\(name) holds values that are infinite or not numbers")
      }
      return nested(values[...], shape: shape[...])
    }
  }

  /// Null stands for what is not a number.
  private static func number(_ value: Double) -> JSONValue { value.isNaN ? .null : .number(value) }

  private static func nested(_ values: ArraySlice<Float>, shape: ArraySlice<Int>) -> JSONValue {
    guard shape.count > 1, let rows = shape.first else {
      // By way of the text, which has no more digits than a float32 has.
      return .array(values.map { .number(Double("\($0)") ?? Double($0)) })
    }
    let width = values.count / max(1, rows)
    return .array(
      (0..<rows).map { row in
        let first = values.startIndex + row * width
        return nested(values[first..<first + width], shape: shape.dropFirst())
      })
  }
}

// MARK: - Reading

extension JSONStore: SectionStore {
  func contains(_ name: String) throws -> Bool {
    switch source {
    case .texts(let texts): texts[name] != nil
    case .members(let members): members[name] != nil
    }
  }

  func names() throws -> [String] {
    switch source {
    case .texts(let texts): texts.keys.sorted()
    case .members(let members): members.keys.sorted()
    }
  }

  func json(_ name: String) throws -> JSONValue {
    switch source {
    case .texts(let texts):
      guard let text = texts[name] else { throw invalid(name, "is missing") }
      guard let value = JSONValue(text: text) else { throw invalid(name, "is not JSON") }
      return value
    case .members(let members):
      guard let value = members[name] else { throw invalid(name, "is missing") }
      return value
    }
  }

  /// What a member holds.
  ///
  /// - Parameters:
  ///   - kind: What it must be, for the error.
  ///   - convert: Gives `nil` if it is something else.
  private func read<Value>(
    _ name: String, _ kind: String, _ convert: (JSONValue) -> Value?
  ) throws -> Value {
    guard let value = convert(try json(name)) else { throw invalid(name, "must be \(kind)") }
    return value
  }

  func members(_ name: String) throws -> any SectionStore {
    let members = try read(name, "an object") { value -> [String: JSONValue]? in
      if case .object(let members) = value { members } else { nil }
    }
    return JSONStore(members, place: place.isEmpty ? name : "\(place)/\(name)", of: self)
  }

  func flag(_ name: String) throws -> Bool { try read(name, "true or false", \.bool) }
  func integer(_ name: String) throws -> Int { try read(name, "an integer", \.integer) }
  func number(_ name: String) throws -> Double { try read(name, "a number", Self.number) }
  func text(_ name: String) throws -> String { try read(name, "a text", \.string) }

  func unsigned(_ name: String) throws -> UInt64 {
    try read(name, "the digits of an integer") { $0.string.flatMap { UInt64($0) } }
  }

  func texts(_ name: String) throws -> [String] {
    try read(name, "a list of texts") { $0.elements(\.string) }
  }

  func symbols(_ name: String) throws -> [String] { try texts(name) }

  func indices(_ name: String) throws -> [Int32] {
    try read(name, "a list of integers") {
      $0.elements { $0.integer.flatMap { Int32(exactly: $0) } }
    }
  }

  func floats(_ name: String) throws -> [Float] { try numbers(name).map { Float($0) } }

  func numbers(_ name: String) throws -> [Double] {
    try read(name, "a list of numbers") { $0.elements(Self.number) }
  }

  func integerRows(_ name: String) throws -> [[Int]] {
    try read(name, "rows of integers") { $0.elements { $0.elements(\.integer) } }
  }

  func numberRows(_ name: String) throws -> [[Double]] {
    try read(name, "rows of numbers") { $0.elements { $0.elements(Self.number) } }
  }

  func floatLists(_ name: String) throws -> [[Float]] {
    try numberRows(name).map { $0.map { Float($0) } }
  }

  func textLists(_ name: String, count: Int) throws -> [[String]] {
    try read(name, "lists of texts") { $0.elements { $0.elements(\.string) } }
  }

  func array(_ name: String, shape: [Int], need: String) throws -> [Float] {
    let values = Self.flattened(try json(name)).compactMap { $0.double.map { Float($0) } }
    guard values.count == shape.reduce(1, *) else {
      throw invalid(name, "has \(values.count) numbers; \(need) needs \(shape)")
    }
    guard values.allSatisfy(\.isFinite) else {
      throw invalid(name, "holds values that are infinite or not numbers")
    }
    return values
  }

  func invalid(_ name: String, _ reason: String) -> FileError {
    .invalid(file, place.isEmpty ? "\(name): \(reason)" : "\(place): \(name) \(reason)")
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .null: .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: value.double
    }
  }

  private static func flattened(_ value: JSONValue) -> [JSONValue] {
    value.array.map { $0.flatMap(flattened) } ?? [value]
  }
}

extension JSONValue {
  /// The elements of a list.
  ///
  /// - Returns: `nil` if the value is not a list, or one of its elements is not what is wanted.
  func elements<Element>(_ element: (JSONValue) -> Element?) -> [Element]? {
    guard let array else { return nil }
    let elements = array.compactMap(element)
    return elements.count == array.count ? elements : nil
  }
}
