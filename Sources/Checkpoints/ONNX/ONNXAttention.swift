import Files
import Recurrent

/// Keras' layers of attention, as ONNX's general operators compute them.
struct ONNXAttention {
  private let layer: LayerConfiguration
  private let parameters: ParameterStore<Float>
  /// Whether its weights are not in the graph yet.
  private let isFirst: Bool
  // The names of the inputs.
  private let query, value, key: String
  /// The masks that it finds on query and value, and perhaps key, `[batch, timeSteps]`.
  private let masks: [String?]

  /// Adds the nodes of a call.
  ///
  /// - Parameters:
  ///   - inputs: Query, value and perhaps key, `[batch, timeSteps, features]`.
  ///   - masks: What it finds on them.
  /// - Returns: The name of the result; `nil` if the layer is none of these.
  static func add(
    _ call: LayerShapes, _ inputs: [String], masks: [String?],
    _ parameters: ParameterStore<Float>, in graph: inout ONNXGraph
  ) -> String? {
    guard let nodes = classes[call.layer.className], inputs.count > 1 else { return nil }
    return nodes(
      ONNXAttention(
        layer: call.layer, parameters: parameters, isFirst: call.isFirst, query: inputs[0],
        value: inputs[1], key: inputs[inputs.count - 1], masks: masks), &graph)
  }

  private static let classes:
    [String: @Sendable (ONNXAttention, _ graph: inout ONNXGraph) -> String] = [
      "Attention": { attention, graph in
        let isConcat = attention.layer["score_mode"] == "concat"
        var scores =
          isConcat
          ? attention.sums(&graph)
          : graph.add("MatMul", [attention.query, transposed(attention.key, [0, 2, 1], &graph)])
        var scale = attention.layer["use_scale"] == true ? attention.weight("scale", &graph) : nil
        if isConcat {
          if let scale { scores = graph.add("Mul", [scores, scale]) }
          scores = sum(graph.add("Tanh", [scores]), &graph)
          scale = attention.weight("concat_score_weight", &graph)
        }
        if let scale { scores = graph.add("Mul", [scores, scale]) }
        return attention.mean(of: attention.value, scores, &graph)
      },
      "AdditiveAttention": { attention, graph in
        var sums = graph.add("Tanh", [attention.sums(&graph)])
        if attention.layer["use_scale"] == true {
          sums = graph.add("Mul", [sums, attention.weight("scale", &graph)])
        }
        return attention.mean(of: attention.value, sum(sums, &graph), &graph)
      },
      "MultiHeadAttention": { attention, graph in
        let units = attention.layer["key_dim"].integer ?? 1
        // [batch, heads, queries, units] · [batch, heads, units, steps]
        let query = attention.heads("query", of: attention.query, [0, 2, 1, 3], &graph)
        let key = attention.heads("key", of: attention.key, [0, 2, 3, 1], &graph)
        let factor = graph.constant([1 / Float(units).squareRoot()], shape: [])
        let scores = graph.add("Mul", [graph.add("MatMul", [query, key]), factor])
        let value = attention.heads("value", of: attention.value, [0, 2, 1, 3], &graph)
        let means = transposed(attention.mean(of: value, scores, &graph), [0, 2, 1, 3], &graph)
        let shape = attention.shape("attention_output/kernel")
        let size = shape.dropLast().reduce(1, *)
        return attention.linear(
          "attention_output", of: graph.add("Reshape", [means, graph.constant([0, -1, size])]),
          shape: [size, shape.last ?? 1], &graph)
      },
    ]

  /// Each query plus each step, `[batch, queries, steps, units]`.
  private func sums(_ graph: inout ONNXGraph) -> String {
    graph.add(
      "Add",
      [
        graph.add("Unsqueeze", [query, graph.constant([2])]),
        graph.add("Unsqueeze", [key, graph.constant([1])]),
      ])
  }

  private var hasHeads: Bool { layer.className == "MultiHeadAttention" }

