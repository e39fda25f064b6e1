import Recurrent

/// The operations with which a functional model of Keras 3 tells which steps count. Keras makes them of its own
/// accord where there is a `Masking` or an `Embedding` with `mask_zero`, and so does the engine; any other mask is
/// refused.
struct MaskOperations {
  /// Their names.
  private(set) var names: Set<String> = []
  private var roots: [(input: String?, value: Double?)] = []

  private static let classes: Set<String> = [
    "NotEqual", "Any", "ExpandDims", "ZerosLike", "OnesLike", "LogicalOr",
  ]

  /// Takes a layer of a model for such an operation, if it is one.
  ///
  /// - Returns: Whether it is.
  mutating func take(_ layer: JSONValue, className: String, name: String) -> Bool {
    let arguments = layer["inbound_nodes"]?.array?.first?["args"]?.array ?? []
    let tensor = arguments.first?.array?.first ?? arguments.first ?? .null
    // The layer Concatenate joins numbers, the operation of that name joins masks.
    let joinsMasks = className == "Concatenate" && tensor["config"]?["dtype"] == "bool"
    guard Self.classes.contains(className) || joinsMasks else { return false }
    names.insert(name)
    if className == "NotEqual" {
      let input = tensor["config"]?["keras_history"]?.array?.first?.string
      roots.append((input, arguments.count == 2 ? arguments[1].double : nil))
    }
    return true
  }

  /// Checks that all masks are those that layers make.
  ///
  /// - Throws: ``CheckpointError`` if one is not.
  func check(_ layers: [LayerConfiguration], _ invalid: (String) -> CheckpointError) throws {
    for root in roots {
      let isOwn = layers.contains { layer in
        guard layer.inputs == [root.input], let value = root.value else { return false }
        return switch layer.className {
        case "Masking": layer["mask_value"].double == value
        case "Embedding": layer["mask_zero"] == true && value == 0
        default: false
        }
      }
      guard isOwn else {
        throw invalid("a mask of its own, of \(root.input ?? "no layer"), is not supported")
      }
    }
  }
}
