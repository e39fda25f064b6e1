import Files
import HDF5
import Recurrent

/// The operations that compute in an archive of Keras 3 which steps of a functional model count, as Keras itself
/// writes them. Keras would make them again while loading, but under names that layers may have.
struct FunctionalMasks {
  /// A mask, `[batch, timeSteps]`.
  private struct Mask {
    let name: String
    let shape: JSONValue
  }

  /// The operations made so far and not yet taken by ``takeOperations()``.
  private var operations: [JSONValue] = []
  private var count = 0
  private var masks: [String: Mask] = [:]

  /// Adds the operations of a layer's mask.
  ///
  /// - Parameters:
  ///   - inputs: The layers below, by name.
  ///   - shapes: The sizes of their outputs, the batch first.
  /// - Returns: The mask that the layer is called with; `nil` if with none.
  mutating func add(
    _ layer: LayerConfiguration, inputs values: [ValueName], shapes: [ValueName: JSONValue]
  ) -> JSONValue? {
    // States have no mask.
    let inputs = values.map { $0.output == 0 ? $0.name : "" }
    let shapes = Dictionary(
      zip(inputs, values.map { shapes[$0] ?? nil })
    ) { one, _ in one }
    let input = inputs.first ?? ""
    let shape = shapes[input] ?? nil
    let tensor = Self.tensor(ValueName(input), shape, type: "float32")
    switch layer.className {
    case "Masking":
      let different = operation("NotEqual", [tensor, layer["mask_value"]])
      masks[layer.name] = any(different, of: shape)
    case "Embedding" where layer["mask_zero"] == true:
      masks[layer.name] = Mask(name: operation("NotEqual", [tensor, 0]), shape: shape)
    case "Concatenate":
      let axis = layer["axis"].integer ?? -1
      masks[layer.name] = joined(inputs, shapes, overSteps: axis == 1 || axis == -2)
    case "Attention", "AdditiveAttention":
      masks[layer.name] = masks[input]
      let all = inputs.map {
        masks[$0].map { Self.tensor(ValueName($0.name), $0.shape, type: "bool") }
      }
      return all.allSatisfy { $0 == nil } ? nil : .array(all.map { $0 ?? .null })
    case _ where !layer.recurrentLayers.isEmpty,
      "BatchNormalization", "TimeDistributed", "GlobalAveragePooling1D":
      if layer.passesMask { masks[layer.name] = masks[input] }
      guard layer["ignores_mask"] != true else { return nil }
      return masks[input].map { Self.tensor(ValueName($0.name), $0.shape, type: "bool") }
    case _ where layer.needsEveryMask: masks[layer.name] = merged(inputs)
    default: if layer.passesMask { masks[layer.name] = masks[input] }
    }
    return nil
  }

  /// The operations since the last call, in their order.
  mutating func takeOperations() -> [JSONValue] {
    defer { operations = [] }
    return operations
  }

  static func tensor(_ value: ValueName, _ shape: JSONValue, type: String) -> JSONValue {
    [
      "class_name": "__keras_tensor__",
      "config": [
        "shape": shape, "dtype": .string(type),
        "keras_history": [
          .string(value.name), .integer(value.call), .integer(value.output),
        ],
      ],
    ]
  }

  /// The mask of a `Concatenate`: a step counts if it does for any input, or over steps for the one that it comes from.
  private mutating func joined(
    _ inputs: [String], _ shapes: [String: JSONValue], overSteps: Bool
  ) -> Mask? {
    guard inputs.contains(where: { masks[$0] != nil }) else { return nil }
    var tensors: [JSONValue] = []
    var features = 0
    var steps: Int? = 0
    var shape: JSONValue = nil
    for input in inputs {
      shape = shapes[input] ?? nil
      features += shape.array?.last?.integer ?? 0
      steps = shape.array?.dropFirst().first?.integer.flatMap { more in steps.map { $0 + more } }
      let tensor = Self.tensor(ValueName(input), shape, type: "float32")
      var name = ""
      if let mask = masks[input] {
        let wide = operation(
          "ExpandDims", [Self.tensor(ValueName(mask.name), mask.shape, type: "bool")], ["axis": -1])
        let zeros = operation("ZerosLike", [tensor], ["dtype": "bool"])
        name = operation(
          "LogicalOr",
          [
            Self.tensor(ValueName(wide), Self.resized(shape, last: 1), type: "bool"),
            Self.tensor(ValueName(zeros), shape, type: "bool"),
          ])
      } else {
        name = operation("OnesLike", [tensor], ["dtype": "bool"])
      }
      tensors.append(Self.tensor(ValueName(name), shape, type: "bool"))
    }
    let all = operation("Concatenate", [.array(tensors)], ["axis": overSteps ? 1 : -1])
    guard overSteps else { return any(all, of: Self.resized(shape, last: features)) }
    let ends = shape.array ?? []
    return any(
      all, of: .array([ends.first ?? nil, steps.map { .integer($0) } ?? nil, ends.last ?? nil]))
  }

  /// The mask of an `Add` or its like: a step counts if it does for any input, and all if an input has no mask.
  private mutating func merged(_ inputs: [String]) -> Mask? {
    let all = inputs.compactMap { masks[$0] }
    guard var merged = all.first, all.count == inputs.count else { return nil }
    for mask in all.dropFirst() {
      let name = operation(
        "LogicalOr",
        [merged, mask].map { Self.tensor(ValueName($0.name), $0.shape, type: "bool") })
      // One step stands beside every other.
      let shape = merged.shape.array?.last?.integer == 1 ? mask.shape : merged.shape
      merged = Mask(name: name, shape: shape)
    }
    return merged
  }

  /// Whether any value of each step is true.
  private mutating func any(_ name: String, of shape: JSONValue) -> Mask {
    let any = operation(
      "Any", [Self.tensor(ValueName(name), shape, type: "bool")], ["axis": -1, "keepdims": false])
    return Mask(name: any, shape: .array(Array((shape.array ?? []).dropLast())))
  }

  /// - Returns: The operation's name.
  private mutating func operation(
    _ className: String, _ arguments: [JSONValue], _ config: [String: JSONValue] = [:]
  ) -> String {
    count += 1
    let name = "mask_\(count)_\(KerasVariables.snakeCase(className))"
    operations.append([
      "module": "keras.src.ops.numpy", "class_name": .string(className),
      "config": .object(config.merging(["name": .string(name)]) { own, _ in own }),
      "registered_name": .string(className), "name": .string(name),
      "inbound_nodes": [["args": .array(arguments), "kwargs": [:]]],
    ])
    return name
  }

  private static func resized(_ shape: JSONValue, last: Int) -> JSONValue {
    .array((shape.array ?? []).dropLast() + [.integer(last)])
  }
}
