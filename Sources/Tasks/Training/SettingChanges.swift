import Checkpoints
import Files
import Recurrent

/// A training run under the settings of its checkpoint, and under others from now on.
struct SettingChanges {
  private(set) var checkpoint: Checkpoint
  private(set) var optimizer: Optimizer<Float>
  private(set) var options: TrainingOptions
  var progress: TrainingProgress
  /// Those that are new.
  private(set) var all: [SettingChange] = []
  /// The place in the run from which they hold.
  private let place: LearningRateSchedule.Start

  init(
    _ checkpoint: Checkpoint, _ optimizer: Optimizer<Float>, _ task: StoredTask,
    _ progress: TrainingProgress
  ) {
    self.checkpoint = checkpoint
    self.optimizer = optimizer
    options = task.options
    self.progress = progress
    place = LearningRateSchedule.Start(epoch: progress.epoch, update: progress.updateInEpoch)
  }

  /// Notes that a setting has another value.
  mutating func note(_ setting: String, _ before: String, _ after: String) {
    guard before != after else { return }
    all.append(
      SettingChange(
        epoch: place.epoch, update: place.update, setting: setting, before: before, after: after))
  }

  // MARK: The model

  /// Changes the size of batches, and with it the rows of a state, which then begin with zeros.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  mutating func setBatchSize(_ size: Int) throws {
    guard size != options.batchSize else { return }
    guard (1...ModelConfiguration.largestAxis).contains(size) else {
      throw ConfigurationError(
        "the batch size is \(size); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    note("batch_size", String(options.batchSize), String(size))
    options.batchSize = size
    checkpoint.task?.options.batchSize = size
    guard checkpoint.configuration.batch != nil else { return }
    var configuration = checkpoint.configuration
    configuration.batch = size
    try rebuild(configuration)
    (checkpoint.recurrentState, checkpoint.trainingRecurrentState) = (nil, nil)
  }

  /// Changes the rate of all `Dropout` layers.
  ///
  /// - Throws: `ConfigurationError` if there are none, or `OutOfMemory`.
  mutating func setDropout(_ rate: Double) throws {
    var configuration = checkpoint.configuration
    let places = configuration.layers.indices.filter {
      configuration.layers[$0].className == "Dropout"
    }
    guard let first = places.first else {
      throw ConfigurationError("the model has no Dropout layer, whose rate could be changed")
    }
    note("dropout", configuration.layers[first]["rate"].text(), "\(rate)")
    for place in places { configuration.layers[place].options["rate"] = .number(rate) }
    guard configuration != checkpoint.configuration else { return }
    try rebuild(configuration)
  }

  /// Gives weights and optimizer to a model of the same layers.
  private mutating func rebuild(_ configuration: ModelConfiguration) throws {
    let parameters = try ParameterStore<Float>(configuration)
    parameters.take(from: checkpoint.parameters)
    checkpoint.parameters = parameters
    try setOptimizer(optimizer.configuration)
  }

  private mutating func setOptimizer(_ configuration: OptimizerConfiguration) throws {
    let made = try Optimizer(configuration, parameters: checkpoint.parameters)
    made.goOn(from: optimizer)
    optimizer = made
  }

  // MARK: The updates

  /// Changes the learning rate, its schedule, and how gradients are clipped.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  mutating func setUpdates(_ changes: ResumeChanges) throws {
    if let rate = changes.learningRate { _ = try optimizer.configuration.with(learningRate: rate) }
    if changes.course != nil || changes.followsCosine || changes.warmUp != nil {
      try setSchedule(changes)
    } else if let rate = changes.learningRate {
      setLearningRate(rate)
    }
    let before = optimizer.configuration
    var configuration = before
    if let norm = changes.clipNorm {
      configuration = try norm == 0 ? before.withoutClipping : before.with(clipNorm: norm)
    }
    if let value = changes.clipValue {
      configuration = try value == 0 ? before.withoutClipping : before.with(clipValue: value)
    }
    guard configuration != before else { return }
    note("clipping", before.clipping ?? "none", configuration.clipping ?? "none")
    try setOptimizer(configuration)
  }

  private mutating func setLearningRate(_ rate: Float) {
    let before = options.schedule?.rate ?? optimizer.learningRate
    note("learning_rate", "\(before)", "\(rate)")
    guard options.schedule != nil else {
      optimizer.learningRate = rate
      return
    }
    options.schedule?.rate = rate
    // It is the rate that holds now, whatever plateaus there were.
    progress.rateReduction = 1
    progress.plateau.waited = 0
  }

  /// A schedule that begins here, at the rate that is asked for, or at that which the run began with.
  private mutating func setSchedule(_ changes: ResumeChanges) throws {
    let before = options.schedule
    let left = max(1, progress.targetEpochs - progress.epoch)
    let cosine: LearningRateSchedule.Course? = changes.followsCosine ? .cosine(epochs: left) : nil
    var schedule = try LearningRateSchedule(
      changes.course ?? cosine ?? before?.course ?? .constant,
      rate: changes.learningRate ?? before?.rate ?? optimizer.learningRate,
      warmUp: changes.warmUp ?? 0)
    _ = try optimizer.configuration.with(learningRate: schedule.rate)
    schedule.start = LearningRateSchedule.Start(
      epoch: progress.epoch, update: progress.updateInEpoch)
    note("schedule", before?.summary ?? "learning rate \(optimizer.learningRate)", schedule.summary)
    options.schedule = schedule
    progress.rateReduction = 1
    progress.plateau = BestValue()
  }

  // MARK: The end

  /// Changes when the run ends early, and with which weights.
  ///
  /// - Throws: `ConfigurationError` if weights are to be restored by a run that looks for no best epoch.
  mutating func setEnd(_ changes: ResumeChanges) throws(ConfigurationError) {
    if let patience = changes.earlyStopping {
      let before = options.earlyStopping
      note(
        "early_stopping", before.map(String.init) ?? "none",
        patience == 0 ? "none" : String(patience))
      options.earlyStopping = patience == 0 ? nil : patience
      progress.isStoppedEarly =
        progress.isStoppedEarly && patience > 0 && progress.earlyStopping.waited >= patience
    }
    guard changes.restoresBest, !options.restoresBest else { return }
    guard options.earlyStopping != nil else {
      throw ConfigurationError(
        "the run has no early stopping, which finds the best epoch to restore",
        remedies: [.earlyStopping])
    }
    note("restore_best", "no", "yes")
    options.restoresBest = true
    // The weights of what was best so far are not there any more.
    progress.best = BestValue()
  }
}

extension LearningRateSchedule {
  /// In a few words, as the option is given.
  package var summary: String {
    let text =
      switch course {
      case .constant: "constant"
      case .step(let epochs, let factor): "step:\(epochs),\(factor)"
      case .exponential(let factor): "exponential:\(factor)"
      case .cosine(let epochs): "cosine:\(epochs)"
      case .plateau(let patience, let factor): "plateau:\(patience),\(factor)"
      }
    return "\(text) from \(rate)" + (warmUp > 0 ? ", warm-up \(warmUp)" : "")
  }
}

extension Remedy {
  /// Ending a run that does not get better.
  package static let earlyStopping = Remedy(rawValue: "early stopping")
}
