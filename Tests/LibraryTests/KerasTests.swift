import LSTMToolkit
import Testing

/// The numbers of models that are built, run and trained here are Keras' own.
@Suite struct KerasTests {
  private let reference: KerasReference

  init() throws { reference = try KerasReference.load() }

  private func check(
    _ model: Model, _ expected: KerasReference.Training, optimizer: Optimizer, loss: Loss,
    metrics: Metrics, batchSize: Int, epochs: Int, classWeights: [Int: Float] = [:],
    validationSplit: Double = 0
  ) throws {
    #expect(model.layerNames == expected.names)
    let (x, y) = (try expected.x.tensor(), try expected.y.tensor())
    try model.setAll(expected.weights)
    expectNear(try model.predict(x), try expected.outputs.tensor(), within: 1e-6)

    try model.compile(optimizer: optimizer, loss: loss, metrics: metrics)
    let scores = try model.evaluate(x, y, batchSize: batchSize)
    #expect(abs(scores.loss - (expected.evaluated["loss"] ?? .nan)) < 2e-6)
    #expect(
      scores.accuracy.map { abs($0 - (expected.evaluated["accuracy"] ?? .nan)) < 1e-6 } ?? true)
    #expect(
      scores.metrics.allSatisfy {
        abs($0.value - (expected.evaluated[$0.key.rawValue] ?? .nan)) < 2e-6
      })

    let history = try model.fit(
      x, y, batchSize: batchSize, epochs: epochs, shuffle: false,
      validationSplit: validationSplit, classWeights: classWeights)
    #expect(history == model.history)
    for (name, values) in expected.history {
      let own =
        switch name {
        case "loss": history.loss
        case "accuracy": history.accuracy
        default: history.others[name] ?? []
        }
      #expect(own.count == values.count)
      #expect(zip(own, values).allSatisfy { abs($0 - $1) < 1e-5 }, "\(name): \(own), \(values)")
    }
    try model.expectWeights(expected.trained, within: 1e-5)
  }

  @Test func sequentialModelTrainsAsInKeras() throws {
    let model = try Model(timeSteps: 4, features: 2) {
      LSTM(3, kernelRegularizer: .l2(0.01), returnSequences: true)
      LayerNormalization()
      GRU(2)
      Dense(3, activation: .softmax)
    }
    try check(
      model, reference.sequential,
      optimizer: .adam(learningRate: 0.01, globalClipNorm: 0.5), loss: .categoricalCrossEntropy,
      metrics: [.accuracy], batchSize: 2, epochs: 2, classWeights: [1: 2, 2: 0.5],
      validationSplit: 0.34)
  }

  @Test func functionalModelTrainsAsInKeras() throws {
    let input = Input(timeSteps: 5, features: 2)
    let a = LSTM(3)(input)
    let b = GRU(2, resetAfter: false)(input)
    let model = try Model(input: input, output: Dense(1)(Concatenate()(a, b)))
    try check(
      model, reference.functional,
      optimizer: .rmsprop(learningRate: 0.01, momentum: 0.5, centered: true),
      loss: .meanSquaredError,
      metrics: [.meanAbsoluteError], batchSize: 4, epochs: 2)
  }

  @Test func modelOfMaskedSymbolsTrainsAsInKeras() throws {
    let model = try Model(Input(symbolSteps: 5)) {
      Embedding(inputDim: 4, outputDim: 3, maskZero: true)
      Bidirectional(SimpleRNN(2, returnSequences: true), mergeMode: .sum)
      TimeDistributed(Dense(3))
      Activation(.softmax)
    }
    try check(
      model, reference.symbols,
      optimizer: .sgd(learningRate: 0.5), loss: .sparseCategoricalCrossEntropy,
      metrics: [.accuracy], batchSize: 4, epochs: 1)
  }

  @Test func otherLayersComputeAsInKeras() throws {
    let expected = reference.shapes
    let model = try Model(timeSteps: 6, features: 2) {
      Masking()
      Conv1D(4, kernelSize: 2, padding: .causal, activation: .relu)
      BatchNormalization()
      Dropout(0.3)
      Reshape([3, -1])
      Flatten()
      RepeatVector(2)
      SimpleRNN(3, useBias: false, goBackwards: true)
      Dense(2, activation: .gelu)
    }
    #expect(model.layerNames == expected.names)
    try model.setAll(expected.weights)
    expectNear(
      try model.predict(try expected.x.tensor()), try expected.outputs.tensor(), within: 1e-6)
  }

  @Test func trainingStepsAreThoseOfAFit() throws {
    let expected = reference.functional
    let input = Input(timeSteps: 5, features: 2)
    let joined = Concatenate()(LSTM(3)(input), GRU(2, resetAfter: false)(input))
    let model = try Model(input: input, output: Dense(1)(joined))
    let (x, y) = (try expected.x.tensor(), try expected.y.tensor())
    try model.setAll(expected.weights)
    try model.compile(
      optimizer: .rmsprop(learningRate: 0.01, momentum: 0.5, centered: true),
      loss: .meanSquaredError,
      metrics: [.meanAbsoluteError])
    for epoch in 0..<2 {
      let first = try model.trainStep(x.samples(0..<4), y.samples(0..<4))
      let last = try model.trainStep(x.samples(4..<6), y.samples(4..<6))
      let losses = try #require(expected.history["loss"])
      #expect(abs((4 * first.loss + 2 * last.loss) / 6 - losses[epoch]) < 1e-5)
    }
    try model.expectWeights(expected.trained, within: 1e-5)
  }

  @Test func statesAreCarriedAsInKeras() throws {
    let expected = reference.stateful
    let model = try Model(timeSteps: 1, features: 1, batch: 1) {
      LSTM(3, returnSequences: true, stateful: true)
      GRU(2, stateful: true)
      Dense(2)
    }
    try model.setAll(expected.weights)
    let x = try expected.x.tensor()
    for (step, output) in expected.steps.enumerated() {
      expectNear(
        try model.predict(x.samples(step..<step + 1)), try output.tensor(), within: 1e-6)
    }
    let state = try #require(model.state)
    let names = [("lstm", "hidden"), ("lstm", "cell"), ("gru", "hidden")]
    for ((layer, name), value) in zip(names, expected.states) {
      expectNear(try #require(state[layer, name]), try value.tensor(), within: 1e-6)
    }

    // A stream goes the same way, and all at once is the same as step by step.
    var stream = try model.stream()
    for (step, output) in expected.steps.enumerated() {
      expectNear(
        try Tensor([stream.step([x.values[step]])]), try output.tensor(), within: 1e-6)
    }
    #expect(try model.stream(fromRow: 0).state == stream.state)
    model.resetStates()
    #expect(model.state?["lstm", "cell"]?.values == [0, 0, 0])
  }
}
