/// A sequential model, or a functional one of one input and one output: what Keras keeps in `model_config`, as far as it changes numbers.
package struct ModelConfiguration: Equatable, Sendable {
  /// Keras' name of the model.
  package var name: String
  /// The number of rows in every batch if it is fixed; stateful layers need it.
  package var batch: Int?
  /// One sample of the input. Numbers of symbols without a feature axis, as an `Embedding` takes them, are a
  /// sequence of one feature.
  package var input: SampleShape
  /// Whether Keras' input has no feature axis: `[batch, timeSteps]`.
  package var inputIsSymbols: Bool
  /// From input to output.
  package var layers: [LayerConfiguration]
  /// What a functional model calls its input; `nil` in a sequential one.
  package var functionalInput: String?

  package init(
    name: String = "sequential", batch: Int?, input: SampleShape, inputIsSymbols: Bool = false,
    layers: [LayerConfiguration], functionalInput: String? = nil
  ) {
    self.functionalInput = functionalInput
    self.name = name
    self.batch = batch
    self.input = input
    self.inputIsSymbols = inputIsSymbols
    self.layers = layers
  }

  /// The same model with a state that is kept, for a batch of its own and any number of steps: to be fed a
  /// sequence step by step.
  ///
  /// - Throws: ``ConfigurationError`` if a layer needs the whole sequence at once.
  package func stepByStep(batch: Int) throws(ConfigurationError) -> ModelConfiguration {
    var model = self
    model.batch = batch
    model.input.timeSteps = nil
    for (index, (layer, described)) in zip(layers, try described()).enumerated() {
      guard !described.description.joinsSteps || !described.input.isSequence else {
        throw ConfigurationError(
          "layer \(layer.name) (\(layer.className)) needs the whole sequence, not step by step")
      }
      if !layer.recurrentLayers.isEmpty { model.layers[index].options["stateful"] = true }
    }
    return model
  }

  /// The sizes of Keras' input, without the batch.
  package var inputSizes: [Int?] { inputIsSymbols ? [input.timeSteps] : input.sizes }

  /// Checks that an array can be the model's input.
  ///
  /// - Parameter what: What to call it in the error.
  /// - Throws: ``ConfigurationError`` with the shape that it should have.
  package func check(inputShape shape: [Int], _ what: String) throws(ConfigurationError) {
    let expected = inputSizes
    guard shape.count == expected.count + 1, shape.allSatisfy({ $0 >= 1 }),
      zip(shape.dropFirst(), expected).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      let sizes = expected.map { $0.map(String.init) ?? "any" }
      throw ConfigurationError(
        "\(what) shape \(shape); the model takes [samples, \(sizes.joined(separator: ", "))]")
    }
  }

  /// The sizes of the output before its units, without the batch: the steps, if it has any.
  ///
  /// - Parameter timeSteps: The steps of the input.
  package func outputSizes(timeSteps: Int) -> [Int] {
    ((try? described(timeSteps: timeSteps))?.last?.output.sizes ?? []).dropLast().compactMap { $0 }
  }

  /// The steps of one input sequence; `nil` if the model takes any number.
  package var timeSteps: Int? { input.timeSteps }
  /// The values at one time step.
  package var features: Int { input.features }

  /// Whether any layer keeps its state from batch to batch.
  package var isStateful: Bool {
    layers.contains { (try? $0.described())?.isStateful ?? false }
  }

  /// The sequences that the model's state follows side by side: the batch of a stateful model, one of
  /// any other.
  package var stateRows: Int { isStateful ? batch ?? 1 : 1 }

  /// The classes or values the model gives out; the features of its input if it cannot be built.
  package var outputUnits: Int { (try? described())?.last?.output.features ?? features }

  /// A layer with the sizes of its input and its output, without the batch, and the number of its weights.
  package struct LayerShapes {
    package let layer: LayerConfiguration
    package let input: [Int?]
    package let output: [Int?]
    package let parameterCount: Int
  }

  /// Each layer with its shapes; none if the model cannot be built.
  package var layerShapes: [LayerShapes] { layerShapes() }

  /// The same for sequences of so many steps; of as many as the model has fixed if `nil`.
  package func layerShapes(timeSteps: Int? = nil) -> [LayerShapes] {
    zip(layers, (try? described(timeSteps: timeSteps)) ?? []).map { layer, described in
      LayerShapes(
        layer: layer,
        input: described.description.symbolCount == nil
          ? described.input.sizes : described.input.sizes.dropLast(),
        output: described.output.sizes,
        parameterCount: described.parameters.reduce(0) { $0 + $1.count })
    }
  }

  /// The first layer that makes a sequence of what is none, as `RepeatVector` does.
  package var sequenceMaker: LayerConfiguration? {
    let described = (try? described()) ?? []
    func isSequence(_ source: Int?) -> Bool {
      source.map { described[$0].output.isSequence } ?? input.isSequence
    }
    return zip(layers, described).first { _, layer in
      layer.output.isSequence && !layer.sources.allSatisfy(isSequence)
    }?.0
  }

  /// A layer with its shapes.
  struct DescribedLayer {
    let name: String
    let description: any LayerDescription
    /// The layers that it takes, by their numbers; `nil` is the model's input.
    let sources: [Int?]
    /// Whether steps of its input may not count.
    let isInputMasked: Bool
    let input: SampleShape
    let output: SampleShape
    let parameters: [ParameterShape]

    /// Whether steps of its output may not count.
    var isOutputMasked: Bool {
      description.makesMask || isInputMasked && description.passesMask
    }
  }

  /// The layers with their shapes, from input to output.
  ///
  /// - Parameter timeSteps: The steps of the input; what the model has fixed if `nil`.
  /// - Throws: ``ConfigurationError`` naming the layer and what is wrong with it.
  func described(timeSteps: Int? = nil) throws(ConfigurationError) -> [DescribedLayer] {
    var input = input
    if let timeSteps { input.timeSteps = timeSteps }
    var described: [DescribedLayer] = []
    for (index, layer) in layers.enumerated() {
      let description = try layer.described()
      guard layer.name != functionalInput else {
        throw ConfigurationError("layer \(layer.name) has the name of the model's input")
      }
      let sources = try self.sources(of: layer, at: index)
      let shape = try description.joined(
        sources.map { source in source.map { described[$0].output } ?? input })
      guard shape.isSequence || !description.needsSequence else {
        throw ConfigurationError(
          "layer \(layer.name) needs a sequence; the layer below it must return "
            + "sequences")
      }
      let isMasked = sources.contains { $0.map { described[$0].isOutputMasked } ?? false }
      guard !isMasked || description.takesMask else {
        throw ConfigurationError(
          "layer \(layer.name) (\(layer.className)) cannot take steps that are masked")
      }
      let output = try description.output(of: shape)
      guard (1...Self.largestAxis).contains(output.features) else {
        throw ConfigurationError(
          "units of layer \(layer.name) is \(output.features); it must be from 1 to "
            + "\(Self.largestAxis)")
      }
      let parameters = description.parameters(of: shape)
      described.append(
        DescribedLayer(
          name: layer.name, description: description, sources: sources,
          isInputMasked: isMasked, input: shape, output: output,
          parameters: layer["trainable"] == true ? parameters : parameters.map(\.frozen)))
    }
    let taken = Set(described.flatMap(\.sources))
    if let unused = described.indices.dropLast().first(where: { !taken.contains($0) }) {
      throw ConfigurationError("no layer takes the output of layer \(described[unused].name)")
    }
    return described
  }

  /// The layers that a layer takes, by their numbers.
  private func sources(
    of layer: LayerConfiguration, at index: Int
  ) throws(ConfigurationError) -> [Int?] {
    guard !layer.inputs.isEmpty else { return [index == 0 ? nil : index - 1] }
    var sources: [Int?] = []
    for name in layer.inputs {
      let below = layers[..<index].firstIndex { $0.name == name }
      guard below != nil || name == functionalInput else {
        throw ConfigurationError("layer \(layer.name) takes \(name), which is not below it")
      }
      sources.append(below)
    }
    return sources
  }
}
