import Checkpoints
import Recurrent

/// A training run from its plan or its checkpoint to its end, with the checkpoints on the way.
public final class TrainingRun {
  public let experiment: Experiment
  public let trainer: Trainer
  private let patterns: [Pattern]
  private let kerasVersion: KerasVersion
  private var resumedFrom: String?

  /// A new run with new weights.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, or `OutOfMemory`.
  public convenience init(_ plan: TrainingPlan, kerasVersion: KerasVersion = .three) throws {
    guard (0...TrainingProgress.mostEpochs).contains(plan.epochs) else {
      throw ConfigurationError(
        "the number of epochs is \(plan.epochs); it must be from 0 to "
          + "\(TrainingProgress.mostEpochs)")
    }
    guard !plan.units.isEmpty else { throw ConfigurationError("a model needs an LSTM layer") }
    let parameters = try ParameterStore<Float>(
      plan.experiment.configuration(units: plan.units, batchSize: plan.batchSize))
    parameters.initialize(seed: plan.randomSeed)
    let patterns = plan.experiment.patterns(randomSeed: plan.randomSeed)
    try self.init(
      experiment: plan.experiment, patterns: patterns, parameters: parameters,
      optimizer: try Optimizer.make(
        .adam(learningRate: plan.learningRate), parameters: parameters),
      options: TrainingOptions(
        batchSize: plan.batchSize, shuffle: plan.shuffle,
        resetStatesEachEpoch: plan.experiment.stateful, randomSeed: plan.randomSeed),
      progress: TrainingProgress(
        samples: patterns.count, targetEpochs: plan.epochs, randomSeed: plan.randomSeed),
      recurrentState: nil, kerasVersion: kerasVersion)
  }

  /// A run that goes on from a checkpoint just where it stood.
  ///
  /// - Parameters:
  ///   - file: The checkpoint's path, for errors.
  ///   - epochs: How many more epochs than are done to train; what was planned if `nil`.
  /// - Throws: ``CheckpointError`` if the checkpoint is not one of a training run.
  public convenience init(resuming checkpoint: Checkpoint, file: String, epochs: Int?) throws {
    guard let task = checkpoint.task, let progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else {
      throw CheckpointError(
        .invalid, file: file,
        "has no training run to go on with: it was not written by lstm-train or lstm-resume")
    }
    let experiment = try Experiment.of(task, file: file)
    guard experiment.stateful == checkpoint.configuration.isStateful else {
      throw CheckpointError(
        .invalid, file: file,
        "/task@experiment: is \(task.experiment), but the model is "
          + (experiment.stateful ? "not stateful" : "stateful"))
    }
    do {
      try self.init(
        experiment: experiment,
        patterns: experiment.patterns(randomSeed: task.options.randomSeed),
        parameters: checkpoint.parameters, optimizer: optimizer, options: task.options,
        progress: progress,
        recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState,
        kerasVersion: checkpoint.kerasVersion)
    } catch let error as ConfigurationError {
      throw CheckpointError(.invalid, file: file, error.description)
    }
    resumedFrom = file
    if let epochs { try trainer.extend(byEpochs: epochs) }
  }

  private init(
    experiment: Experiment, patterns: [Pattern], parameters: ParameterStore<Float>,
    optimizer: Optimizer<Float>, options: TrainingOptions, progress: TrainingProgress,
    recurrentState: RecurrentState?, kerasVersion: KerasVersion
  ) throws {
    self.experiment = experiment
    self.patterns = patterns
    self.kerasVersion = kerasVersion
    trainer = try Trainer(
      parameters: parameters, optimizer: optimizer,
      dataset: try SequenceDataset(
        patterns, framing: experiment.framing, vocabulary: Experiment.alphabet),
      options: options, progress: progress, recurrentState: recurrentState)
  }

  /// The run as it stands, after the last update.
  public var checkpoint: Checkpoint {
    Checkpoint(
      parameters: trainer.model.parameters, optimizer: trainer.optimizer,
      recurrentState: trainer.model.recurrentState, stream: stream, training: trainer.progress,
      vocabulary: Experiment.alphabet,
      task: TrainingTask(experiment: experiment.name, options: trainer.options),
      kerasVersion: kerasVersion)
  }

  /// The sequences that the state remembers go on with the symbols that follow in the data.
  private var stream: StreamPosition? {
    let progress = trainer.progress
    let batch = trainer.options.batchSize
    guard experiment.stateful, trainer.optimizer.iterations > 0 else { return nil }
    let updates = progress.updateInEpoch == 0 ? trainer.updatesPerEpoch : progress.updateInEpoch
    return StreamPosition(
      nextInput: progress.order[(updates - 1) * batch..<updates * batch].map { sample in
        let pattern = patterns[Int(sample)]
        return pattern.symbols.dropFirst() + [pattern.target]
      })
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

extension Experiment {
  /// The experiment that a checkpoint's task names.
  ///
  /// - Throws: ``CheckpointError`` if there is none of that name.
  static func of(_ task: TrainingTask, file: String) throws -> Experiment {
    guard let experiment = named(task.experiment) else {
      throw CheckpointError(
        .invalid, file: file,
        "/task@experiment: is \(task.experiment); known are "
          + all.map(\.name).joined(separator: ", "))
    }
    return experiment
  }
}
