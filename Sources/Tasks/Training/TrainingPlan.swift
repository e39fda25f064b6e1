import Recurrent

/// What a new training run is to do: what to learn, and where it departs from the defaults of that.
package struct TrainingPlan: Sendable {
  /// What is learnt.
  package enum Data: Sendable {
    case experiment(Experiment)
    case text(TextPlan)
    case series(SeriesPlan)
    case labelled(LabelledPlan)
  }

  package var data: Data
  /// The units of each LSTM layer, the lowest first.
  package var units: [Int]
  /// The rate of dropout above each LSTM layer.
  package var dropout = 0.0
  package var epochs: Int
  package var batchSize: Int
  package var shuffle: Bool
  /// Keras' name of the optimizer.
  package var optimizer = "adam"
  /// What the optimizer has otherwise than Keras' defaults, by Keras' names.
  package var optimizerOptions: [String: Double] = [:]
  package var learningRate: Float
  /// How the learning rate changes; it stays as it is if `nil`.
  package var course: LearningRateSchedule.Course?
  /// The updates over which the learning rate rises.
  package var warmUp = 0
  /// The norm that gradients are clipped to.
  package var clipNorm: Double?
  /// The part of the data that is kept for validation.
  package var validationSplit = 0.0
  package var validateEvery = 1
  package var earlyStopping: Int?
  package var metrics: [Metric] = []
  package var classWeights: [Float] = []
  package var randomSeed: UInt64

  /// The experiment as it stands.
  package init(_ experiment: Experiment, randomSeed: UInt64 = 7) {
    data = .experiment(experiment)
    units = experiment.units
    epochs = experiment.epochs
    batchSize = experiment.batchSize
    shuffle = experiment.shuffle
    learningRate = 0.001
    self.randomSeed = randomSeed
  }

  /// Learning a text: one layer of 128 units, batches of 50, a tenth of the text kept for validation.
  package init(_ text: TextPlan, randomSeed: UInt64 = 7) {
    data = .text(text)
    units = [128]
    epochs = 10
    batchSize = 50
    shuffle = !text.isStateful
    learningRate = 0.002
    validationSplit = 0.1
    self.randomSeed = randomSeed
  }

  /// Learning a series: one layer of 32 units, and a tenth of the rows for validation before those for the test; in
  /// batches of 32, or of one stretch if the state is carried.
  package init(_ series: SeriesPlan, randomSeed: UInt64 = 7) {
    data = .series(series)
    units = [32]
    epochs = 50
    batchSize = series.isStateful ? 1 : 32
    shuffle = !series.isStateful
    learningRate = 0.001
    validationSplit = 0.1
    self.randomSeed = randomSeed
  }

  /// How the run walks over its data.
  func options(resetStatesEachEpoch: Bool) throws(ConfigurationError) -> TrainingOptions {
    var options = TrainingOptions(
      batchSize: batchSize, shuffle: shuffle, resetStatesEachEpoch: resetStatesEachEpoch,
      randomSeed: randomSeed)
    if course != nil || warmUp != 0 {
      options.schedule = try LearningRateSchedule(
        course ?? .constant, rate: learningRate, warmUp: warmUp)
    }
    options.validateEvery = validateEvery
    options.earlyStopping = earlyStopping
    options.metrics = metrics
    options.classWeights = classWeights
    return options
  }

  /// Telling labels: one layer of 64 units, batches of 32, a tenth of the sequences kept for validation.
  package init(_ labelled: LabelledPlan, randomSeed: UInt64 = 7) {
    data = .labelled(labelled)
    units = [64]
    epochs = 20
    batchSize = 32
    shuffle = true
    learningRate = 0.001
    validationSplit = 0.1
    self.randomSeed = randomSeed
  }

  /// What is to be made small.
  var loss: Loss {
    switch data {
    case .experiment: .categoricalCrossEntropy
    // Texts may be long: their targets are numbers of symbols, in Keras too.
    case .text: .sparseCategoricalCrossEntropy
    case .series: .meanSquaredError
    case .labelled(let plan):
      plan.isRegression ? .meanSquaredError : .sparseCategoricalCrossEntropy
    }
  }

  /// The optimizer before its first update.
  func optimizer(
    for parameters: ParameterStore<Float>
  ) throws -> Optimizer<Float> {
    var configuration = try OptimizerConfiguration(named: optimizer).with(
      learningRate: learningRate)
    if !optimizerOptions.isEmpty {
      configuration = try configuration.with(options: optimizerOptions)
    }
    if let clipNorm { configuration = try configuration.with(clipNorm: clipNorm) }
    return try Optimizer(configuration, parameters: parameters)
  }
}
