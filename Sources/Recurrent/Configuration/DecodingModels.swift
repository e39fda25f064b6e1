/// An encoder-decoder taken apart to write targets symbol by symbol, as Keras' inference models are: the encoder reads a
/// source once, the decoder makes one step after the other with a state that it is given and gives. Both have the
/// weights of the model that they are parts of.
package struct DecodingModels: Equatable, Sendable {
  /// From the first input of the model to all that the decoder takes of it.
  package let encoder: ModelConfiguration
  /// From the second input, the ``states`` and the ``constants`` to the model's output and the states after it.
  package let decoder: ModelConfiguration
  /// Where each state of the decoder comes from at its first step: the number of an output of the encoder; zeros if
  /// `nil`.
  package let states: [Int?]
  /// The outputs of the encoder that the decoder takes at every step, as attention does.
  package let constants: [Int]

  /// - Parameter model: One of two inputs, source and target, and one output.
  /// - Throws: ``ConfigurationError`` if the decoder cannot go step by step.
  package init(_ model: ModelConfiguration) throws(ConfigurationError) {
    guard model.inputs.count == 2, model.givenOutputs.count == 1, let end = model.givenOutputs.first
    else {
      throw ConfigurationError("the model is not an encoder and a decoder with one output")
    }
    let graph = try model.graph()
    var below: Set<String> = [model.inputs[1].name]
    for call in graph.calls {
      let names = call.layer.inputs.map(\.name)
      if names.contains(where: below.contains) { below.insert(call.name) }
    }
    let ofDecoder = below
    var parts = Parts(isOfDecoder: { ofDecoder.contains($0.name) })
    for layer in model.layers {
      guard below.contains(layer.name) else {
        parts.encoderLayers.append(layer)
        continue
      }
      guard layer.model == nil, layer.calls.count == 1,
        let call = graph.calls.first(where: { $0.name == layer.name })
      else {
        throw ConfigurationError("layer \(layer.name) of the decoder is a model, or is shared")
      }
      try parts.add(layer, call)
    }
    encoder = ModelConfiguration(
      name: model.name, batch: nil, inputs: [model.inputs[0]], layers: parts.encoderLayers,
      outputs: parts.taken)
    decoder = ModelConfiguration(
      name: model.name, batch: nil,
      inputs: [model.inputs[1]] + parts.stateInputs + parts.constantInputs,
      layers: parts.decoderLayers, outputs: [end] + parts.stateOutputs)
    states = parts.states
    constants = parts.constants
    _ = try encoder.graph()
    _ = try decoder.graph()
  }

  /// What comes of the layers, one by one.
  private struct Parts {
    let isOfDecoder: (ValueName) -> Bool
    var encoderLayers: [LayerConfiguration] = []
    var decoderLayers: [LayerConfiguration] = []
    /// The values that the decoder takes from the encoder.
    var taken: [ValueName] = []
    var stateInputs: [InputConfiguration] = []
    var stateOutputs: [ValueName] = []
    var states: [Int?] = []
    var constantInputs: [InputConfiguration] = []
    var constants: [Int] = []

    /// Adds a layer of the decoder.
    mutating func add(
      _ layer: LayerConfiguration, _ call: DescribedCall
    ) throws(ConfigurationError) {
      var layer = layer
      var inputs = layer.inputs
      let states = call.description.stateNames
      let isRecurrent = !layer.recurrentLayers.isEmpty
      let readsEncoder = !isRecurrent && inputs.dropFirst().contains { !isOfDecoder($0) }
      guard !call.description.joinsSteps || readsEncoder, isOfDecoder(inputs[0]) else {
        throw ConfigurationError(
          "layer \(layer.name) (\(layer.className)) of the decoder needs the whole target, not step by step"
        )
      }
      if isRecurrent {
        let given = inputs.dropFirst()
        inputs = [inputs[0]]
        for (index, state) in states.enumerated() {
          let name = "\(layer.name)_\(state)"
          let value = given.dropFirst(index).first
          stateInputs.append(
            InputConfiguration(name, .vector(features: call.description.stateSizes[index])))
          self.states.append(value.map { number(of: $0) })
          stateOutputs.append(ValueName(layer.name, output: 1 + index))
          inputs.append(ValueName(name))
        }
        layer.options["return_state"] = true
      } else {
        for (index, value) in inputs.enumerated() where !isOfDecoder(value) {
          inputs[index] = constant(value, call.inputs[index])
        }
      }
      layer.inputs = inputs
      decoderLayers.append(layer)
    }

    /// The place of a value among the outputs of the encoder.
    private mutating func number(of value: ValueName) -> Int {
      if let known = taken.firstIndex(of: value) { return known }
      taken.append(value)
      return taken.count - 1
    }

    /// The input of the decoder that a value of the encoder comes by at every step.
    private mutating func constant(_ value: ValueName, _ sample: SampleShape) -> ValueName {
      let number = number(of: value)
      let name = "\(value.name)_output_\(value.output)"
      if !constants.contains(number) {
        constants.append(number)
        constantInputs.append(InputConfiguration(name, sample))
      }
      return ValueName(name)
    }
  }
}
