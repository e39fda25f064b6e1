import Files
import HDF5
import Recurrent

/// The operations with which a functional model of Keras 3 computes which steps count. Keras makes them of its own
/// accord where there is a `Masking` or an `Embedding` with `mask_zero`, and so does the engine; any other mask is
/// refused.
struct MaskOperations {
  /// Where a mask comes from: the values of a layer's output that are not some number, or a mask that the model is given.
  private struct Origin: Hashable {
    let input: String?
    let value: Double?
  }

  /// The origins of each operation's result.
  private var origins: [String: Set<Origin>] = [:]
  /// The calls of layers with a mask, and the operations that made it.
  private var calls: [(layer: String, call: FunctionalCall)] = []

  private static let classes: Set<String> = [
    "NotEqual", "Any", "ZerosLike", "OnesLike", "LogicalOr", "ConvertToTensor",
  ]

  /// Whether a result is a mask.
  func contains(_ name: String) -> Bool { origins[name] != nil }

  /// Takes a layer of a model for such an operation, if it is one.
  ///
  /// - Returns: Whether it is.
  mutating func take(_ layer: JSONValue, className: String, name: String) -> Bool {
    let arguments = layer["inbound_nodes"]?.array?.first?["args"]?.array ?? []
    let tensors = arguments.flatMap { $0.array ?? [$0] }
    // Both are operations on numbers too.
    let joinsMasks =
      ["Concatenate", "ExpandDims"].contains(className)
      && tensors.first?["config"]?["dtype"] == "bool"
    guard Self.classes.contains(className) || joinsMasks else { return false }
    let inputs = tensors.map { $0["config"]?["keras_history"]?.array?.first?.string }
    guard className != "NotEqual" else {
      origins[name] = [Origin(input: inputs.first ?? nil, value: arguments.last?.double)]
      return true
    }
    origins[name] = zip(tensors, inputs).reduce(into: []) { union, tensor in
      if let known = tensor.1.flatMap({ origins[$0] }) {
        union.formUnion(known)
      } else if tensor.0["config"]?["dtype"] == "bool" {
        union.insert(Origin(input: tensor.1, value: nil))
      }
    }
    return true
  }

  /// Remembers a call, if it is one with a mask.
  mutating func note(_ call: FunctionalCall, of layer: String) {
    if !call.masks.isEmpty { calls.append((layer, call)) }
  }

  /// Checks that layers are called with the masks that the layers below them make.
  ///
  /// - Throws: ``FileError`` if one is not.
  func check(_ layers: [LayerConfiguration], _ invalid: (String) -> FileError) throws {
    var masks: [String: Set<Origin>] = [:]
    for layer in layers {
      // States have no mask.
      let sources = layer.calls.flatMap(\.inputs).filter { $0.output == 0 }.map(\.name)
      let inputs = sources.reduce(into: Set<Origin>()) { $0.formUnion(masks[$1] ?? []) }
      switch layer.className {
      case "Masking":
        masks[layer.name] = [Origin(input: sources.first, value: layer["mask_value"].double)]
      case GivenMaskDescription.className:
        masks[layer.name] = [Origin(input: layer.inputs.last?.name, value: nil)]
      case "Embedding" where layer["mask_zero"] == true:
        masks[layer.name] = [Origin(input: sources.first, value: 0)]
      default:
        let hasMask =
          !layer.needsEveryMask || sources.allSatisfy { masks[$0]?.isEmpty == false }
        guard layer.passesMask, hasMask else { continue }
        masks[layer.name] =
          layer.passesFirstMask ? masks[sources.first ?? ""] : inputs
      }
    }
    for (layer, call) in calls {
      let below = call.inputs.filter { $0.output == 0 }
        .reduce(into: Set<Origin>()) { $0.formUnion(masks[$1.name] ?? []) }
      // That of all inputs together, or of one of them.
      let own = call.inputs.map { masks[$0.name] }
      guard call.masks.allSatisfy({ origins[$0] == below || own.contains(origins[$0]) }) else {
        throw invalid("layer \(layer) is called with a mask of its own, which is not supported")
      }
    }
  }
}