  /// The mean of values by the softmax of scores `[…, queries, steps]`.
  private func mean(of values: String, _ scores: String, _ graph: inout ONNXGraph) -> String {
    var scores = scores
    if let seen = seen(scores, &graph) {
      if hasHeads, layer["softmax_robust_masking"] != false {
        scores = graph.add("Where", [seen, scores, graph.constant([-1e38], shape: [])])
      } else {
        let hidden = graph.add("Cast", [graph.add("Not", [seen])], [("to", .integer(1))])
        let amount = graph.add("Mul", [hidden, graph.constant([1e9], shape: [])])
        scores = graph.add("Sub", [scores, amount])
      }
    }
    let weights = graph.add("Softmax", [scores], [("axis", .integer(-1))])
    let means = graph.add("MatMul", [weights, values])
    // Without heads, what queries that do not count get is 0.
    guard !hasHeads, let mask = masks.first ?? nil else { return means }
    return graph.hiding(means, mask)
  }

  /// Which steps each query sees, for the shape of the scores; `nil` if all.
  private func seen(_ scores: String, _ graph: inout ONNXGraph) -> String? {
    var seen: [String] = []
    for mask in masks.dropFirst().compactMap(\.self) where !seen.contains(mask) {
      seen.append(mask)
    }
    seen = seen.map { graph.add("Unsqueeze", [$0, graph.constant(hasHeads ? [1, 2] : [1])]) }
    if hasHeads, let mask = masks.first ?? nil {
      seen.append(graph.add("Unsqueeze", [mask, graph.constant([1, 3])]))
    }
    if layer["use_causal_mask"] == true {
      // Ones above the diagonal.
      let zeros = graph.add("Mul", [scores, graph.constant([0], shape: [])])
      let ones = graph.add("Add", [zeros, graph.constant([1], shape: [])])
      let later = graph.add(
        "Trilu", [ones, graph.constant(scalar: 1)], [("upper", .integer(1))])
      seen.append(graph.add("Not", [graph.add("Cast", [later], [("to", .integer(9))])]))
    }
    guard let first = seen.first else { return nil }
    return seen.dropFirst().reduce(first) { graph.add("And", [$0, $1]) }
  }

  /// A linear map into heads, `[batch, steps, heads, units]` in another order of axes.
  private func heads(
    _ name: String, of input: String, _ order: [Int], _ graph: inout ONNXGraph
  ) -> String {
    let shape = shape(name + "/kernel")
    guard shape.count == 3 else { return input }
    let all = linear(name, of: input, shape: [shape[0], shape[1] * shape[2]], &graph)
    let split = graph.add("Reshape", [all, graph.constant([0, -1, shape[1], shape[2]])])
    return Self.transposed(split, order, &graph)
  }

  private func linear(
    _ name: String, of input: String, shape: [Int], _ graph: inout ONNXGraph
  ) -> String {
    let product = graph.add("MatMul", [input, weight(name + "/kernel", shape: shape, &graph)])
    guard layer["use_bias"] == true else { return product }
    return graph.add("Add", [product, weight(name + "/bias", shape: [shape[1]], &graph)])
  }

  private static func transposed(
    _ value: String, _ order: [Int], _ graph: inout ONNXGraph
  ) -> String {
    graph.add("Transpose", [value], [("perm", .integers(order))])
  }

  /// The sums over the last axis.
  private static func sum(_ value: String, _ graph: inout ONNXGraph) -> String {
    graph.add("ReduceSum", [value, graph.constant([-1])], [("keepdims", .integer(0))])
  }

  // MARK: Weights

  private func shape(_ name: String) -> [Int] {
    parameters.parameter(layer: layer.name, name: name)?.shape ?? []
  }

  /// - Parameter shape: The shape in ONNX; Keras' if `nil`.
  private func weight(
    _ name: String, shape: [Int]? = nil, _ graph: inout ONNXGraph
  ) -> String {
    let whole = "\(layer.name)/\(name)"
    guard isFirst, let parameter = parameters.parameter(layer: layer.name, name: name) else {
      return whole
    }
    return graph.constant(
      Array(parameters[parameter]), shape: shape ?? parameter.shape, name: whole)
  }
}
