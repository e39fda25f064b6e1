import Files
import HDF5
import Recurrent

/// Reads the operations of a functional model as layers, with their calls.
struct OperationReader {
  let version: KerasVersion
  let invalid: (String) -> FileError

  /// Whether a layer of a functional model is an operation.
  func isOperation(_ json: JSONValue, _ config: JSONValue) -> Bool {
    switch version {
    case .two: ["TFOpLambda", "SlicingOpLambda"].contains(json["class_name"]?.string)
    case .three:
      if let module = json["module"]?.string {
        module.hasPrefix("keras.src.ops") || module.hasPrefix("keras.ops")
      } else {
        // Layers have options that operations do not have.
        config["trainable"] == nil
          && (config["dtype"] == nil || ["Cast", "OneHot"].contains(json["class_name"]?.string))
      }
    }
  }

  /// - Throws: ``FileError`` naming the operation that is not supported.
  func read(_ json: JSONValue, _ name: String, _ config: JSONValue) throws -> LayerConfiguration {
    guard let node = json["inbound_nodes"]?.array?.first else {
      throw invalid("operation \(name) is called 0 times")
    }
    var layer: LayerConfiguration
    switch version {
    case .three: layer = try readClass(json["class_name"]?.string ?? "", name, config, node)
    case .two: layer = try readFunction(config["function"]?.string ?? "", name, node)
    }
    do {
      try layer.validate()
    } catch {
      throw invalid("\(error)")
    }
    guard !layer.inputs.isEmpty else {
      throw invalid("operation \(name) is called with something else than outputs of layers")
    }
    return layer
  }

  private func layer(
    _ operation: KerasOperation, _ name: String, _ operands: [Operand],
    _ options: [String: JSONValue]
  ) throws -> LayerConfiguration {
    var options = options.merging(operation.fixed) { _, fixed in fixed }
    if operation.inputs == .two, operands.contains(where: \.values.isEmpty) {
      guard operation.className != "ops.Matmul" else {
        throw invalid("operation \(name) (\(operation.classes[0])) of a constant is not supported")
      }
      options["operands"] = .array(operands.map { $0.constant.map(Self.floating) ?? nil })
    }
    var layer = LayerConfiguration(operation.className, name: name, options: options)
    let values = operands.flatMap(\.values)
    layer.calls = values.isEmpty ? [] : [LayerCall(values)]
    return layer
  }

  /// TensorFlow does not merge whole numbers with others.
  private static func floating(_ constant: JSONValue) -> JSONValue {
    if let elements = constant.array { return .array(elements.map(floating)) }
    return constant.double.map { .number($0) } ?? constant
  }

  /// Values of layers, or a constant.
  private struct Operand {
    let values: [ValueName]
    let constant: JSONValue?

    init(_ json: JSONValue) {
      values = FunctionalCall.values(in: json)
      constant = values.isEmpty ? Self.plain(json) : nil
    }

    /// The numbers of an array that Keras has put into an object.
    private static func plain(_ json: JSONValue) -> JSONValue {
      guard let className = json["class_name"]?.string else { return json }
      return ["__numpy__", "__tensor__"].contains(className)
        ? json["config"]?["value"] ?? json : json
    }
  }

  private func readClass(
    _ className: String, _ name: String, _ config: JSONValue, _ node: JSONValue
  ) throws -> LayerConfiguration {
    guard let operation = KerasOperation.named(className, config) else {
      throw invalid("\(name) is the operation \(className), which is not supported")
    }
    var options: [String: JSONValue] = [:]
    for option in operation.options where !option.isOlder {
      options[option.name] = config[option.name] ?? option.standard ?? nil
    }
    if case .object(let members) = config {
      let known = Set(operation.options.map(\.name) + operation.settings.keys + ["name"])
      for (member, value) in members
      where !known.contains(member) && value != nil && value != false && member != "dtype" {
        throw invalid("operation \(name) (\(className)): \(member) is not supported")
      }
    }
    var arguments = node["args"]?.array ?? []
    if case .object(let members) = node["kwargs"] {
      arguments += members.sorted { $0.key < $1.key }.map(\.value).filter { $0 != nil }
    }
    if operation.inputs == .selection, arguments.count == 2 {
      options["key"] = .array(arguments[1].array ?? [arguments[1]])
      arguments.removeLast()
    }
    return try layer(operation, name, arguments.map { Operand($0) }, options)
  }

  private func readFunction(
    _ function: String, _ name: String, _ node: JSONValue
  ) throws -> LayerConfiguration {
    guard let operation = KerasOperation.function(function) else {
      throw invalid("\(name) is the operation tf.\(function), which is not supported")
    }
    var arguments = node.array ?? []
    var keywords: [String: JSONValue] = [:]
    var operands: [Operand] = []
    if arguments.first?.array != nil {
      // A list of values, each with the keywords.
      if case .object(let members) = arguments.first?.array?.last { keywords = members }
      operands = [Operand(node)]
    } else {
      if case .object(let members) = arguments.last {
        keywords = members
        arguments.removeLast()
      }
      operands = [
        arguments.first == "_CONSTANT_VALUE" && arguments.count > 2
          ? Operand(arguments[2]) : Operand(.array(arguments))
      ]
    }
    keywords = keywords.filter { $0.key != "name" && $0.key != "conjugate" }
    if operation.inputs == .two, let key = ["y", "b"].first(where: { keywords[$0] != nil }) {
      operands.append(Operand(keywords.removeValue(forKey: key) ?? nil))
    }
    var options: [String: JSONValue] = [:]
    if operation.inputs == .selection {
      let parts = (keywords.removeValue(forKey: "slice_spec") ?? nil)?.array ?? []
      options["key"] = .array(parts.map { Self.isSlice($0) ? Self.slice($0) : $0 })
    }
    for option in operation.options {
      options[option.name] = keywords.removeValue(forKey: option.function) ?? option.standard ?? nil
    }
    if let type = keywords.removeValue(forKey: "dtype"), type != nil {
      guard type.string?.contains("float") == true else {
        throw invalid("operation \(name) (tf.\(function)): dtype is not supported")
      }
    }
    for (keyword, value) in keywords.sorted(by: { $0.key < $1.key })
    where value != nil && value != false {
      throw invalid("operation \(name) (tf.\(function)): \(keyword) is not supported")
    }
    return try layer(operation, name, operands, options)
  }

