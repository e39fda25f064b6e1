import Checkpoints
import Recurrent

/// All that a run begins with.
package struct TrainingStart {
  package let data: any TrainingData
  package let parameters: ParameterStore<Float>
  package let optimizer: Optimizer<Float>
  package let losses: [OutputLoss]
  package let options: TrainingOptions
  package let progress: TrainingProgress
  /// The state that a model which is there has; zeros if `nil`.
  package let recurrentState: RecurrentState?
  package let kerasVersion: KerasVersion
  package let validationSplit: Double
  /// What the run does otherwise than planned, and what is to be said of the data, each in a line.
  package let notes: [String]
  /// What a model that is there was compiled with.
  private(set) var metrics: [CompiledMetric]?

  /// Training on from the weights of a model, with a new optimizer and from a zero state.
  init(
    data: any TrainingData, parameters: ParameterStore<Float>, optimizer: Optimizer<Float>,
    losses: [OutputLoss], options: TrainingOptions, progress: TrainingProgress,
    kerasVersion: KerasVersion,
    validationSplit: Double, notes: [String]
  ) {
    self.data = data
    (self.parameters, self.optimizer, self.losses) = (parameters, optimizer, losses)
    (self.options, self.progress) = (options, progress)
    recurrentState = nil
    self.kerasVersion = kerasVersion
    self.validationSplit = validationSplit
    self.notes = notes
  }

  /// Training a new model.
  ///
  /// - Parameters:
  ///   - isStateful: Whether the state is carried from batch to batch, and reset as each epoch begins.
  ///   - keepsOrder: Whether the order of the samples is kept in files even where they are not shuffled.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  init(
    _ settings: TrainingSettings, data: any TrainingData, configuration: ModelConfiguration,
    loss: Loss, isStateful: Bool, keepsOrder: Bool = false, notes: [String] = []
  ) throws {
    guard !settings.stack.units.isEmpty else {
      throw ConfigurationError("a model needs a recurrent layer")
    }
    let plan = settings.plan
    self.data = data
    parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: plan.randomSeed)
    optimizer = try settings.optimizer(for: parameters)
    losses = [OutputLoss](loss, of: configuration)
    options = try plan.options(
      batchSize: settings.batchSize, shuffle: settings.shuffle, resetStatesEachEpoch: isStateful,
      rate: settings.learningRate, epochs: settings.epochs)
    progress = TrainingProgress(
      samples: keepsOrder || settings.shuffle ? data.samples.samples : 0,
      targetEpochs: settings.epochs, randomSeed: plan.randomSeed)
    recurrentState = nil
    kerasVersion = plan.kerasVersion ?? .three
    validationSplit = settings.validationSplit
    self.notes = notes
  }

  /// Training a model that is there, from the weights, optimizer and state that it has: Keras' `fit`.
  ///
  /// - Throws: `ConfigurationError`.
  init(
    _ plan: TrainingPlan, data: any TrainingData, model: Checkpoint, optimizer: Optimizer<Float>,
    validationSplit: Double
  ) throws {
    let stateful = model.configuration.isStateful
    self.data = data
    parameters = model.parameters
    self.optimizer = optimizer
    losses = model.losses
    // As Keras' `fit`, a stateful model keeps its state from epoch to epoch.
    options = try plan.options(
      batchSize: plan.batchSize ?? (stateful ? model.configuration.stateRows : 32),
      shuffle: plan.shuffle ?? !stateful, resetStatesEachEpoch: false,
      rate: optimizer.learningRate, epochs: plan.epochs ?? 1)
    progress = TrainingProgress(
      samples: data.samples.samples, targetEpochs: plan.epochs ?? 1, randomSeed: plan.randomSeed)
    recurrentState = model.trainingRecurrentState ?? model.recurrentState
    kerasVersion = model.kerasVersion
    self.validationSplit = validationSplit
    notes = []
    metrics = model.metrics
  }
}
