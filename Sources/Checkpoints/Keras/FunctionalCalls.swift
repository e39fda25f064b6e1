import Files
import HDF5

/// The calls of a layer in a functional model, Keras' `inbound_nodes`: which layers' outputs it is given.
struct FunctionalCalls {
  /// The layers, by name.
  let inputs: [String]
  /// Whether they are given in one list.
  let isList: Bool

  /// - Parameters:
  ///   - masks: The operations that compute masks, which a call may name.
  ///   - invalid: Makes the error.
  /// - Throws: ``FileError`` if the layer is called more than once, or with more than its inputs.
  init(
    _ nodes: JSONValue, of layer: String, masks: inout MaskOperations,
    _ invalid: (String) -> FileError
  ) throws {
    guard let node = nodes.array?.first, nodes.array?.count == 1 else {
      throw invalid("layer \(layer) is called \(nodes.array?.count ?? 0) times, not once")
    }
    var tensors: [(layer: String?, output: Int?)] = []
    var options: JSONValue = .object([:])
    if let arguments = node["args"]?.array {
      // Keras 3: tensors, or a list of them.
      let list = arguments.count == 1 ? arguments[0].array : nil
      isList = list != nil
      let all = list ?? arguments
      tensors = all.map { tensor in
        let history = tensor["config"]?["keras_history"]?.array ?? []
        return (history.first?.string, history.last?.integer)
      }
      options = node["kwargs"] ?? options
    } else {
      isList = true
      // tf-keras: the layer, which of its calls, which of its outputs, and options.
      for tensor in node.array ?? [] {
        let parts = tensor.array ?? []
        tensors.append((parts.first?.string, parts.count > 2 ? parts[2].integer : nil))
        if parts.count > 3 { options = parts[3] }
      }
    }
    let inputs = tensors.compactMap { $0.output == 0 ? $0.layer : nil }
    guard !inputs.isEmpty, inputs.count == tensors.count,
      !inputs.contains(where: { masks.contains($0) })
    else {
      throw invalid("layer \(layer) is called with something else than outputs of layers")
    }
    if case .object(let members) = options {
      for (option, value) in members.sorted(by: { $0.key < $1.key })
      where value != nil && value != false {
        // One mask, or one for each of several inputs.
        let sources = (value.array ?? [value]).filter { $0 != nil }.map { mask in
          mask["config"]?["keras_history"]?.array?.first?.string ?? ""
        }
        if option == "mask", sources.allSatisfy({ masks.contains($0) }) {
          for source in sources { masks.noteCall(of: layer, with: source) }
          continue
        }
        throw invalid("layer \(layer) is called with \(option), which is not supported")
      }
    }
    self.inputs = inputs
  }

  /// The calls as Keras writes them.
  ///
  /// - Parameters:
  ///   - shapes: The sizes of each input, the batch first.
  ///   - mask: Which steps count, where that is said.
  ///   - isList: Whether the layer takes its inputs as one list.
  static func nodes(
    _ inputs: [String], shapes: [JSONValue], mask: JSONValue?, version: KerasVersion, isList: Bool
  ) -> JSONValue {
    switch version {
    case .two:
      let tensors = inputs.map { JSONValue.array([.string($0), 0, 0, [:]]) }
      return [.array(tensors)]
    case .three:
      let tensors = zip(inputs, shapes).map { name, shape in
        FunctionalMasks.tensor(name, shape, type: "float32")
      }
      let arguments: JSONValue = isList ? [.array(tensors)] : .array(tensors)
      return [["args": arguments, "kwargs": .object(mask.map { ["mask": $0] } ?? [:])]]
    }
  }
}
