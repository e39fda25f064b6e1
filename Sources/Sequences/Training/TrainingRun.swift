import Checkpoints
import Recurrent

/// A training run from its plan or its checkpoint to its end, with the checkpoints on the way.
public final class TrainingRun {
  public let trainer: Trainer
  private let data: TrainingData
  private let vocabulary: Vocabulary?
  private let kerasVersion: KerasVersion
  private var resumedFrom: String?

  /// A new run of an experiment with new weights.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, or `OutOfMemory`.
  public init(_ plan: TrainingPlan, kerasVersion: KerasVersion = .three) throws {
    try Self.check(epochs: plan.epochs)
    guard !plan.units.isEmpty else { throw ConfigurationError("a model needs an LSTM layer") }
    let parameters = try ParameterStore<Float>(
      plan.experiment.configuration(units: plan.units, batchSize: plan.batchSize))
    parameters.initialize(seed: plan.randomSeed)
    data = try TrainingData(plan.experiment, randomSeed: plan.randomSeed)
    vocabulary = Experiment.alphabet
    self.kerasVersion = kerasVersion
    trainer = try Trainer(
      parameters: parameters,
      optimizer: try Optimizer.make(.adam(learningRate: plan.learningRate), parameters: parameters),
      dataset: data.dataset,
      options: TrainingOptions(
        batchSize: plan.batchSize, shuffle: plan.shuffle,
        resetStatesEachEpoch: plan.experiment.stateful, randomSeed: plan.randomSeed),
      progress: TrainingProgress(
        samples: data.dataset.samples, targetEpochs: plan.epochs, randomSeed: plan.randomSeed))
  }

  /// A run of any model on arrays, from the weights, optimizer and state that its file has: Keras' `fit`.
  ///
  /// - Parameters:
  ///   - file: The model's path, for errors.
  ///   - options: As Keras' `fit`, a stateful model keeps its state from epoch to epoch.
  /// - Throws: ``CheckpointError`` if the model cannot be trained, or an array not be read;
  ///   `ConfigurationError` if they do not fit each other.
  public init(
    _ checkpoint: Checkpoint, file: String, inputs: String, targets: String, epochs: Int,
    options: TrainingOptions
  ) throws {
    try Self.check(epochs: epochs)
    guard let optimizer = checkpoint.optimizer else {
      throw CheckpointError(
        .invalid, file: file, "was not compiled: it has no loss and no optimizer to train with")
    }
    data = try TrainingData(
      inputs: inputs, targets: targets, configuration: checkpoint.configuration,
      loss: checkpoint.loss)
    vocabulary = checkpoint.vocabulary
    kerasVersion = checkpoint.kerasVersion
    trainer = try Trainer(
      parameters: checkpoint.parameters, optimizer: optimizer, loss: checkpoint.loss,
      dataset: data.dataset, options: options,
      progress: TrainingProgress(
        samples: data.dataset.samples, targetEpochs: epochs, randomSeed: options.randomSeed),
      recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState)
  }

  /// A run that goes on from a checkpoint just where it stood.
  ///
  /// - Parameters:
  ///   - file: The checkpoint's path, for errors.
  ///   - epochs: How many more epochs than are done to train; what was planned if `nil`.
  /// - Throws: ``CheckpointError`` if the checkpoint is not one of a training run.
  public init(resuming checkpoint: Checkpoint, file: String, epochs: Int?) throws {
    guard let task = checkpoint.task, let progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else {
      throw CheckpointError(
        .invalid, file: file,
        "has no training run to go on with: it was not written by lstm-train or lstm-resume")
    }
    do {
      data = try TrainingData(task, checkpoint, file: file)
      vocabulary = checkpoint.vocabulary
      kerasVersion = checkpoint.kerasVersion
      trainer = try Trainer(
        parameters: checkpoint.parameters, optimizer: optimizer, loss: checkpoint.loss,
        dataset: data.dataset, options: task.options, progress: progress,
        recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState)
    } catch let error as ConfigurationError {
      throw CheckpointError(.invalid, file: file, error.description)
    }
    resumedFrom = file
    if let epochs { try trainer.extend(byEpochs: epochs) }
  }

  private static func check(epochs: Int) throws(ConfigurationError) {
    guard (0...TrainingProgress.mostEpochs).contains(epochs) else {
      throw ConfigurationError(
        "the number of epochs is \(epochs); it must be from 0 to \(TrainingProgress.mostEpochs)")
    }
  }

  /// The run as it stands, after the last update.
  public var checkpoint: Checkpoint {
    Checkpoint(
      parameters: trainer.model.parameters, optimizer: trainer.optimizer, loss: trainer.loss,
      recurrentState: trainer.model.recurrentState, stream: data.stream(of: trainer),
      training: trainer.progress, vocabulary: vocabulary,
      task: TrainingTask(data.source, options: trainer.options), kerasVersion: kerasVersion)
  }

  /// Trains to the planned end or until asked to stop, and saves.
  ///
  /// - Parameters:
  ///   - saving: Where and how often.
  ///   - shouldStop: Asked after every update.
  ///   - didUpdate: Told after every update whether it ended an epoch.
  /// - Returns: Whether all planned epochs are done.
  /// - Throws: ``CheckpointError`` or `TrainingDiverged`.
  @discardableResult
  public func train(
    saving: CheckpointSchedule, shouldStop: () -> Bool = { false },
    didUpdate: (_ endedEpoch: Bool) -> Void = { _ in }
  ) throws -> Bool {
    // With nothing to do, the checkpoint stays as it is.
    if trainer.progress.isFinished, saving.path == resumedFrom { return true }
    var savedAt: Int?
    try trainer.train { endedEpoch in
      didUpdate(endedEpoch)
      if saving.isDue(trainer, endedEpoch: endedEpoch) {
        try saving.save(checkpoint)
        savedAt = trainer.optimizer.iterations
      }
      return shouldStop()
    }
    if savedAt != trainer.optimizer.iterations { try saving.save(checkpoint) }
    return trainer.progress.isFinished
  }
}
