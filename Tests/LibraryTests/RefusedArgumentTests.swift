import LSTMToolkit
import Testing

/// What does not fit is refused with an error that says what, before anything has happened.
@Suite struct RefusedArgumentTests {
  private let alphabet: Alphabet
  private let model: Model

  init() throws {
    alphabet = try Alphabet()
    model = try Alphabet.model(stateful: false)
  }

  private func expectRefused(
    _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
  ) {
    let error = #expect(throws: ConfigurationError.self, sourceLocation: location) { try body() }
    #expect(error?.description.contains("--") == false, sourceLocation: location)
  }

  @Test func optionsOfFit() throws {
    let (x, y) = (alphabet.x, alphabet.y)
    expectRefused { try model.fit(x, y, batchSize: 0) }
    expectRefused { try model.fit(x, y, batchSize: .max) }
    expectRefused { try model.fit(x, y, epochs: -1) }
    expectRefused { try model.fit(x, y, epochs: .max) }
    expectRefused { try model.fit(x, y, validationSplit: 1) }
    expectRefused { try model.fit(x, y, validationSplit: -0.5) }
    expectRefused { try model.fit(x, y, validationSplit: .nan) }
    expectRefused { try model.fit(x, y, validationFrequency: 0) }
    expectRefused { try model.fit(x, y, classWeights: [26: 1]) }
    expectRefused { try model.fit(x, y, classWeights: [1: -1]) }
    expectRefused { try model.fit(x, y, classWeights: [1: .nan]) }
    expectRefused { try model.fit(x, y, earlyStopping: EarlyStopping(patience: 0)) }
    expectRefused { _ = try model.evaluate(x, y, batchSize: -1) }
    expectRefused { _ = try model.predict(x, batchSize: 0) }
    #expect(model.history.loss.isEmpty)
    try model.fit(x, y, epochs: 0)
    #expect(model.history.loss.isEmpty)
  }

  @Test func shapesOfSamples() throws {
    let (x, y) = (alphabet.x, alphabet.y)
    let wrong = [
      try x.reshaped(to: [25]), try x.reshaped(to: [25, 1]), try x.reshaped(to: [5, 1, 5]),
      try x.samples(0..<0), Tensor([Float]()), try Tensor(shape: [], values: [1]),
    ]
    for tensor in wrong {
      expectRefused { try model.fit(tensor, y) }
      expectRefused { _ = try model.predict(tensor) }
      expectRefused { try model.trainStep(tensor, y) }
      expectRefused { try model.fit(x, y, validationData: (tensor, y)) }
    }
    for tensor in [try y.samples(0..<24), try y.reshaped(to: [25, 1, 26]), x] {
      expectRefused { try model.fit(x, tensor) }
      expectRefused { _ = try model.evaluate(x, tensor) }
      expectRefused { try model.trainStep(x, tensor) }
    }
    try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossEntropy)
    for value in [26, -1, 0.5, .nan, .infinity, 1e30] as [Float] {
      let classes = try Tensor(repeating: value, shape: [25])
      expectRefused { try model.fit(x, classes) }
      expectRefused { try model.trainStep(x, classes) }
      expectRefused { _ = try model.evaluate(x, classes) }
    }
    expectRefused { try model.fit(x, y) }
  }

  @Test func optionsOfCompile() throws {
    let wrong: [Optimizer] = [
      .adam(learningRate: -1), .adam(learningRate: .nan), .adam(beta1: 1), .adam(epsilon: 0),
      .sgd(momentum: 2), .rmsprop(rho: -1),
    ]
    for optimizer in wrong {
      expectRefused { try model.compile(optimizer: optimizer, loss: .meanSquaredError) }
    }
    expectRefused {
      try model.compile(optimizer: .adam(), loss: .meanSquaredError, metrics: [.accuracy])
    }
    try model.compile(
      optimizer: .adam(), loss: .meanSquaredError, metrics: [.topFiveAccuracy])
    expectRefused { try model.fit(alphabet.x, alphabet.y) }
    expectRefused { try model.trainStep(alphabet.x, alphabet.y) }
    let fresh = try Model(timeSteps: 1, features: 1) { Dense(1) }
    expectRefused { try fresh.fit(alphabet.x, alphabet.x) }
    expectRefused { _ = try fresh.evaluate(alphabet.x, alphabet.x) }
  }

  @Test func oneTrainingAtATime() throws {
    try model.fit(alphabet.x, alphabet.y) { _ in
      expectRefused { try model.fit(alphabet.x, alphabet.y) }
      expectRefused { try model.trainStep(alphabet.x, alphabet.y) }
      expectRefused { try model.compile(optimizer: .adam(), loss: .meanSquaredError) }
    }
  }

  @Test func samplesOfAStatefulModel() throws {
    let model = try Model(timeSteps: 1, features: 1, batch: 4) {
      GRU(3, stateful: true)
      Dense(1)
    }
    try model.compile(optimizer: .adam(), loss: .meanSquaredError)
    expectRefused { _ = try model.predict(alphabet.x) }
    expectRefused { try model.fit(alphabet.x, alphabet.x) }
    let x = try alphabet.x.samples(0..<24)
    expectRefused { try model.fit(x, x.reshaped(to: [24, 1]), batchSize: 6) }
    expectRefused { try model.trainStep(x, x.reshaped(to: [24, 1])) }
    try model.fit(x, x.reshaped(to: [24, 1]))
  }

  @Test func namesOfWeightsAndStates() throws {
    expectRefused { _ = try model.weight("kernel", of: "gru") }
    expectRefused { _ = try model.weight("recurrentKernel", of: "lstm") }
    expectRefused { try model.setWeight("bias", of: "dense", to: Tensor([1])) }
    #expect(model.state == nil)
    let stateful = try Alphabet.model()
    var state = try #require(stateful.state)
    #expect(state["lstm", "other"] == nil && state.names(of: "dense") == [])
    expectRefused { try state.set(Tensor([1]), of: "lstm", "hidden") }
    try state.set(Tensor(repeating: 0.5, shape: [1, 8]), of: "lstm", "hidden")
    try stateful.setState(state)
    #expect(stateful.state == state)
    expectRefused { try Alphabet.model(units: 9).setState(state) }
    expectRefused { try model.setState(state) }
  }

  @Test func valuesThatAreNotSymbols() throws {
    let model = try Model(Input(symbolSteps: 2)) {
      Embedding(inputDim: 3, outputDim: 2)
      LSTM(2)
      Dense(1)
    }
    try model.compile(optimizer: .adam(), loss: .meanSquaredError)
    let y = try Tensor([[1]])
    for value in [3, -1, 0.5, .nan] as [Float] {
      let x = try Tensor([[0, value]])
      #expect(throws: SymbolOutOfRange.self) { try model.predict(x) }
      #expect(throws: SymbolOutOfRange.self) { try model.fit(x, y) }
      #expect(throws: SymbolOutOfRange.self) { try model.trainStep(x, y) }
    }
    #expect(try model.predict(Tensor(classes: [[0, 2], [1, 1]])).shape == [2, 1])
  }

  @Test func lossesThatAreNotNumbers() throws {
    let model = try Model(timeSteps: 1, features: 1) { Dense(1) }
    try model.compile(optimizer: .sgd(learningRate: 1e30), loss: .meanSquaredError)
    let y = try alphabet.x.reshaped(to: [25, 1, 1])
    #expect(throws: TrainingDiverged.self) { try model.fit(alphabet.x, y, epochs: 50) }
    #expect(throws: TrainingDiverged.self) {
      for _ in 0..<50 { try model.trainStep(alphabet.x, y) }
    }
  }
}
