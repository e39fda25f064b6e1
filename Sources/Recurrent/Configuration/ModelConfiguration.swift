/// A sequential or a functional model: what Keras keeps in `model_config`, as far as it changes numbers.
package struct ModelConfiguration: Equatable, Sendable {
  /// Keras' name of the model.
  package var name: String
  /// The number of rows in every batch if it is fixed; stateful layers need it.
  package var batch: Int?
  /// What the model takes: one input if it is sequential.
  package var inputs: [InputConfiguration]
  /// From input to output.
  package var layers: [LayerConfiguration]
  /// Whether layers say what they are called on, as in Keras' functional models; they are a chain if not.
  package var isFunctional: Bool
  /// What a functional model gives; the output of its last layer if empty.
  package var outputs: [ValueName] = []
  /// The names by which Keras takes inputs or gives outputs as a dictionary, in the order of ``inputs`` or ``outputs``;
  /// `nil` if as a list, or one alone.
  package var inputKeys, outputKeys: [String]?

  package init(
    name: String = "functional", batch: Int?, inputs: [InputConfiguration],
    layers: [LayerConfiguration], outputs: [ValueName]
  ) {
    self.name = name
    self.batch = batch
    self.inputs = inputs
    self.layers = layers
    self.outputs = outputs
    isFunctional = true
  }

  /// A model of one input that gives the output of its last layer.
  ///
  /// - Parameter functionalInput: What a functional model calls its input; `nil` in a sequential one.
  package init(
    name: String = "sequential", batch: Int?, input: SampleShape, inputIsSymbols: Bool = false,
    layers: [LayerConfiguration], functionalInput: String? = nil
  ) {
    self.name = name
    self.batch = batch
    inputs = [
      InputConfiguration(
        functionalInput ?? InputConfiguration.standardName, input, isSymbols: inputIsSymbols)
    ]
    self.layers = layers
    isFunctional = functionalInput != nil
  }

  /// What it gives, by the names of the layers.
  package var givenOutputs: [ValueName] {
    outputs.isEmpty ? layers.suffix(1).map { ValueName($0.name) } : outputs
  }

  /// Whether an `Embedding`, or `one_hot`, reads an input.
  package func embeds(input: Int) -> Bool {
    reads(input: input, [EmbeddingDescription.className, OneHotDescription.className])
  }

  /// Whether `one_hot` reads an input, which in TensorFlow takes whole numbers alone.
  package func makesOneHot(input: Int) -> Bool {
    reads(input: input, [OneHotDescription.className])
  }

  /// Whether a layer of such a class reads an input.
  private func reads(input: Int, _ classes: Set<String>) -> Bool {
    func reads(_ layer: LayerConfiguration, _ input: Int) -> Bool {
      layer.model?.reads(input: input, classes) ?? classes.contains(layer.className)
    }
    guard inputs.indices.contains(input) else { return false }
    guard isFunctional else { return layers.first.map { reads($0, 0) } ?? false }
    let name = ValueName(inputs[input].name)
    return layers.contains { layer in
      layer.calls.contains { call in
        call.inputs.indices.contains { call.inputs[$0] == name && reads(layer, $0) }
      }
    }
  }

  /// Whether an input says which steps of another count.
  package func masks(input: Int) -> Bool {
    let name = ValueName(inputs[input].name)
    return layers.contains { layer in
      layer.className == GivenMaskDescription.className && layer.inputs.last == name
    }
  }

  /// One sample of the first input.
  package var input: SampleShape {
    get { inputs.first?.sample ?? .vector(features: 1) }
    set { if !inputs.isEmpty { inputs[0].sample = newValue } }
  }
  /// Whether the first input has no feature axis.
  package var inputIsSymbols: Bool {
    get { inputs.first?.isSymbols ?? false }
    set { if !inputs.isEmpty { inputs[0].isSymbols = newValue } }
  }

  /// The same model with a state that is kept, for a batch of its own and any number of steps: to be fed a
  /// sequence step by step.
  ///
  /// - Throws: ``ConfigurationError`` if a layer needs the whole sequence at once.
  package func stepByStep(batch: Int) throws(ConfigurationError) -> ModelConfiguration {
    guard inputs.count == 1, givenOutputs.count == 1 else {
      throw ConfigurationError(
        "the model has \(inputs.count) inputs and \(givenOutputs.count) outputs; step by step goes "
          + "one of one input and one output")
    }
    for called in try described() where called.description.joinsSteps && called.input.isSequence {
      throw ConfigurationError(
        "layer \(called.name) (\(type(of: called.description).className)) needs the whole sequence, "
          + "not step by step")
    }
    return keepingState(batch: batch)
  }

  private func keepingState(batch: Int) -> ModelConfiguration {
    var model = self
    model.batch = batch
    for index in inputs.indices { model.inputs[index].sample.timeSteps = nil }
    for (index, layer) in layers.enumerated() {
      if let inner = layer.model {
        model.layers[index].model = inner.keepingState(batch: batch)
      } else if !layer.recurrentLayers.isEmpty {
        model.layers[index].options["stateful"] = true
      }
    }
    return model
  }

  /// The sizes of Keras' first input, without the batch.
  package var inputSizes: [Int?] { inputs.first?.sizes ?? [] }

  /// The sizes of the output before its units, without the batch: the steps, if it has any.
  ///
  /// - Parameter timeSteps: The steps of the input.
  package func outputSizes(timeSteps: Int) -> [Int] {
    let output = (try? outputShapes(timeSteps: [timeSteps]))?.first
    return (output?.sizes ?? []).dropLast().compactMap { $0 }
  }

  /// The steps of one input sequence; `nil` if the model takes any number.
  package var timeSteps: Int? { input.timeSteps }
  /// The values at one time step.
  package var features: Int { input.features }

  /// Whether any layer keeps its state from batch to batch.
  package var isStateful: Bool {
    layers.contains { $0.model?.isStateful ?? ((try? $0.described())?.isStateful ?? false) }
  }

  /// The sequences that the model's state follows side by side: the batch of a stateful model, one of
  /// any other.
  package var stateRows: Int { isStateful ? batch ?? 1 : 1 }

  /// The classes or values the model gives out; the features of its input if it cannot be built.
  package var outputUnits: Int { (try? outputShapes())?.first?.features ?? features }

}
