import Files
import Recurrent

/// Which steps count, as values of an ONNX graph.
struct ONNXMasks {
  /// `[batch, timeSteps]`, of booleans, by the values that have them.
  private var masks: [ValueSource: String] = [:]

  subscript(source: ValueSource) -> String? { masks[source] }

  /// Adds the mask that a call gives its output.
  ///
  /// - Parameters:
  ///   - call: Its number in the model.
  ///   - inputs: The names of the values that the call takes.
  /// - Returns: `nil`, or why ONNX cannot hold it.
  mutating func add(
    _ layer: LayerShapes, call: Int, inputs: [String], in graph: inout ONNXGraph
  ) -> String? {
    let (configuration, output) = (layer.layer, ValueSource.call(call, output: 0))
    let own = layer.sources.map { masks[$0] }
    switch configuration.className {
    case "Embedding":
      if configuration["mask_zero"] == true {
        let isZero = graph.add("Equal", [inputs[0], graph.constant(scalar: 0)])
        masks[output] = graph.add("Not", [isZero])
      }
      return nil
    case GivenMaskDescription.className:
      let isZero = graph.add("Equal", [inputs[1], graph.constant(scalar: 0)])
      masks[output] = graph.add("Not", [isZero])
      return nil
    case "Masking":
      let value = graph.constant([Float(configuration["mask_value"].double ?? 0)], shape: [])
      let differs = graph.add("Not", [graph.add("Equal", [inputs[0], value])])
      let numbers = graph.add("Cast", [differs], [("to", .integer(1))])
      let largest = graph.add(
        "ReduceMax", [numbers], [("axes", .integers([-1])), ("keepdims", .integer(0))])
      masks[output] = graph.add("Cast", [largest], [("to", .integer(9))])
      return nil
    default: break
    }
    let present = own.compactMap(\.self)
    guard !present.isEmpty else { return nil }
    guard configuration.passesMask else { return nil }
    guard own.count > 1, configuration.takesList, !configuration.passesFirstMask else {
      masks[output] = own.first ?? nil
      return nil
    }
    guard !ONNXMerge.changesSteps(configuration) else { return "masks have no counterpart" }
    if configuration["needs_all_masks"] == true {
      masks[output] = present.dropFirst().reduce(present[0]) { graph.add("And", [$0, $1]) }
    } else if present.count == own.count {
      // An input without a mask counts everywhere.
      masks[output] = present.dropFirst().reduce(present[0]) { graph.add("Or", [$0, $1]) }
    }
    return nil
  }
}

extension ONNXGraph {
  /// The values of the steps that count, others being 0.
  mutating func hiding(_ value: String, _ mask: String) -> String {
    add("Mul", [value, numbers(of: mask)])
  }

  /// A mask as numbers, `[batch, timeSteps, 1]`.
  mutating func numbers(of mask: String) -> String {
    let numbers = add("Cast", [mask], [("to", .integer(1))])
    return add("Unsqueeze", [numbers, constant([2])])
  }
}

/// One direction of a recurrent layer over steps that do not all count, as a `Scan` of one step after the other: where a step
/// does not count, state and output stay what they were.
struct ONNXMaskedDirection {
  /// ONNX's operator, the names of its weights, and its attributes.
  let type: String
  let weights: [String]
  /// What comes behind the states; none of most operators.
  let peepholes: [String]
  let attributes: [(String, ONNXGraph.Attribute)]
  /// The states that it begins with, each `[batch, units]`.
  let states: [String]
  /// Whether the output of a step that does not count is 0.
  let isZero: Bool

  /// Adds the nodes.
  ///
  /// - Parameters:
  ///   - name: What the nodes inside are called.
  ///   - steps: `[timeSteps, batch, features]`.
  ///   - mask: `[timeSteps, batch]`.
  /// - Returns: The names of the outputs of all steps, `[timeSteps, batch, units]`, of the last output, and of the states.
  func add(
    _ name: String, steps: String, mask: String, to graph: inout ONNXGraph
  ) -> (sequence: String, last: String, states: [String]) {
    var body = ONNXGraph(inside: name)
    let given = states.indices.map { "\(name)/state_\($0)" }
    let (earlier, step, counts) = ("\(name)/earlier", "\(name)/step", "\(name)/counts")
    for input in given + [earlier, step] { body.input(input, .float, nil) }
    body.input(counts, .bool, nil)
    let first = body.constant([0])
    let inputs = ([step] + given).map { body.add("Unsqueeze", [$0, first]) }
    let computed = states.indices.map { "\(name)/computed_\($0)" }
    body.add(
      type, [inputs[0]] + weights + [""] + inputs.dropFirst() + peepholes, attributes,
      outputs: [""] + computed)
    let column = body.add("Unsqueeze", [counts, body.constant([1])])
    let next = zip(computed, given).map { new, old in
      let value = body.add("Squeeze", [new, first])
      return (value: value, kept: body.add("Where", [column, value, old]))
    }
    let without =
      isZero ? body.add("Sub", [earlier, earlier]) : earlier
    let output = body.add("Where", [column, next[0].value, without])
    let shown = body.add("Identity", [output])
    for value in next.map(\.kept) + [output, shown] { body.output(value, nil) }
    let zeros = graph.add("Sub", [states[0], states[0]])
    let results =
      states.indices.map { "\(name)/last_\($0)" } + ["\(name)/last", "\(name)/outputs"]
    graph.add(
      "Scan", states + [zeros, steps, mask],
      [("body", .graph(body)), ("num_scan_inputs", .integer(2))], outputs: results)
    return (results[results.count - 1], results[results.count - 2], Array(results.dropLast(2)))
  }
}