  private static func isSlice(_ part: JSONValue) -> Bool {
    if case .object(let members) = part { return members["class_name"] == nil }
    return false
  }

  /// A slice as Keras 3 writes it.
  private static func slice(_ part: JSONValue) -> JSONValue {
    ["class_name": "__slice__", "config": part]
  }
}

/// Writes layers that are operations, with their calls.
struct OperationWriter {
  let operation: KerasOperation
  let layer: LayerConfiguration
  let version: KerasVersion
  let style: ModelConfigurationWriter.Style

  /// - Returns: `nil` if the layer is no operation.
  init?(
    _ layer: LayerConfiguration, version: KerasVersion, style: ModelConfigurationWriter.Style
  ) {
    guard let operation = KerasOperation.of(layer) else { return nil }
    (self.operation, self.layer, self.version) = (operation, layer, version)
    self.style = style
  }

  /// The operation as one of a model's layers.
  ///
  /// - Parameter values: Its inputs.
  func write(_ values: [FunctionalCallWriter.Value]) -> JSONValue {
    switch version {
    case .three: writeClass(values)
    case .two: writeFunction(values)
    }
  }

  /// The two operands, constants at their places.
  private func operands<Value>(_ values: [Value], _ constant: (JSONValue) -> Value) -> [Value] {
    let constants = layer["operands"].array ?? [nil, nil]
    var left = values[...]
    return constants.compactMap { $0 == nil ? left.popFirst() : constant($0) }
  }

  private func writeClass(_ values: [FunctionalCallWriter.Value]) -> JSONValue {
    var config = operation.settings
    for option in operation.options where !option.isOlder {
      config[option.name] = layer[option.name]
    }
    config["name"] = .string(layer.name)
    let tensors = values.map { FunctionalMasks.tensor($0.name, $0.shape, type: "float32") }
    let arguments: [JSONValue]
    switch operation.inputs {
    case .one: arguments = tensors
    case .two: arguments = operands(tensors, Self.array)
    case .list: arguments = [.array(tensors)]
    case .selection: arguments = tensors + [layer["key"]]
    }
    let className = JSONValue.string(operation.classes.first ?? "")
    var object: [String: JSONValue] = [
      "class_name": className, "config": .object(config), "name": .string(layer.name),
      "inbound_nodes": [["args": .array(arguments), "kwargs": [:]]],
    ]
    if style == .archive {
      object["module"] = .string("keras.src.ops.\(operation.module)")
      object["registered_name"] = className
    }
    return .object(object)
  }

  /// A constant as Keras 3 has it: an array of numbers is not a list.
  private static func array(_ constant: JSONValue) -> JSONValue {
    guard constant.array != nil else { return constant }
    return ["class_name": "__numpy__", "config": ["value": constant, "dtype": "float32"]]
  }

  private func writeFunction(_ values: [FunctionalCallWriter.Value]) -> JSONValue {
    var keywords: [String: JSONValue] = [:]
    for option in operation.options where layer[option.name] != option.standard {
      keywords[option.function] = layer[option.name]
    }
    let places = values.map { value -> JSONValue in
      [.string(value.name.name), .integer(value.name.call), .integer(value.name.output)]
    }
    var node: JSONValue
    switch operation.inputs {
    case .list:
      node = .array(places.map { .array(($0.array ?? []) + [.object(keywords)]) })
    case .one, .two, .selection:
      var first = places.first ?? nil
      if operation.inputs == .two {
        let both = operands(places) { ["_CONSTANT_VALUE", -1, $0] }
        first = both.first ?? nil
        // Behind the first operand constants stand by themselves.
        let second = both.last ?? nil
        keywords[operation.className == "ops.Matmul" ? "b" : "y"] =
          second.array?.first == "_CONSTANT_VALUE" ? second.array?.last ?? nil : second
      }
      if operation.inputs == .selection {
        keywords["slice_spec"] = .array(
          (layer["key"].array ?? []).map { part in
            part["class_name"] == "__slice__" ? part["config"] ?? nil : part
          })
      }
      node = .array((first.array ?? []) + [.object(keywords)])
    }
    let function = operation.functions.first ?? ""
    return [
      "class_name": operation.inputs == .selection ? "SlicingOpLambda" : "TFOpLambda",
      "config": [
        "name": .string(layer.name), "trainable": true, "dtype": "float32",
        "function": .string(function),
      ],
      "name": .string(layer.name), "inbound_nodes": .array([node]),
    ]
  }
}
