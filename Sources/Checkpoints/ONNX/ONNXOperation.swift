import Files
import Recurrent

/// The operations of functional models, as ONNX computes them.
struct ONNXOperation {
  private let call: LayerShapes
  private let inputs: [String]
  private var layer: LayerConfiguration { call.layer }
  /// The axes of the first input, the batch among them.
  private let axes: Int

  /// Adds the nodes of a call.
  ///
  /// - Parameters:
  ///   - inputs: The names of its inputs, the batch first.
  ///   - axes: How many axes each value has.
  /// - Returns: The name of the result; `nil` if the layer is no operation.
  static func add(
    _ call: LayerShapes, _ inputs: [String], axes: [String: Int], in graph: inout ONNXGraph
  ) -> String? {
    guard let first = inputs.first else { return nil }
    let operation = ONNXOperation(call: call, inputs: inputs, axes: axes[first] ?? 0)
    if let type = arithmetic[call.layer.className] {
      return graph.add(type, operation.operands(&graph))
    }
    return nodes[call.layer.className]?(operation, first, &graph)
  }

  /// Adds the nodes of a call of `Split`.
  ///
  /// - Returns: The names of the parts; `nil` if the layer is another one.
  static func split(
    _ call: LayerShapes, _ inputs: [String], in graph: inout ONNXGraph
  ) -> [String]? {
    guard call.layer.className == "ops.Split", let input = inputs.first,
      let axis = call.layer["axis"].integer
    else { return nil }
    let size = call.output[axis < 0 ? axis + call.output.count : axis - 1] ?? 1
    return call.outputs.indices.map {
      slice(input, axis: axis, from: $0 * size, to: ($0 + 1) * size, step: 1, &graph)
    }
  }

  /// Whether a class may give other steps than it takes.
  static func changesSteps(_ className: String) -> Bool {
    nodes[className] != nil && className != "ops.Function"
  }

  private static let arithmetic = [
    "ops.Add": "Add", "ops.Subtract": "Sub", "ops.Multiply": "Mul", "ops.TrueDivide": "Div",
    "ops.Power": "Pow", "ops.Maximum": "Max", "ops.Minimum": "Min",
  ]

  private typealias Nodes =
    @Sendable (_ operation: ONNXOperation, _ input: String, _ graph: inout ONNXGraph) -> String?

