import Files
import Recurrent

/// Keras' layers that pool steps, repeat them or move them, as ONNX computes them.
enum ONNXSteps {
  /// Adds the nodes of a layer.
  ///
  /// - Parameters:
  ///   - features: The features of the layer's output.
  ///   - input: The layer's input, `[batch, timeSteps, features]`.
  /// - Returns: The name of the result; `nil` if the layer is none of these.
  static func add(
    _ layer: LayerConfiguration, features: Int, to input: String, in graph: inout ONNXGraph
  ) -> String? {
    classes[layer.className]?(layer, features, input, &graph)
  }

  /// Whether a class gives other steps than it takes.
  static func changes(_ className: String) -> Bool { classes[className] != nil }

  private typealias Nodes =
    @Sendable (
      _ layer: LayerConfiguration, _ features: Int, _ input: String, _ graph: inout ONNXGraph
    ) -> String

  private static let classes: [String: Nodes] = [
    "GlobalMaxPooling1D": { layer, _, input, graph in
      graph.add(
        "ReduceMax", [input],
        [("axes", .integers([1])), ("keepdims", .integer(layer["keepdims"] == true ? 1 : 0))])
    },
    "GlobalAveragePooling1D": { layer, _, input, graph in
      graph.add(
        "ReduceMean", [input],
        [("axes", .integers([1])), ("keepdims", .integer(layer["keepdims"] == true ? 1 : 0))])
    },
    "MaxPooling1D": { layer, _, input, graph in pool("MaxPool", layer, input, &graph) },
    "AveragePooling1D": { layer, _, input, graph in pool("AveragePool", layer, input, &graph) },
    "UpSampling1D": { layer, features, input, graph in
      // The copies of a step side by side, then one after the other.
      let copies = [String](repeating: input, count: layer["size"].integer ?? 1)
      let wide = graph.add("Concat", copies, [("axis", .integer(2))])
      return graph.add("Reshape", [wide, graph.constant([0, -1, features])])
    },
    "ZeroPadding1D": { layer, _, input, graph in
      let (before, after) = ends(layer["padding"])
      return graph.add("Pad", [input, graph.constant([0, before, 0, 0, after, 0])])
    },
    "Cropping1D": { layer, _, input, graph in
      let (before, after) = ends(layer["cropping"])
      return graph.add(
        "Slice",
        [
          input, graph.constant([before]), graph.constant([after == 0 ? Int(Int32.max) : -after]),
          graph.constant([1]),
        ])
    },
  ]

  private static func pool(
    _ type: String, _ layer: LayerConfiguration, _ input: String, _ graph: inout ONNXGraph
  ) -> String {
    func size(_ option: String) -> Int? {
      layer[option].array?.first?.integer ?? layer[option].integer
    }
    let poolSize = size("pool_size") ?? 1
    let isSame = layer["padding"].string?.lowercased() == "same"
    let pooled = graph.add(
      type, [transposed(input, &graph)],
      [
        ("kernel_shape", .integers([poolSize])),
        ("strides", .integers([size("strides") ?? poolSize])),
        ("auto_pad", .string(isSame ? "SAME_UPPER" : "VALID")),
      ])
    return transposed(pooled, &graph)
  }

  /// ONNX pools over the last axis.
  private static func transposed(_ value: String, _ graph: inout ONNXGraph) -> String {
    graph.add("Transpose", [value], [("perm", .integers([0, 2, 1]))])
  }

  /// Steps at the beginning and at the end; one number is that of both.
  private static func ends(_ option: JSONValue) -> (before: Int, after: Int) {
    let sizes = (option.array ?? [option, option]).compactMap(\.integer)
    return (sizes.first ?? 0, sizes.last ?? 0)
  }
}
