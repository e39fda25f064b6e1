import Files
import Recurrent

extension ONNXModel {
  /// Adds a layer or a model for every step: what does not see steps as they come, others with the steps of all samples as
  /// rows.
  mutating func addTimeDistributed(_ call: LayerShapes, to value: String) throws -> String {
    let layer = call.layer
    let inside = LayerConfiguration(layer["layer"]).map {
      LayerConfiguration($0.className, name: layer.name, options: $0.options)
    }
    let features = (call.output.last ?? nil) ?? 1
    if let inside, inside.appliesPerStep, call.input.count == 2 {
      return try add(
        inside, features: features, axes: (call.input.count + 1, call.output.count + 1), to: value)
    }
    let input = call.input.dropFirst().compactMap { $0 }
    let output = call.output.dropFirst().compactMap { $0 }
    guard input.count + 1 == call.input.count, output.count + 1 == call.output.count else {
      throw refusal(layer, "needs steps of known sizes")
    }
    let rows = graph.add("Reshape", [value, graph.constant([-1] + input)])
    let result: String?
    if let inside {
      result =
        inside.recurrentLayers.isEmpty
        ? try add(
          inside, features: features, axes: (call.input.count, call.output.count), to: rows)
        : try addRecurrent(inside, to: [rows], hasState: false, mask: nil)[0]
    } else {
      result = try layer.wrappedModel.flatMap {
        try add(inside: checkpoint(of: $0, in: layer, step: input), to: rows)
      }
    }
    guard let result else { throw refusal(layer, "has no counterpart") }
    if let steps = call.output[0] {
      return graph.add("Reshape", [result, graph.constant([-1, steps] + output)])
    }
    // Batch and steps as they come.
    let begin = graph.add(
      "Slice", [graph.add("Shape", [value]), graph.constant([0]), graph.constant([2])])
    let sizes = graph.add("Concat", [begin, graph.constant(output)], [("axis", .integer(0))])
    return graph.add("Reshape", [result, sizes])
  }

  /// A model inside a layer with its weights, as a model of its own.
  ///
  /// - Parameter step: The sizes of what it takes.
  private func checkpoint(
    of model: ModelConfiguration, in layer: LayerConfiguration, step: [Int]
  ) throws -> Checkpoint {
    guard let sample = SampleShape(sizes: step.map { $0 }) else {
      throw refusal(layer, "has no counterpart")
    }
    var only = LayerConfiguration(model)
    only.name = layer.name
    var whole = ModelConfiguration(name: layer.name, batch: nil, input: sample, layers: [only])
    if model.inputIsSymbols, step.count == 1 {
      whole.input = .sequence(timeSteps: step[0], features: 1)
      whole.inputIsSymbols = true
    }
    let parameters = try ParameterStore<Float>(whole)
    for parameter in parameters.parameters {
      let name = parameter.layer.dropFirst(layer.name.count + 1) + "/" + parameter.name
      guard
        let given = checkpoint.parameters.parameter(layer: layer.name, name: String(name)),
        given.count == parameter.count
      else { throw refusal(layer, "has no \(name)") }
      let values = checkpoint.parameters[given]
      for index in 0..<parameter.count { parameters[parameter][index] = values[index] }
    }
    return Checkpoint(parameters: parameters, optimizer: nil, recurrentState: nil)
  }
}
