/// A call of a layer with the sizes of its input and its outputs, without the batch, and the number of its weights.
package struct LayerShapes {
  /// The layer, by the name that is behind those of the models that it is in: `encoder/lstm`.
  package let layer: LayerConfiguration
  /// Whether it is the layer's first call.
  package let isFirst: Bool
  /// What it takes.
  package let sources: [ValueSource]
  package let input: [Int?]
  package let outputs: [[Int?]]
  package let parameterCount: Int
  /// Whether the mask of each input is found there, see ``SeenMasks``.
  package let seesMasks: [Bool]

  package var output: [Int?] { outputs[0] }
}

extension ModelConfiguration {
  /// Each layer with the shapes of its first call, in the order in which they are computed; none if the model cannot be
  /// built.
  package var layerShapes: [LayerShapes] { callShapes().filter(\.isFirst) }

  /// All calls for sequences of so many steps, of as many as the model has fixed if `nil`; none if the model cannot be
  /// built.
  package func callShapes(timeSteps: Int? = nil) -> [LayerShapes] {
    let calls = (try? described(timeSteps: timeSteps)) ?? []
    let seen = SeenMasks(calls, outputs: []).ofInputs
    return zip(calls, seen).map { call, seesMasks in
      var layer = call.layer
      layer.name = call.name
      return LayerShapes(
        layer: layer, isFirst: call.isFirst, sources: call.sources,
        input: call.description.symbolCount != nil && call.input.axes == [1]
          ? call.input.sizes.dropLast() : call.input.sizes,
        outputs: call.outputs.map(\.sizes),
        parameterCount: call.parameters.reduce(0) { $0 + $1.count },
        seesMasks: seesMasks)
    }
  }

  /// What the calls of each layer take, by the names of layers and inputs.
  package var sourceNames: [String: [String]] {
    guard let calls = try? described() else { return [:] }
    var names: [String: [String]] = [:]
    for call in calls {
      names[call.name, default: []] += call.sources.map { source in
        switch source {
        case .input(let number): inputs[number].name
        case .call(let number, let output):
          calls[number].name + (output == 0 ? "" : "[\(output)]")
        }
      }
    }
    return names
  }

  /// Where each output comes from, by inputs and ``callShapes(timeSteps:)``; none if the model cannot be built.
  package var outputSources: [ValueSource] { (try? graph().outputs) ?? [] }

  /// The shapes of one sample of each output.
  ///
  /// - Parameter timeSteps: The steps of each input; of one alone those of all.
  /// - Throws: ``ConfigurationError`` if the model cannot be built.
  package func outputShapes(
    timeSteps: [Int?] = [nil]
  ) throws(ConfigurationError) -> [SampleShape] {
    let graph = try graph(timeSteps: timeSteps)
    return graph.outputs.map { graph.shape(of: $0) }
  }

  /// The sizes of all values that layers take, without the batch; none if the model cannot be built.
  package var valueSizes: [ValueName: [Int?]] {
    guard let graph = try? graph() else { return [:] }
    return graph.values.mapValues { source in
      if case .input(let number) = source { return inputs[number].sizes }
      return graph.shape(of: source).sizes
    }
  }

  /// The first layer that makes a sequence of what is none, as `RepeatVector` does.
  package var sequenceMaker: LayerConfiguration? {
    ((try? described()) ?? [])
      .first { call in call.output.isSequence && !call.inputs.allSatisfy(\.isSequence) }?.layer
  }

  /// The calls of the layers with their shapes, from input to output.
  ///
  /// - Parameter timeSteps: The steps of the input; what the model has fixed if `nil`.
  /// - Throws: ``ConfigurationError`` naming the layer and what is wrong with it.
  func described(timeSteps: Int? = nil) throws(ConfigurationError) -> [DescribedCall] {
    try graph(timeSteps: [timeSteps]).calls
  }
}
