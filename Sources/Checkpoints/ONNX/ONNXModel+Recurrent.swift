import Files
import Recurrent

extension ONNXModel {
  /// Adds a recurrent layer, which begins with states that it is given, or with those that are inputs of the graph.
  ///
  /// - Parameters:
  ///   - hasState: Whether its state is an input and an output of the graph where it is given none; zeros if not.
  ///   - mask: Which steps count, `[batch, timeSteps]`; all if `nil`.
  mutating func addRecurrent(
    _ layer: LayerConfiguration, to inputs: [String], hasState: Bool, mask: String?
  ) throws -> [String] {
    let directions = layer.recurrentLayers
    guard let first = directions.first, let units = first["units"].integer,
      let value = inputs.first
    else {
      throw refusal(layer, "is not recurrent")
    }
    let isBidirectional = layer.className == "Bidirectional"
    guard directions.count == (isBidirectional ? 2 : 1) else {
      throw refusal(layer, "has several cells in a stack, which ONNX has not")
    }
    guard let kind = ONNXRecurrentKind.all[first.className] else {
      throw refusal(layer, "has no counterpart")
    }
    let states = kind.states
    // Of a layer that is called several times each call has its own.
    let name = hasState ? layer.name : graph.newName(layer.name)
    var initial = states.map { "\(name)/\($0)" }
    if inputs.count > 1 {
      initial = states.indices.map { state in
        let given = directions.indices.map { inputs[1 + $0 * states.count + state] }
          .map { graph.add("Unsqueeze", [$0, graph.constant([0])]) }
        return given.count == 1 ? given[0] : graph.add("Concat", given, [("axis", .integer(0))])
      }
    } else if hasState {
      let shape: [ONNXGraph.Size] = [.fixed(directions.count), batch, .fixed(units)]
      for (state, input) in zip(states, initial) {
        graph.input(input, .float, shape)
        graph.output("\(name)/\(state)_next", shape)
      }
    } else {
      initial = states.map { _ in "" }
    }
    let weights = try ONNXRecurrentWeights(layer, kind, checkpoint.parameters)
    let steps = graph.add("Transpose", [value], [("perm", .integers([1, 0, 2]))])
    var outputs: [String]
    var last: [String]
    if let mask, layer["ignores_mask"] != true {
      (outputs, last) = try addMasked(
        layer, name, weights, steps: steps, mask: mask, initial: initial)
    } else {
      (outputs, last) = try addWhole(layer, name, weights, steps: steps, initial: initial)
    }
    if first["return_state"] != true { last = [] }
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

  /// Adds ONNX's operator for all steps.
  ///
  /// - Returns: The output of each direction, and the states, the first direction's first.
  private mutating func addWhole(
    _ layer: LayerConfiguration, _ name: String, _ weights: ONNXRecurrentWeights, steps: String,
    initial: [String]
  ) throws -> ([String], [String]) {
    let directions = layer.recurrentLayers
    let (first, count) = (directions[0], directions.count)
    // What goes backwards is turned around, which leaves steps in the order that Keras has.
    let turned = first["go_backwards"] == true ? reversed(steps) : steps
    let kind = weights.kind
    let (sequence, next) = ("\(name)/sequence", kind.states.map { "\(name)/\($0)_next" })
    let (arrays, peepholes) = self.arrays(weights, first, count: count)
    graph.add(
      kind.operation, [turned] + arrays + [""] + initial + peepholes,
      try attributes(layer, kind, directions), outputs: [sequence] + next)
    var outputs: [String] = []
    for index in directions.indices {
      if first["return_sequences"] == true {
        // [steps, directions, batch, units]
        let own = graph.add(
          "Gather", [sequence, graph.constant(scalar: index)], [("axis", .integer(1))])
        outputs.append(graph.add("Transpose", [own], [("perm", .integers([1, 0, 2]))]))
      } else {
        outputs.append(direction(index, of: next[0]))
      }
    }
    var last: [String] = []
    if first["return_state"] == true {
      for index in directions.indices { last += next.map { direction(index, of: $0) } }
    }
    return (outputs, last)
  }

  /// The same for steps that do not all count.
  private mutating func addMasked(
    _ layer: LayerConfiguration, _ name: String, _ weights: ONNXRecurrentWeights, steps: String,
    mask: String, initial: [String]
  ) throws -> ([String], [String]) {
    guard !initial.contains("") else {
      throw refusal(layer, "masks of several calls have no counterpart")
    }
    let directions = layer.recurrentLayers
    let marks = graph.add("Transpose", [mask], [("perm", .integers([1, 0]))])
    var outputs: [String] = []
    var last: [[String]] = []
    for (index, layer) in directions.enumerated() {
      let turns = (directions[0]["go_backwards"] == true) != (index == 1)
      let (arrays, peepholes) = self.arrays(
        weights, layer, count: directions.count, direction: index)
      let own = ONNXMaskedDirection(
        type: weights.kind.operation, weights: arrays, peepholes: peepholes,
        attributes: try attributes(layer, weights.kind, [layer]),
        states: initial.map { direction(index, of: $0) },
        isZero: layer["zero_output_for_mask"] == true)
      let result = own.add(
        "\(name)/direction_\(index)", steps: turns ? reversed(steps) : steps,
        mask: turns ? reversed(marks) : marks, to: &graph)
      last.append(result.states)
      guard layer["return_sequences"] == true else {
        outputs.append(result.last)
        continue
      }
      let sequence = index == 1 ? reversed(result.sequence) : result.sequence
      outputs.append(graph.add("Transpose", [sequence], [("perm", .integers([1, 0, 2]))]))
    }
    for (state, name) in weights.kind.states.map({ "\(name)/\($0)_next" }).enumerated() {
      let all = last.map { graph.add("Unsqueeze", [$0[state], graph.constant([0])]) }
      graph.add("Concat", all, [("axis", .integer(0))], outputs: [name])
    }
    return (outputs, last.flatMap(\.self))
  }

  /// The part of a state that is a direction's.
  private mutating func direction(_ index: Int, of state: String) -> String {
    graph.add("Gather", [state, graph.constant(scalar: index)], [("axis", .integer(0))])
  }

  /// The weights of all directions, or of one alone, and behind the states what an operator has of peepholes.
  private mutating func arrays(
    _ weights: ONNXRecurrentWeights, _ layer: LayerConfiguration, count: Int,
    direction: Int? = nil
  ) -> (arrays: [String], peepholes: [String]) {
    let units = layer["units"].integer ?? 1
    func own(_ values: [Float]) -> [Float] {
      direction.map { weights.values(values, of: $0, count: count) } ?? values
    }
    let number = direction == nil ? count : 1
    let (input, hidden, bias) = (own(weights.input), own(weights.hidden), own(weights.bias))
    let peepholes = own(weights.peepholes)
    let arrays = [
      graph.constant(input, shape: weights.shape(input, count: number, units: units)),
      graph.constant(hidden, shape: weights.shape(hidden, count: number, units: units)),
      bias.isEmpty ? "" : graph.constant(bias, shape: [number, bias.count / number]),
    ]
    guard !peepholes.isEmpty else { return (arrays, []) }
    return (
      arrays, [graph.constant(peepholes, shape: [number, peepholes.count / number])]
    )
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
    _ layer: LayerConfiguration, _ kind: ONNXRecurrentKind, _ directions: [LayerConfiguration]
  ) throws -> [(String, ONNXGraph.Attribute)] {
    var activations: [ONNXActivation.Recurrent] = []
    for direction in directions {
      for option in kind.activations {
        let name = direction[option].string ?? "linear"
        guard let activation = ONNXActivation.recurrent(name) else {
          throw refusal(layer, "\(option) \(name) has no counterpart")
        }
        activations.append(activation)
      }
    }
    var attributes: [(String, ONNXGraph.Attribute)] = [
      ("hidden_size", .integer(directions[0]["units"].integer ?? 1)),
      ("activations", .strings(activations.map(\.name))),
      ("activation_alpha", .floats(activations.compactMap(\.alpha))),
      ("activation_beta", .floats(activations.compactMap(\.beta))),
      ("direction", .string(directions.count == 2 ? "bidirectional" : "forward")),
    ]
    if kind.operation == "GRU" {
      attributes.append(
        ("linear_before_reset", .integer(directions[0]["reset_after"] == true ? 1 : 0)))
    }
    return attributes
  }
}
