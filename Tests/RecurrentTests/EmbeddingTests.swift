import Testing

@testable import Recurrent

/// What an `Embedding` does with numbers that are none of its symbols.
@Suite struct EmbeddingTests {
  private static let wrong: [Float] = [5, -1, 1.5, .nan, 1e20]

  /// - Parameter reshapes: Whether a layer lies between the model's input and the `Embedding`.
  private func makeParameters(reshapes: Bool = false) throws -> ParameterStore<Float> {
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 3, features: 1), inputIsSymbols: !reshapes,
        layers: (reshapes
          ? [
            LayerConfiguration(
              "Reshape", name: "reshape", options: ["target_shape": [3, 1]])
          ] : []) + [
            LayerConfiguration(
              "Embedding", name: "embedding", options: ["input_dim": 5, "output_dim": 2]),
            LayerConfiguration("LSTM", name: "lstm", options: ["units": 2]),
            LayerConfiguration(
              "Dense", name: "dense", options: ["units": 2, "activation": "softmax"]),
          ]))
    try parameters.initialize(seed: 1)
    return parameters
  }

  /// Four samples of three steps, of which the last step of the third is not 4 but `symbol`.
  private func samples(_ symbol: Float) throws -> SequenceDataset {
    try SequenceDataset(
      samples: 4, timeSteps: 3, features: 1, inputs: [0, 1, 2, 3, 4, 0, 1, 2, symbol, 4, 3, 2],
      targets: [0, 1, 0, 1])
  }

  /// Samples that nobody looks at before they are needed.
  private struct Stream: SampleSource {
    let all: SequenceDataset
    var samples: Int { all.samples }
    var timeSteps: Int { all.timeSteps }
    var features: Int { all.features }
    var targetSteps: Int { all.targetSteps }
    var targetUnits: Int { all.targetUnits }
    func checkTargets(output: Int, loss: Loss, units: Int) throws(ConfigurationError) {}
    func load(_ batch: SampleBatch) throws { all.load(batch) }
  }

  private func error(_ symbol: Float) -> SymbolOutOfRange {
    SymbolOutOfRange(
      range: SymbolRange(layer: "embedding", count: 5), value: symbol, sample: 2, timeStep: 2)
  }

  private func makeTrainer(
    _ parameters: ParameterStore<Float>, _ source: any SampleSource, batch: Int,
    shuffle: Bool = false
  ) throws -> Trainer {
    try Trainer(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      source: source,
      options: TrainingOptions(
        batchSize: batch, shuffle: shuffle, resetStatesEachEpoch: false, randomSeed: 1),
      progress: TrainingProgress(samples: 4, targetEpochs: 1, randomSeed: 1))
  }

  @Test(arguments: wrong) func trainingAndEvaluationRefuseThem(symbol: Float) throws {
    let parameters = try makeParameters()
    #expect(throws: error(symbol)) {
      try makeTrainer(parameters, try samples(symbol), batch: 2)
    }
    #expect(throws: error(symbol)) {
      try Evaluator(
        parameters: parameters, losses: [OutputLoss(.categoricalCrossEntropy)],
        source: try samples(symbol),
        batchSize: 2)
    }
    #expect(
      error(5).description
        == "sample 2, time step 2 (counted from 0): 5 is not a symbol of layer embedding, which "
        + "takes whole numbers from 0 to 4")
  }

  /// Samples that are read as they are needed are refused when they come, before anything is learnt from them.
  @Test(arguments: wrong, [false, true])
  func whatComesLaterIsRefusedToo(symbol: Float, reshapes: Bool) throws {
    let parameters = try makeParameters(reshapes: reshapes)
    let before = parameters.parameters.map { Array(parameters[$0]) }
    let stream = Stream(all: try samples(symbol))
    let trainer = try makeTrainer(parameters, stream, batch: 4, shuffle: true)
    let order = trainer.progress.shuffleGenerator
    #expect(throws: error(symbol)) { try trainer.train { _ in false } }
    #expect(parameters.parameters.map { Array(parameters[$0]) } == before)
    #expect(trainer.optimizer.iterations == 0 && trainer.progress.shuffleGenerator == order)
    let evaluator = try Evaluator(
      parameters: parameters, losses: [OutputLoss(.categoricalCrossEntropy)], source: stream,
      batchSize: 2)
    #expect(throws: error(symbol)) { try evaluator.evaluate() }
  }

  @Test(arguments: wrong) func theyAreNotLearntFromOnline(symbol: Float) throws {
    let parameters = try makeParameters()
    let before = parameters.parameters.map { Array(parameters[$0]) }
    let trainer = try OnlineTrainer(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      loss: .categoricalCrossEntropy, timeSteps: 3, dropoutSeed: 1)
    #expect(throws: SymbolOutOfRange.self) {
      try trainer.learn(input: { step, _ in step == 1 ? symbol : 0 }, target: { Float($0) })
    }
    #expect(parameters.parameters.map { Array(parameters[$0]) } == before)
  }
}