  private static let nodes: [String: Nodes] = [
    "ops.GetItem": { operation, input, graph in operation.selection(of: input, &graph) },
    "ops.Transpose": { operation, input, graph in
      graph.add("Transpose", [input], [("perm", .integers(operation.whole("axes")))])
    },
    "Permute": { operation, input, graph in
      graph.add("Transpose", [input], [("perm", .integers([0] + operation.whole("dims")))])
    },
    "ops.ExpandDims": { operation, input, graph in
      graph.add("Unsqueeze", [input, graph.constant(operation.whole("axis"))])
    },
    "ops.Squeeze": { operation, input, graph in operation.reshaped(input, &graph) },
    "ops.Reshape": { operation, input, graph in operation.reshaped(input, &graph) },
    "ops.Flip": { operation, input, graph in
      operation.whole("axis").reduce(input) { value, axis in
        slice(value, axis: axis, from: Int(Int32.max), to: Int(Int32.min), step: -1, &graph)
      }
    },
    "ops.Repeat": { operation, input, graph in
      let axis = operation.whole("axis").map { $0 < 0 ? $0 + operation.axes : $0 }.first ?? 1
      let wide = graph.add("Unsqueeze", [input, graph.constant([axis + 1])])
      var times = [Int](repeating: 1, count: operation.axes + 1)
      times[axis + 1] = operation.whole("repeats").first ?? 1
      return operation.reshaped(graph.add("Tile", [wide, graph.constant(times)]), &graph)
    },
    "ops.Tile": { operation, input, graph in
      let repeats = operation.whole("repeats")
      let all = [Int](repeating: 1, count: max(0, operation.axes - repeats.count)) + repeats
      return graph.add("Tile", [input, graph.constant(all)])
    },
    "ops.Concatenate": { operation, _, graph in
      graph.add(
        "Concat", operation.inputs, [("axis", .integer(operation.whole("axis").first ?? -1))])
    },
    "ops.Stack": { operation, _, graph in
      let axis = operation.whole("axis").first ?? 1
      let wide = operation.inputs.map { graph.add("Unsqueeze", [$0, graph.constant([axis])]) }
      return graph.add("Concat", wide, [("axis", .integer(axis))])
    },
    "ops.Sum": { operation, input, graph in
      graph.add(
        "ReduceSum", [input, graph.constant(operation.whole("axis"))], [operation.keepsAxes])
    },
    "ops.Mean": { operation, input, graph in operation.reduced("ReduceMean", input, &graph) },
    "ops.Max": { operation, input, graph in operation.reduced("ReduceMax", input, &graph) },
    "ops.Min": { operation, input, graph in operation.reduced("ReduceMin", input, &graph) },
    "ops.Softmax": { operation, input, graph in
      graph.add("Softmax", [input], [("axis", .integer(operation.whole("axis").first ?? -1))])
    },
    "ops.OneHot": { operation, input, graph in
      let count = graph.constant(operation.whole("num_classes"))
      return graph.add("OneHot", [input, count, graph.constant([0, 1], shape: [2])])
    },
    "ops.Normalize": { operation, input, graph in
      operation.normalized(input, shortestSquare: 1e-14, &graph)
    },
    "ops.L2Normalize": { operation, input, graph in
      operation.normalized(input, shortestSquare: 1e-12, &graph)
    },
    "ops.Clip": { operation, input, graph in
      let limits = ["x_min", "x_max"].map { option in
        graph.constant([Float(operation.layer[option].double ?? 0)], shape: [])
      }
      return graph.add("Clip", [input] + limits)
    },
    "ops.Matmul": { operation, _, graph in
      let matrices = zip(operation.inputs, ["transpose_a", "transpose_b"]).map { input, option in
        operation.layer[option] == true
          ? graph.add("Transpose", [input], [("perm", .integers([0, 2, 1]))]) : input
      }
      return graph.add("MatMul", matrices)
    },
    "ops.Function": { operation, input, graph in
      let name = operation.layer["function"].string ?? ""
      return functions[name]?(input, &graph) ?? ONNXActivation.add(name, to: input, in: &graph)
    },
  ]

  private static let functions: [String: @Sendable (String, inout ONNXGraph) -> String] = [
    "absolute": { input, graph in graph.add("Abs", [input]) },
    "negative": { input, graph in graph.add("Neg", [input]) },
    "square": { input, graph in graph.add("Mul", [input, input]) },
    "sqrt": { input, graph in graph.add("Sqrt", [input]) },
    "rsqrt": { input, graph in graph.add("Reciprocal", [graph.add("Sqrt", [input])]) },
    "reciprocal": { input, graph in graph.add("Reciprocal", [input]) },
    "sign": { input, graph in graph.add("Sign", [input]) },
    "log": { input, graph in graph.add("Log", [input]) },
    "log1p": { input, graph in
      graph.add("Log", [graph.add("Add", [input, graph.constant([1], shape: [])])])
    },
    "log2": { input, graph in
      graph.add(
        "Div", [graph.add("Log", [input]), graph.constant([0.693_147_2], shape: [])])
    },
    "expm1": { input, graph in
      graph.add("Sub", [graph.add("Exp", [input]), graph.constant([1], shape: [])])
    },
    "gelu_tanh": { input, graph in
      // x · (1 + tanh(√(2 / π) · (x + 0.044715 x³))) / 2
      let square = graph.add("Mul", [input, input])
      let scaled = graph.add("Mul", [square, graph.constant([0.044_715], shape: [])])
      let factor = graph.add("Add", [scaled, graph.constant([1], shape: [])])
      let bent = graph.add(
        "Mul", [graph.add("Mul", [input, factor]), graph.constant([0.797_884_6], shape: [])])
      let sum = graph.add("Add", [graph.add("Tanh", [bent]), graph.constant([1], shape: [])])
      let half = graph.add("Mul", [input, graph.constant([0.5], shape: [])])
      return graph.add("Mul", [half, sum])
    },
  ]

