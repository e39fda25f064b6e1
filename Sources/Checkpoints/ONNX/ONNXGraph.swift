import Files
import HDF5

/// An ONNX graph as it is made: nodes in the order in which they are computed, arrays, inputs and outputs
/// (`onnx.proto`, with its field numbers).
struct ONNXGraph {
  /// A size of an input or output.
  enum Size {
    case fixed(Int)
    case named(String)
  }

  enum Attribute {
    case float(Float)
    case integer(Int)
    case string(String)
    case floats([Float])
    case integers([Int])
    case strings([String])
    /// Nodes inside a node.
    case graph(ONNXGraph)
  }

  enum ElementType: Int {
    case float = 1
    case int64 = 7
    case bool = 9
  }

  /// The version of the operators, and of the format.
  private static let operators = 17
  private static let format = 8

  private var graph = ProtobufMessage()
  private var names = 0
  /// What the names of values begin with.
  private var prefix = ""

  init() {}

  /// The nodes inside a node, which may take the values of the graph around them.
  ///
  /// - Parameter name: Its own.
  init(inside name: String) {
    prefix = name + "/"
    graph.add(2, name)
  }

  /// Adds a node.
  ///
  /// - Parameters:
  ///   - outputs: The names of its outputs; new ones if they are not given.
  /// - Returns: The name of its first output.
  @discardableResult
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [(String, Attribute)] = [],
    outputs: [String]? = nil
  ) -> String {
    names += 1
    let outputs = outputs ?? ["\(prefix)\(type)_\(names)"]
    var node = ProtobufMessage()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    node.add(3, "\(prefix)\(type)_\(names)")
    node.add(4, type)
    for (name, value) in attributes { node.add(5, Self.message(name, value)) }
    graph.add(1, node)
    return outputs.first { !$0.isEmpty } ?? ""
  }

  /// A name that begins like this and that nothing has.
  mutating func newName(_ name: String) -> String {
    names += 1
    return "\(name)_\(names)"
  }

  /// Adds an array of numbers.
  ///
  /// - Returns: Its name.
  mutating func constant(_ values: [Float], shape: [Int], name: String? = nil) -> String {
    constant(
      .float, values.withUnsafeBytes { Array($0) }, shape: shape, name: name)
  }

  /// Adds a list of whole numbers.
  ///
  /// - Returns: Its name.
  mutating func constant(_ values: [Int]) -> String {
    constant(
      .int64, values.flatMap { LittleEndian.bytes(Int64($0)) }, shape: [values.count], name: nil)
  }

  /// Adds one whole number.
  ///
  /// - Returns: Its name.
  mutating func constant(scalar value: Int) -> String {
    constant(.int64, LittleEndian.bytes(Int64(value)), shape: [], name: nil)
  }

  /// - Parameter shape: `nil` inside a node, where it follows from what is around it.
  mutating func input(_ name: String, _ type: ElementType, _ shape: [Size]?) {
    graph.add(11, Self.value(name, type, shape))
  }

  mutating func output(_ name: String, _ shape: [Size]?) {
    graph.add(12, Self.value(name, .float, shape))
  }

  /// The bytes of a model file.
  func model(name: String, texts: [String: String]) -> [UInt8] {
    var graph = graph
    graph.add(2, name)
    var operators = ProtobufMessage()
    operators.add(1, "")
    operators.add(2, Self.operators)
    var model = ProtobufMessage()
    model.add(1, Self.format)
    model.add(2, "lstm-toolkit")
    model.add(7, graph)
    model.add(8, operators)
    for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufMessage()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry)
    }
    return model.bytes
  }

  private mutating func constant(
    _ type: ElementType, _ bytes: [UInt8], shape: [Int], name: String?
  ) -> String {
    names += 1
    let name = name ?? "\(prefix)constant_\(names)"
    var tensor = ProtobufMessage()
    for size in shape { tensor.add(1, size) }
    tensor.add(2, type.rawValue)
    tensor.add(8, name)
    tensor.add(9, bytes)
    graph.add(5, tensor)
    return name
  }

  private static func value(
    _ name: String, _ type: ElementType, _ shape: [Size]?
  ) -> ProtobufMessage {
    var sizes = ProtobufMessage()
    for size in shape ?? [] {
      var dimension = ProtobufMessage()
      switch size {
      case .fixed(let number): dimension.add(1, number)
      case .named(let name): dimension.add(2, name)
      }
      sizes.add(1, dimension)
    }
    var tensor = ProtobufMessage()
    tensor.add(1, type.rawValue)
    if shape != nil { tensor.add(2, sizes) }
    var kind = ProtobufMessage()
    kind.add(1, tensor)
    var value = ProtobufMessage()
    value.add(1, name)
    value.add(2, kind)
    return value
  }

  private static func message(_ name: String, _ value: Attribute) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    let kind: Int
    switch value {
    case .float(let number):
      message.add(2, number)
      kind = 1
    case .integer(let number):
      message.add(3, number)
      kind = 2
    case .string(let text):
      message.add(4, text)
      kind = 3
    case .floats(let numbers):
      for number in numbers { message.add(7, number) }
      kind = 6
    case .integers(let numbers):
      for number in numbers { message.add(8, number) }
      kind = 7
    case .strings(let texts):
      for text in texts { message.add(9, text) }
      kind = 8
    case .graph(let graph):
      message.add(6, graph.graph)
      kind = 5
    }
    message.add(20, kind)
    return message
  }
}
