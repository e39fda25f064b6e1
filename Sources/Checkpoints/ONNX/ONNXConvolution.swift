import Files
import Recurrent

/// Keras' convolutions over steps, as ONNX computes them: over the last axis, with the kernel `[filters, inputs, kernelSize]`.
enum ONNXConvolution {
  /// Adds the nodes of a layer, without its activation.
  ///
  /// - Parameters:
  ///   - weights: The arrays of the layer, by name; `nil` of one that it does not have.
  ///   - input: The layer's input, `[batch, timeSteps, features]`.
  /// - Returns: The name of the result; `nil` if the layer is none of these.
  static func add(
    _ layer: LayerConfiguration, weights: [String: (name: String, shape: [Int])], to input: String,
    in graph: inout ONNXGraph
  ) -> String? {
    guard let kernel = weights["kernel"] ?? weights["depthwise_kernel"] else { return nil }
    let steps = transposed(input, [0, 2, 1], &graph)
    var result: String
    if layer.className == "Conv1D" {
      let filters = transposed(kernel.name, [2, 1, 0], &graph)
      result = graph.add("Conv", [steps, filters], attributes(layer, groups: 1))
    } else {
      // A group for each feature.
      let filters = graph.add(
        "Reshape",
        [transposed(kernel.name, [1, 2, 0], &graph), graph.constant([-1, 1, kernel.shape[0]])])
      result = graph.add("Conv", [steps, filters], attributes(layer, groups: kernel.shape[1]))
    }
    result = transposed(result, [0, 2, 1], &graph)
    if let pointwise = weights["pointwise_kernel"] {
      let matrix = graph.add(
        "Reshape", [pointwise.name, graph.constant([pointwise.shape[1], pointwise.shape[2]])])
      result = graph.add("MatMul", [result, matrix])
    }
    return weights["bias"].map { graph.add("Add", [result, $0.name]) } ?? result
  }

  /// The classes.
  static let classes: Set<String> = ["Conv1D", "SeparableConv1D", "DepthwiseConv1D"]

  private static func attributes(
    _ layer: LayerConfiguration, groups: Int
  ) -> [(String, ONNXGraph.Attribute)] {
    func size(_ option: String) -> Int {
      layer[option].array?.first?.integer ?? layer[option].integer ?? 1
    }
    var attributes: [(String, ONNXGraph.Attribute)] = [
      ("kernel_shape", .integers([size("kernel_size")])), ("strides", .integers([size("strides")])),
      ("dilations", .integers([size("dilation_rate")])), ("group", .integer(groups)),
    ]
    switch layer["padding"] {
    case "same" where size("strides") == 1:
      // By their numbers: onnxruntime refuses others with dilation.
      let zeros = (size("kernel_size") - 1) * size("dilation_rate")
      attributes.append(("pads", .integers([zeros / 2, zeros - zeros / 2])))
    case "same": attributes.append(("auto_pad", .string("SAME_UPPER")))
    case "causal":
      let before = (size("kernel_size") - 1) * size("dilation_rate")
      attributes.append(("pads", .integers([before, 0])))
    default: break
    }
    return attributes
  }

  private static func transposed(
    _ value: String, _ order: [Int], _ graph: inout ONNXGraph
  ) -> String {
    graph.add("Transpose", [value], [("perm", .integers(order))])
  }
}