  /// An option of whole numbers, or of one.
  private func whole(_ option: String) -> [Int] {
    (layer[option].array ?? [layer[option]]).compactMap(\.integer)
  }

  private var keepsAxes: (String, ONNXGraph.Attribute) {
    ("keepdims", .integer(layer["keepdims"] == true ? 1 : 0))
  }

  /// Divided by its length on the axes.
  private func normalized(
    _ input: String, shortestSquare: Float, _ graph: inout ONNXGraph
  ) -> String {
    let squares = graph.add(
      "ReduceSumSquare", [input], [("axes", .integers(whole("axis"))), ("keepdims", .integer(1))])
    let sums = graph.add("Max", [squares, graph.constant([shortestSquare], shape: [])])
    return graph.add("Div", [input, graph.add("Sqrt", [sums])])
  }

  private func reduced(_ type: String, _ input: String, _ graph: inout ONNXGraph) -> String {
    graph.add(type, [input], [("axes", .integers(whole("axis"))), keepsAxes])
  }

  /// The values in the output's shape.
  private func reshaped(_ input: String, _ graph: inout ONNXGraph) -> String {
    graph.add("Reshape", [input, graph.constant([0] + call.output.map { $0 ?? -1 })])
  }

  /// The two operands of an operator, constants among them.
  private func operands(_ graph: inout ONNXGraph) -> [String] {
    var left = inputs[...]
    return (layer["operands"].array ?? [nil, nil]).map { constant in
      guard constant != nil else { return left.popFirst() ?? "" }
      var shape: [Int] = []
      var inner = constant
      while let elements = inner.array, let first = elements.first {
        shape.append(elements.count)
        inner = first
      }
      return graph.constant(Self.numbers(constant), shape: shape)
    }
  }

  private static func numbers(_ constant: JSONValue) -> [Float] {
    constant.array?.flatMap(numbers) ?? [Float(constant.double ?? 0)]
  }

  private static func slice(
    _ value: String, axis: Int, from start: Int, to stop: Int, step: Int, _ graph: inout ONNXGraph
  ) -> String {
    graph.add("Slice", [value] + [start, stop, axis, step].map { graph.constant([$0]) })
  }

  /// What stands between brackets, part by part.
  private func selection(of input: String, _ graph: inout ONNXGraph) -> String {
    let parts = layer["key"].array ?? []
    let taking = parts.filter { $0 != nil && $0["class_name"] != "__ellipsis__" }.count
    var (value, axis) = (input, 0)
    for part in parts {
      if part == nil {
        value = graph.add("Unsqueeze", [value, graph.constant([axis])])
        axis += 1
      } else if let index = part.integer {
        value = graph.add(
          "Gather", [value, graph.constant(scalar: index)], [("axis", .integer(axis))])
      } else if part["class_name"] == "__ellipsis__" {
        axis += axes - taking
      } else {
        let bounds = ["start", "stop", "step"].map { part["config"]?[$0]?.integer }
        let step = bounds[2] ?? 1
        let (first, last) =
          step > 0 ? (0, Int(Int32.max)) : (Int(Int32.max), Int(Int32.min))
        if bounds != [nil, nil, nil] {
          value = Self.slice(
            value, axis: axis, from: bounds[0] ?? first, to: bounds[1] ?? last, step: step, &graph)
        }
        axis += 1
      }
    }
    return value
  }
}
