import Files
import HDF5
import Recurrent

/// Keras' activations as ONNX has them.
enum ONNXActivation {
  /// What a recurrent operator calls an activation, with the settings that it has.
  struct Recurrent {
    let name: String
    var alpha: Float?
    var beta: Float?
  }

  /// - Returns: `nil` if ONNX's recurrent operators have none that computes the same.
  static func recurrent(_ name: String) -> Recurrent? {
    switch name {
    case "tanh": Recurrent(name: "Tanh")
    case "sigmoid": Recurrent(name: "Sigmoid")
    case "relu": Recurrent(name: "Relu")
    case "linear": Recurrent(name: "Affine", alpha: 1, beta: 0)
    case "softsign": Recurrent(name: "Softsign")
    case "softplus": Recurrent(name: "Softplus")
    case "elu": Recurrent(name: "Elu", alpha: 1)
    case "leaky_relu": Recurrent(name: "LeakyRelu", alpha: 0.2)
    case "hard_sigmoid": Recurrent(name: "HardSigmoid", alpha: 1 / 6, beta: 0.5)
    case "hard_sigmoid_keras2": Recurrent(name: "HardSigmoid", alpha: 0.2, beta: 0.5)
    default: nil
    }
  }

  /// Adds the nodes that compute an activation over the last axis.
  ///
  /// - Returns: The name of the result; `nil` if ONNX's operators do not compute it.
  static func add(_ name: String, to input: String, in graph: inout ONNXGraph) -> String? {
    switch name {
    case "linear": return input
    case "relu": return graph.add("Relu", [input])
    case "tanh": return graph.add("Tanh", [input])
    case "sigmoid": return graph.add("Sigmoid", [input])
    case "softmax": return graph.add("Softmax", [input], [("axis", .integer(-1))])
    case "log_softmax": return graph.add("LogSoftmax", [input], [("axis", .integer(-1))])
    case "elu", "celu": return graph.add("Elu", [input], [("alpha", .float(1))])
    case "selu":
      return graph.add(
        "Selu", [input], [("alpha", .float(1.673_263_2)), ("gamma", .float(1.050_701))])
    case "softplus": return graph.add("Softplus", [input])
    case "softsign": return graph.add("Softsign", [input])
    case "exponential": return graph.add("Exp", [input])
    case "leaky_relu": return graph.add("LeakyRelu", [input], [("alpha", .float(0.2))])
    case "hard_sigmoid":
      return graph.add("HardSigmoid", [input], [("alpha", .float(1 / 6)), ("beta", .float(0.5))])
    case "hard_sigmoid_keras2":
      return graph.add("HardSigmoid", [input], [("alpha", .float(0.2)), ("beta", .float(0.5))])
    case "hard_silu", "hard_swish": return graph.add("HardSwish", [input])
    case "relu6": return clip(input, from: 0, to: 6, in: &graph)
    case "hard_tanh": return clip(input, from: -1, to: 1, in: &graph)
    case "silu", "swish": return graph.add("Mul", [input, graph.add("Sigmoid", [input])])
    case "tanh_shrink": return graph.add("Sub", [input, graph.add("Tanh", [input])])
    case "mish":
      return graph.add("Mul", [input, graph.add("Tanh", [graph.add("Softplus", [input])])])
    case "log_sigmoid":
      return graph.add("Neg", [graph.add("Softplus", [graph.add("Neg", [input])])])
    case "gelu":
      // x · (1 + erf(x / √2)) / 2
      let scaled = graph.add("Div", [input, graph.constant([Float(2).squareRoot()], shape: [])])
      let sum = graph.add(
        "Add", [graph.add("Erf", [scaled]), graph.constant([1], shape: [])])
      let half = graph.add("Mul", [input, graph.constant([0.5], shape: [])])
      return graph.add("Mul", [half, sum])
    default: return nil
    }
  }

  /// Adds the nodes of a layer that computes an activation: `ReLU`, `LeakyReLU`, `ELU` or `Softmax`.
  ///
  /// - Returns: The name of the result.
  static func add(
    _ layer: LayerConfiguration, to input: String, in graph: inout ONNXGraph
  ) -> String {
    func number(_ option: String) -> Float { Float(layer[option].double ?? 0) }
    switch layer.className {
    case "LeakyReLU":
      return graph.add("LeakyRelu", [input], [("alpha", .float(number("negative_slope")))])
    case "ELU": return graph.add("Elu", [input], [("alpha", .float(number("alpha")))])
    case "Softmax":
      return graph.add("Softmax", [input], [("axis", .integer(layer["axis"].integer ?? -1))])
    default: break
    }
    if layer["max_value"] == .null, number("threshold") == 0, number("negative_slope") == 0 {
      return graph.add("Relu", [input])
    }
    let threshold = graph.constant([number("threshold")], shape: [])
    let slope = graph.constant([number("negative_slope")], shape: [])
    // The lesser of x and the largest value above the threshold, slope · (x − threshold) below.
    let below = graph.add("Mul", [slope, graph.add("Sub", [input, threshold])])
    let above =
      layer["max_value"] == .null
      ? input : graph.add("Min", [input, graph.constant([number("max_value")], shape: [])])
    return graph.add("Where", [graph.add("Greater", [input, threshold]), above, below])
  }

  private static func clip(
    _ input: String, from least: Float, to largest: Float, in graph: inout ONNXGraph
  ) -> String {
    graph.add(
      "Clip", [input, graph.constant([least], shape: []), graph.constant([largest], shape: [])])
  }
}
