import LSTMToolkit
import TestSupport
import Testing

/// The alphabet as the experiments have it: a letter's number over 26, and the next letter.
struct Alphabet {
  let x: Tensor
  let y: Tensor

  init() throws {
    x = try Tensor((0..<25).map { [[Float($0) / 26]] })
    y = try Tensor(oneHot: Array(1...25), count: 26)
  }

  static func model(units: Int = 8, stateful: Bool = true) throws -> Model {
    let model = try Model(timeSteps: nil, features: 1, batch: stateful ? 1 : nil) {
      LSTM(units, stateful: stateful)
      Dense(26, activation: .softmax)
    }
    try model.compile(
      optimizer: .adam(learningRate: 0.01), loss: .categoricalCrossEntropy, metrics: [.accuracy])
    return model
  }
}

@Suite struct TrainingTests {
  private let alphabet: Alphabet

  init() throws { alphabet = try Alphabet() }

  private func weights(_ model: Model) throws -> [Tensor] {
    try model.weights.map { try model.weight($0.name, of: $0.layer) }
  }

  @Test func epochsAreReportedAsTheyEnd() throws {
    let model = try Alphabet.model()
    var seen: [Epoch] = []
    let history = try model.fit(
      alphabet.x, alphabet.y, epochs: 3, validationData: (alphabet.x, alphabet.y)
    ) {
      seen.append($0)
      // The model can be used meanwhile.
      _ = try model.evaluate(alphabet.x, alphabet.y)
      model.resetStates()
    }
    #expect(seen.map(\.number) == [1, 2, 3] && seen.allSatisfy { $0.total == 3 })
    #expect(seen.map(\.loss) == history.loss)
    #expect(seen.last?.accuracy == history.accuracy.last)
    #expect(seen.allSatisfy { $0.validationLoss != nil && $0.validationAccuracy != nil })
    #expect(model.state?["lstm", "hidden"]?.values.allSatisfy { $0 == 0 } == true)
  }

  @Test func epochsComeAsASequence() async throws {
    let (whole, parts) = (try Alphabet.model(), try Alphabet.model())
    try whole.fit(alphabet.x, alphabet.y, epochs: 5)
    var losses: [Double] = []
    for try await epoch in parts.epochs(alphabet.x, alphabet.y, epochs: 5) {
      losses.append(epoch.loss)
    }
    #expect(losses == whole.history.loss && losses == parts.history.loss)
    #expect(try weights(whole) == weights(parts))
    // Whoever breaks off keeps the epochs that were seen.
    for try await epoch in parts.epochs(alphabet.x, alphabet.y, epochs: 5) where epoch.number == 2 {
      break
    }
    #expect(parts.history.loss.count == 7)
    try whole.fit(alphabet.x, alphabet.y, epochs: 2)
    #expect(try weights(whole) == weights(parts))
  }

  /// A loop that was left, but whose iterator lives on, as one at the top level of a program does.
  @Test func aTrainingMayFollowALoopThatWasLeft() async throws {
    let model = try Alphabet.model()
    let iterator = model.epochs(alphabet.x, alphabet.y, epochs: 5).makeAsyncIterator()
    _ = try await iterator.next()
    try model.fit(alphabet.x, alphabet.y, epochs: 1)
    #expect(model.history.loss.count == 2)
    await #expect(throws: ConfigurationError.self) { try await iterator.next() }
    #expect(try await iterator.next() == nil)
    try model.trainStep(try alphabet.x.samples(0..<1), try alphabet.y.samples(0..<1))
    // One that is under way is not ended.
    try model.fit(alphabet.x, alphabet.y, epochs: 1) { _ in
      #expect(throws: ConfigurationError.self) { try model.fit(alphabet.x, alphabet.y) }
    }
  }

  @Test func trainingGoesOnAfterItWasSaved() throws {
    let folder = try TemporaryFolder()
    for stateful in [true, false] {
      let (whole, first) = (
        try Alphabet.model(stateful: stateful), try Alphabet.model(stateful: stateful)
      )
      try whole.fit(alphabet.x, alphabet.y, epochs: 6)
      try first.fit(alphabet.x, alphabet.y, epochs: 4)
      try first.save(folder.path("a.h5"))
      let second = try Model(contentsOf: folder.path("a.h5"))
      #expect(second.history == first.history)
      let history = try second.fit(alphabet.x, alphabet.y, epochs: 2)
      #expect(history.loss == Array(whole.history.loss.suffix(2)))
      #expect(second.history == whole.history)
      #expect(second.state == whole.state)
      #expect(try weights(second) == weights(whole))
    }
  }

