import Files
import Recurrent

/// `ConvLSTM1D` and `ConvLSTM2D` as a `Scan` of ONNX, whose body is one step with the channels behind the batch.
struct ONNXConvLSTM {
  static let classes: Set<String> = ["ConvLSTM1D", "ConvLSTM2D"]

  private let layer: LayerConfiguration
  /// How many axes its planes have.
  private let axes: Int
  // The names of the arrays; the filters first.
  private let kernel, recurrentKernel: String
  private let size: [Int]

  /// Adds the nodes of a layer.
  ///
  /// - Parameters:
  ///   - weights: The arrays of the layer, by name.
  ///   - input: `[batch, timeSteps, height, width, channels]`, of `ConvLSTM1D` without the height.
  /// - Returns: The name of the result; `nil` if ONNX does not compute one of its activations.
  static func add(
    _ layer: LayerConfiguration, weights: [String: (name: String, shape: [Int])], to input: String,
    in graph: inout ONNXGraph
  ) -> String? {
    guard let kernel = weights["kernel"], let recurrent = weights["recurrent_kernel"] else {
      return nil
    }
    let axes = kernel.shape.count - 2
    let turned = [axes + 1, axes] + Array(0..<axes)
    func filters(_ name: String) -> String {
      graph.add("Transpose", [name], [("perm", .integers(turned))])
    }
    return ONNXConvLSTM(
      layer: layer, axes: axes, kernel: filters(kernel.name),
      recurrentKernel: filters(recurrent.name), size: Array(kernel.shape.prefix(axes))
    ).add(bias: weights["bias"]?.name, to: input, &graph)
  }

  private func add(bias: String?, to input: String, _ graph: inout ONNXGraph) -> String? {
    let forwards = graph.add(
      "Transpose", [input], [("perm", .integers([1, 0, axes + 2] + Array(2..<axes + 2)))])
    // A step of -1 goes through the first axis from its end.
    let steps =
      layer["go_backwards"] == true
      ? graph.add(
        "Slice",
        [
          forwards, graph.constant([-1]), graph.constant([-Int(Int32.max)]), graph.constant([0]),
          graph.constant([-1]),
        ]) : forwards
    let first = graph.add(
      "Gather", [steps, graph.constant(scalar: 0)], [("axis", .integer(0))])
    let gates = graph.newName("gates")
    graph.add(
      "Split", [convolved(first, &graph)], [("axis", .integer(1))],
      outputs: (0..<4).map { "\(gates)/\($0)" })
    // Finite gates times zero.
    let zeros = graph.add(
      "Mul", [graph.add("Tanh", ["\(gates)/0"]), graph.constant([0], shape: [])])

    let name = layer.name
    var body = ONNXGraph(inside: name)
    let (hidden, cell, step) = ("\(name)/hidden", "\(name)/cell", "\(name)/step")
    for input in [hidden, cell, step] { body.input(input, .float, nil) }
    var sum = body.add(
      "Add",
      [
        convolved(step, &body),
        body.add(
          "Conv", [hidden, recurrentKernel],
          [("kernel_shape", .integers(size)), ("auto_pad", .string("SAME_UPPER"))]),
      ])
    if let bias {
      let column = body.add(
        "Reshape", [bias, body.constant([-1] + [Int](repeating: 1, count: axes))])
      sum = body.add("Add", [sum, column])
    }
    let parts = (0..<4).map { "\(name)/gate_\($0)" }
    body.add("Split", [sum], [("axis", .integer(1))], outputs: parts)
    guard let inputGate = recurrentActivation(parts[0], &body),
      let forgetGate = recurrentActivation(parts[1], &body),
      let candidate = activation(parts[2], &body),
      let outputGate = recurrentActivation(parts[3], &body)
    else { return nil }
    let nextCell = body.add(
      "Add",
      [body.add("Mul", [forgetGate, cell]), body.add("Mul", [inputGate, candidate])])
    guard let shown = activation(nextCell, &body) else { return nil }
    let nextHidden = body.add("Mul", [outputGate, shown])
    for value in [nextHidden, nextCell, body.add("Identity", [nextHidden])] {
      body.output(value, nil)
    }
    let results = ["\(name)/last", "\(name)/last_cell", "\(name)/outputs"]
    graph.add(
      "Scan", [zeros, zeros, steps], [("body", .graph(body)), ("num_scan_inputs", .integer(1))],
      outputs: results)
    if layer["return_sequences"] == true {
      return graph.add(
        "Transpose", [results[2]], [("perm", .integers([1, 0] + Array(3..<axes + 3) + [2]))])
    }
    return graph.add(
      "Transpose", [results[0]], [("perm", .integers([0] + Array(2..<axes + 2) + [1]))])
  }

  /// The windows of a step.
  private func convolved(_ step: String, _ graph: inout ONNXGraph) -> String {
    let planes = ONNXPlanes(layer: layer, weights: [:], input: step)
    return graph.add(
      "Conv", [step, kernel],
      [
        ("kernel_shape", .integers(size)),
        ("strides", .integers(planes.sizes("strides", axes: axes))),
        ("dilations", .integers(planes.sizes("dilation_rate", axes: axes))),
        planes.padding(kernel: size),
      ])
  }

  private func activation(_ value: String, _ graph: inout ONNXGraph) -> String? {
    add(option: "activation", to: value, &graph)
  }

  private func recurrentActivation(_ value: String, _ graph: inout ONNXGraph) -> String? {
    add(option: "recurrent_activation", to: value, &graph)
  }

  private func add(option: String, to value: String, _ graph: inout ONNXGraph) -> String? {
    let name = layer[option].string ?? "linear"
    // A softmax goes over the last axis, which is not that of the channels here.
    guard !name.hasSuffix("softmax") else { return nil }
    return ONNXActivation.add(name, to: value, in: &graph)
  }
}
