import Files
import HDF5
import Recurrent

/// A call of a layer in a functional model, one of Keras' `inbound_nodes`: the values that the layer is given, and what
/// else is said about the call.
struct FunctionalCall {
  /// The values in their order: those given by position, then those by name in the order of ``keywords``.
  private(set) var inputs: [ValueName] = []
  /// Options that change what the layer computes.
  private(set) var options: [String: JSONValue] = [:]
  /// The results that say which steps count, by name.
  private(set) var masks: [String] = []
  /// The values that say which steps of an input count, by the number of the input, where the model is given them.
  private(set) var givenMasks: [Int: ValueName] = [:]

  /// The names under which Keras' layers take values, in their order.
  private static let keywords = [
    "inputs", "sequence", "sequences", "query", "value", "key", "initial_state",
  ]
  /// The options of a layer that Keras' calls have.
  static let callOptions: Set<String> = ["use_causal_mask"]

  /// - Parameter masks: The operations that compute masks, which a call may name.
  /// - Throws: ``FileError`` if there is something in the call that is not supported.
  init(
    _ node: JSONValue, of layer: LayerConfiguration, masks: MaskOperations,
    _ invalid: (String) -> FileError
  ) throws {
    var keywords: JSONValue = .object([:])
    if let arguments = node["args"]?.array {
      // Keras 3: values, or lists of them.
      inputs = arguments.flatMap(Self.values)
      keywords = node["kwargs"] ?? keywords
      guard arguments.allSatisfy({ $0 == nil || !Self.values(in: $0).isEmpty }) else {
        throw invalid("layer \(layer.name) is called with something else than outputs of layers")
      }
    } else {
      inputs = Self.values(in: node)
      keywords = Self.olderKeywords(in: node) ?? keywords
    }
    guard case .object(let members) = keywords else { return }
    for name in Self.keywords {
      if let value = members[name] { inputs += Self.values(in: value) }
    }
    for (name, value) in members.sorted(by: { $0.key < $1.key })
    where value != nil && value != false && !Self.keywords.contains(name) {
      if Self.callOptions.contains(name), layer[name] != nil {
        options[name] = value
        continue
      }
      // One mask, or one for each of several inputs.
      let sources = Self.value(value) == nil ? value.array ?? [value] : [value]
      for (input, source) in sources.enumerated() where source != .null {
        guard name == "mask", let mask = Self.value(source) else {
          throw invalid("layer \(layer.name) is called with \(name), which is not supported")
        }
        if masks.contains(mask.name) {
          self.masks.append(mask.name)
        } else {
          givenMasks[input] = mask
        }
      }
    }
    guard !inputs.isEmpty, !inputs.contains(where: { masks.contains($0.name) }) else {
      throw invalid("layer \(layer.name) is called with something else than outputs of layers")
    }
  }

  /// A value by Keras 3, `{"class_name": "__keras_tensor__", …}`, or by tf-keras, `["lstm", 0, 0, …]`.
  private static func value(_ json: JSONValue) -> ValueName? {
    let parts = json["config"]?["keras_history"]?.array ?? json.array ?? []
    guard parts.count >= 3, let name = parts[0].string, let call = parts[1].integer,
      let output = parts[2].integer
    else { return nil }
    return ValueName(name, call: call, output: output)
  }

  /// All values in lists and dictionaries; a dictionary's by the order of its names, as Keras has them.
  static func values(in json: JSONValue) -> [ValueName] {
    if let value = value(json) { return [value] }
    if case .object(let members) = json {
      return members.sorted { $0.key < $1.key }.flatMap { values(in: $0.value) }
    }
    return (json.array ?? []).flatMap(values)
  }

  /// What tf-keras calls a layer with beside its first argument: behind each value of that.
  private static func olderKeywords(in node: JSONValue) -> JSONValue? {
    if value(node) != nil { return node.array.flatMap { $0.count > 3 ? $0[3] : nil } }
    if case .object(let members) = node {
      return members.values.lazy.compactMap(olderKeywords).first
    }
    return (node.array ?? []).lazy.compactMap(olderKeywords).first
  }
}

/// How Keras writes the calls of a layer.
struct FunctionalCallWriter {
  /// A value with the sizes that Keras writes beside it, the batch first.
  struct Value {
    let name: ValueName
    let shape: JSONValue
  }

  private let layer: LayerConfiguration
  private let model: ModelConfiguration
  private let version: KerasVersion

  /// - Parameter model: The model that the layer is part of.
  init(_ layer: LayerConfiguration, in model: ModelConfiguration, version: KerasVersion) {
    (self.layer, self.model, self.version) = (layer, model, version)
  }

  /// How a layer of several inputs takes them.
  private enum Style {
    /// By position.
    case arguments
    /// The first by position, the others as `initial_state`.
    case states
    /// As one list.
    case list
  }

  private var style: Style {
    if layer.className == "MultiHeadAttention" { return .arguments }
    return layer.model == nil && layer.takesStates ? .states : .list
  }

  /// One of `inbound_nodes`.
  ///
  /// - Parameters:
  ///   - mask: Which steps count, where the layers below say it.
  ///   - given: The same for each input, where the model is given it.
  func node(_ values: [Value], mask: JSONValue?, given: [Value?]) -> JSONValue {
    var options: [String: JSONValue] = [:]
    for option in FunctionalCall.callOptions where layer.options[option] != nil {
      options[option] = layer[option]
    }
    switch version {
    case .two:
      var places = values.map(place(of:))
      if let given = Self.masks(given.map { $0.map(place(of:)) }) { options["mask"] = given }
      if style == .arguments {
        for (name, value) in zip(["value", "key"], places.dropFirst()) { options[name] = value }
        places = Array(places.prefix(1))
      }
      return .array(places.map { .array(($0.array ?? []) + [.object(options)]) })
    case .three:
      let tensors = values.map { value in
        FunctionalMasks.tensor(value.name, value.shape, type: "float32")
      }
      if let mask { options["mask"] = mask }
      let given = given.map { mask in
        mask.map { FunctionalMasks.tensor($0.name, $0.shape, type: "bool") }
      }
      if let given = Self.masks(given) { options["mask"] = given }
      let arguments: [JSONValue]
      switch style {
      case .arguments: arguments = tensors
      case _ where tensors.count == 1 && !layer.takesList: arguments = tensors
      case .states:
        arguments = Array(tensors.prefix(1))
        options["initial_state"] = .array(Array(tensors.dropFirst()))
      case .list: arguments = [.array(tensors)]
      }
      return ["args": .array(arguments), "kwargs": .object(options)]
    }
  }

  /// The masks of the inputs of a call: of recurrent layers, whose further inputs are states, the first; `nil` without any.
  private static func masks(_ given: [JSONValue?]) -> JSONValue? {
    guard given.contains(where: { $0 != nil }) else { return nil }
    return given.dropFirst().allSatisfy { $0 == nil } ? given[0] : .array(given.map { $0 ?? nil })
  }

  /// How tf-keras names a value.
  private func place(of value: Value) -> JSONValue {
    // The call of a model by itself comes before its others.
    let isModel = model.layers.contains { $0.name == value.name.name && $0.model != nil }
    let call = value.name.call + (isModel ? 1 : 0)
    return [.string(value.name.name), .integer(call), .integer(value.name.output)]
  }
}