  @Test func cancellationLeavesTheLastUpdate() async throws {
    let model = try Alphabet.model()
    let reference = try Alphabet.model()
    let task = Task {
      try model.fit(alphabet.x, alphabet.y, epochs: 1_000_000) { epoch in
        if epoch.number == 2 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    try reference.fit(alphabet.x, alphabet.y, epochs: 2)
    #expect(try weights(model) == weights(reference))
    #expect(model.state == reference.state && model.history == reference.history)

    let other = Task {
      for try await _ in model.epochs(alphabet.x, alphabet.y, epochs: 1_000_000) {
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    await #expect(throws: CancellationError.self) { try await other.value }
    try model.fit(alphabet.x, alphabet.y)
    try reference.fit(alphabet.x, alphabet.y, epochs: 2)
    #expect(try weights(model) == weights(reference))
  }

  @Test func anErrorOfTheCallerEndsTraining() throws {
    struct Enough: Error {}
    let model = try Alphabet.model()
    #expect(throws: Enough.self) {
      try model.fit(alphabet.x, alphabet.y, epochs: 9) { if $0.number == 3 { throw Enough() } }
    }
    #expect(model.history.loss.count == 3)
    try model.fit(alphabet.x, alphabet.y)
    #expect(model.history.loss.count == 4)
  }

  @Test func stoppingEarlyCanRestoreTheBestWeights() throws {
    let model = try Alphabet.model(stateful: false)
    var best: (loss: Double, weights: [Tensor])?
    let history = try model.fit(
      alphabet.x, alphabet.y, batchSize: 5, epochs: 200,
      learningRateSchedule: LearningRateSchedule(.exponential(factor: 1), rate: 0.5),
      earlyStopping: EarlyStopping(patience: 2, restoresBestWeights: true)
    ) { epoch in
      #expect(epoch.values["learning_rate"] == 0.5)
      if epoch.loss < best?.loss ?? .infinity { best = (epoch.loss, try weights(model)) }
    }
    #expect(history.loss.count < 200)
    #expect(try best?.weights == weights(model))
  }

  @Test func ordersDifferFromTrainingToTraining() throws {
    let models = try (0..<3).map { _ in try Alphabet.model(stateful: false) }
    try models[0].fit(alphabet.x, alphabet.y, batchSize: 5, epochs: 2)
    for _ in 0..<2 { try models[1].fit(alphabet.x, alphabet.y, batchSize: 5) }
    for _ in 0..<2 { try models[2].fit(alphabet.x, alphabet.y, batchSize: 5, randomSeed: 7) }
    #expect(try weights(models[0]) == weights(models[1]))
    #expect(try weights(models[0]) != weights(models[2]))
  }

  @Test func withoutShufflingTheOrderIsThatOfTheSamples() throws {
    let (fitted, stepped) = (
      try Alphabet.model(stateful: false), try Alphabet.model(stateful: false)
    )
    for model in [fitted, stepped] { try model.fit(alphabet.x, alphabet.y, batchSize: 5) }
    try fitted.fit(alphabet.x, alphabet.y, batchSize: 5, shuffle: false)
    for first in stride(from: 0, to: 25, by: 5) {
      let rows = first..<first + 5
      try stepped.trainStep(alphabet.x.samples(rows), alphabet.y.samples(rows))
    }
    #expect(try weights(fitted) == weights(stepped))
  }

  @Test func updatesFollowFiniteDifferences() throws {
    // One step of gradient descent moves a weight by the rate times the slope of the loss.
    let model = try Model(timeSteps: 3, features: 2) {
      GRU(3)
      Dense(2)
    }
    let x = try Tensor([
      [[0.5, -1], [0.2, 0.3], [1, 0]], [[-0.4, 0.1], [0.9, -0.7], [0, 0.6]],
    ])
    let y = try Tensor([[0.3, -0.2], [1, 0.5]])
    let rate: Float = 0.01
    try model.compile(optimizer: .sgd(learningRate: rate), loss: .meanSquaredError)
    let before = try weights(model)
    try model.trainStep(x, y)
    let after = try weights(model)
    for (weight, (old, new)) in zip(model.weights, zip(before, after)) {
      let place = old.values.count / 2
      func loss(_ change: Float) throws -> Double {
        for (weight, values) in zip(model.weights, before) {
          try model.setWeight(weight.name, of: weight.layer, to: values)
        }
        var values = old.values
        values[place] += change
        try model.setWeight(
          weight.name, of: weight.layer, to: Tensor(shape: old.shape, values: values))
        return try model.evaluate(x, y).loss
      }
      let slope = try (loss(0.01) - loss(-0.01)) / 0.02
      let step = Double((old.values[place] - new.values[place]) / rate)
      #expect(abs(step - slope) < 2e-3, "\(weight.name): \(step), \(slope)")
    }
  }

  @Test func allOptimizersTrain() throws {
    let optimizers: [Optimizer] = [
      .adam(amsgrad: true, clipNorm: 1), .adamW(clipValue: 0.1), .nadam(weightDecay: 0.01),
      .sgd(momentum: 0.9), .rmsprop(centered: true), .adagrad(), .adadelta(globalClipNorm: 1),
    ]
    for optimizer in optimizers {
      let model = try Alphabet.model(stateful: false)
      try model.compile(
        optimizer: optimizer, loss: .sparseCategoricalCrossEntropy, metrics: [.topFiveAccuracy])
      let before = try weights(model)
      let history = try model.fit(
        alphabet.x, Tensor(classes: Array(1...25)), batchSize: 5, epochs: 2,
        validationSplit: 0.2)
      #expect(history.others["val_top_5_accuracy"]?.count == 2)
      #expect(try weights(model) != before)
    }
  }
}
