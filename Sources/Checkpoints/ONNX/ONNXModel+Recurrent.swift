import Files
import Recurrent

extension ONNXModel {
  /// Adds a recurrent layer, which begins with states that it is given, or with those that are inputs of the graph.
  mutating func addRecurrent(
    _ call: LayerShapes, to inputs: [String]
  ) throws -> [String] {
    let layer = call.layer
    let directions = layer.recurrentLayers
    guard let first = directions.first, let units = first["units"].integer,
      let value = inputs.first
    else {
      throw refusal(layer, "is not recurrent")
    }
    let isBidirectional = layer.className == "Bidirectional"
    // What goes backwards is turned around, which leaves steps in the order that Keras has.
    let turns = first["go_backwards"] == true
    let hasCell = first.className == "LSTM"
    let states = hasCell ? ["hidden", "cell"] : ["hidden"]
    // Of a layer that is called several times each call has its own.
    let name = call.isFirst ? layer.name : graph.newName(layer.name)
    var initial = states.map { "\(name)/\($0)" }
    if inputs.count > 1 {
      initial = states.indices.map { state in
        let given = directions.indices.map { inputs[1 + $0 * states.count + state] }
          .map { graph.add("Unsqueeze", [$0, graph.constant([0])]) }
        return given.count == 1 ? given[0] : graph.add("Concat", given, [("axis", .integer(0))])
      }
    } else if call.isFirst {
      let shape: [ONNXGraph.Size] = [.fixed(directions.count), batch, .fixed(units)]
      for (state, input) in zip(states, initial) {
        graph.input(input, .float, shape)
        graph.output("\(name)/\(state)_next", shape)
      }
    } else {
      initial = states.map { _ in "" }
    }
    let weights = try ONNXRecurrentWeights(layer, checkpoint.parameters)
    let count = directions.count
    let names = [
      graph.constant(
        weights.input, shape: weights.shape(weights.input, count: count, units: units)),
      graph.constant(
        weights.hidden, shape: weights.shape(weights.hidden, count: count, units: units)),
      weights.bias.isEmpty
        ? "" : graph.constant(weights.bias, shape: [count, weights.bias.count / count]),
    ]
    var steps = graph.add("Transpose", [value], [("perm", .integers([1, 0, 2]))])
    if turns { steps = reversed(steps) }
    let sequence = "\(name)/sequence"
    graph.add(
      first.className == "SimpleRNN" ? "RNN" : first.className,
      [steps] + names + [""] + initial, try attributes(layer, directions, units: units),
      outputs: [sequence] + states.map { "\(name)/\($0)_next" })
    var outputs: [String] = []
    for index in directions.indices {
      let part: String
      if first["return_sequences"] == true {
        // [steps, directions, batch, units]
        let own = graph.add(
          "Gather", [sequence, graph.constant(scalar: index)], [("axis", .integer(1))])
        part = graph.add("Transpose", [own], [("perm", .integers([1, 0, 2]))])
      } else {
        part = graph.add(
          "Gather", ["\(name)/hidden_next", graph.constant(scalar: index)],
          [("axis", .integer(0))])
      }
      outputs.append(part)
    }
    var last: [String] = []
    if first["return_state"] == true {
      for index in directions.indices {
        for state in states {
          last.append(
            graph.add(
              "Gather", ["\(name)/\(state)_next", graph.constant(scalar: index)],
              [("axis", .integer(0))]))
        }
      }
    }
    guard isBidirectional else { return [outputs[0]] + last }
    switch layer["merge_mode"] {
    case .null: return outputs + last
    case "sum": return [graph.add("Add", outputs)] + last
    case "mul": return [graph.add("Mul", outputs)] + last
    case "ave":
      let sum = graph.add("Add", outputs)
      return [graph.add("Mul", [sum, graph.constant([0.5], shape: [])])] + last
    default: return [graph.add("Concat", outputs, [("axis", .integer(-1))])] + last
    }
  }

  private mutating func reversed(_ steps: String) -> String {
    graph.add(
      "Slice",
      [
        steps, graph.constant([-1]), graph.constant([Int(Int32.min)]), graph.constant([0]),
        graph.constant([-1]),
      ])
  }

  private func attributes(
    _ layer: LayerConfiguration, _ directions: [LayerConfiguration], units: Int
  ) throws -> [(String, ONNXGraph.Attribute)] {
    var activations: [ONNXActivation.Recurrent] = []
    for direction in directions {
      let options =
        switch direction.className {
        case "LSTM": ["recurrent_activation", "activation", "activation"]
        case "GRU": ["recurrent_activation", "activation"]
        default: ["activation"]
        }
      for option in options {
        let name = direction[option].string ?? "linear"
        guard let activation = ONNXActivation.recurrent(name) else {
          throw refusal(layer, "\(option) \(name) has no counterpart")
        }
        activations.append(activation)
      }
    }
    var attributes: [(String, ONNXGraph.Attribute)] = [
      ("hidden_size", .integer(units)), ("activations", .strings(activations.map(\.name))),
      ("activation_alpha", .floats(activations.compactMap(\.alpha))),
      ("activation_beta", .floats(activations.compactMap(\.beta))),
      ("direction", .string(directions.count == 2 ? "bidirectional" : "forward")),
    ]
    if directions[0].className == "GRU" {
      attributes.append(
        ("linear_before_reset", .integer(directions[0]["reset_after"] == true ? 1 : 0)))
    }
    return attributes
  }
}
