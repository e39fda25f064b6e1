import Checkpoints
import Files
import Recurrent

/// A training run from its plan or its checkpoint to its end, with the checkpoints on the way.
package final class TrainingRun {
  package let trainer: Trainer
  let data: any TrainingData
  private let validationSplit: Double
  /// What is trained on, and how.
  private let task: StoredTask
  private let kerasVersion: KerasVersion
  /// The checkpoint that the run goes on from, and whether the run is still just the one that it holds.
  private let resumed: Resumed?
  /// What there is to say of the run before it begins, each in a line: what it does otherwise than planned, and what its
  /// data are.
  package let notes: [String]
  private let keepsStream: Bool
  /// What the run does otherwise than when it began.
  private let changes: [SettingChange]
  /// What the model was compiled with.
  private let metrics: [CompiledMetric]?
  /// The live stream, or that of predictions, of the checkpoint that the run goes on from. What it has learnt stays in
  /// weights and optimizer; where it stands does not, as the saved run has the stream of its data. `nil` if there is
  /// none, or nothing is left to train.
  package let endedStream: StreamPosition?

  /// What a run goes on from.
  private struct Resumed {
    let path: String
    let checkpoint: Checkpoint
    let isChanged: Bool
    /// Those of the optimizer.
    let updates: Int
  }

  /// A new run.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, `FileError` if its data cannot be
  ///   read, or `OutOfMemory`.
  package init(_ plan: TrainingPlan) throws {
    if let epochs = plan.epochs, !(0...TrainingProgress.mostEpochs).contains(epochs) {
      throw ConfigurationError(
        "the number of epochs is \(epochs); it must be from 0 to \(TrainingProgress.mostEpochs)")
    }
    let start =
      try plan.base.map { try plan.task.start(plan, from: $0) } ?? plan.task.start(plan)
    data = start.data
    validationSplit = start.validationSplit
    kerasVersion = start.kerasVersion
    metrics = start.metrics
    notes = start.notes + Self.notes(metrics)
    (resumed, endedStream, keepsStream, changes) = (nil, nil, false, [])
    trainer = try Trainer(
      parameters: start.parameters, optimizer: start.optimizer, losses: start.losses,
      source: data.samples, validation: data.validation, options: start.options,
      progress: start.progress, recurrentState: start.recurrentState,
      compiled: start.metrics ?? [])
    task = try StoredTask(
      storing: data.task,
      as: StoredTask(members: [:], options: trainer.options, validationSplit: validationSplit))
  }

  /// A run that goes on from a checkpoint just where it stood.
  ///
  /// - Parameters:
  ///   - epochs: How many more epochs than are done to train; what was planned if `nil`.
  ///   - changes: What it does otherwise than before.
  /// - Throws: `FileError` if the checkpoint is not one of a training run, or its data are not there;
  ///   `ConfigurationError` if it cannot go on so.
  package init(
    resuming file: ModelFile, epochs: Int? = nil, changes: ResumeChanges = ResumeChanges()
  ) throws {
    let start = try TrainingResumption(file, epochs: epochs, changes)
    let checkpoint = start.checkpoint
    (data, task) = (start.data, start.task)
    metrics = checkpoint.metrics
    notes = start.notes + Self.notes(metrics)
    validationSplit = task.validationSplit
    kerasVersion = checkpoint.kerasVersion
    trainer = try file.naming {
      try Trainer(
        parameters: checkpoint.parameters, optimizer: start.optimizer, losses: checkpoint.losses,
        source: start.data.samples, validation: start.data.validation,
        options: start.task.options, progress: start.progress,
        recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState,
        compiled: checkpoint.metrics ?? [],
        keptWeights: checkpoint.keptWeights.map {
          ($0.snapshot(of: checkpoint.parameters), $0.areBest)
        })
    }
    self.changes = start.changes
    resumed = Resumed(
      path: file.path, checkpoint: file.checkpoint, isChanged: start.isChanged,
      updates: start.optimizer.iterations)
    (endedStream, keepsStream) = (start.endedStream, start.keepsStream)
  }

  private static func notes(_ metrics: [CompiledMetric]?) -> [String] {
    let unsupported = (metrics ?? []).filter { !$0.isKnown }.map(\.name)
    return unsupported.isEmpty ? [] : ["metrics " + CompiledMetric.note(unsupported)]
  }

  /// Whether the run goes on with other settings, or other data, than the checkpoint's.
  package var hasNewSettings: Bool { changes != resumed?.checkpoint.changes ?? [] }

  /// The run as it stands, after the last update.
  ///
  /// - Throws: `FileError` if the data cannot be read.
  package func checkpoint() throws -> Checkpoint {
    if let resumed, resumed.updates == trainer.optimizer.iterations, !hasNewSettings {
      // Nothing was trained: all else, streams too, is as it was.
      var checkpoint = resumed.checkpoint
      checkpoint.task = task
      checkpoint.training = trainer.progress
      checkpoint.keptWeights = keptWeights
      return checkpoint
    }
    var checkpoint = Checkpoint(
      parameters: trainer.model.parameters, optimizer: trainer.optimizer, loss: trainer.loss,
      recurrentState: trainer.model.recurrentState, stream: try data.stream(of: trainer),
      training: trainer.progress, vocabulary: data.vocabulary, task: task,
      kerasVersion: kerasVersion)
    checkpoint.losses = trainer.losses
    checkpoint.metrics = metrics
    checkpoint.labels = data.labels
    checkpoint.scaling = try data.scaling(of: trainer)
    checkpoint.changes = changes.isEmpty ? nil : changes
    checkpoint.keptWeights = keptWeights
    if keepsStream, let kept = resumed?.checkpoint {
      checkpoint.trainingRecurrentState = checkpoint.recurrentState
      checkpoint.recurrentState = kept.recurrentState
      checkpoint.stream = kept.stream
    }
    return checkpoint
  }

  /// What the speed of training is given in: what they are called, and how many a sample has.
  package var speedUnit: (title: String, perSample: Int) {
    type(of: data.task).stepTitle.map { ($0, data.samples.targetSteps) } ?? ("samples", 1)
  }

  private var keptWeights: KeptWeights? {
    trainer.keptWeights.map {
      KeptWeights($0, of: trainer.model.parameters, areBest: !trainer.hasBestWeights)
    }
  }

  /// A loss in the units in which such models are compared; `nil` if that is the loss itself.
  package func description(ofLoss loss: Double) -> String? {
    data.task.description(ofLoss: loss)
  }

  /// Saves the run as it stands.
  ///
  /// - Throws: ``FileError``.
  package func save(to saving: CheckpointSchedule) throws { try saving.save(try checkpoint()) }

  /// Trains to the planned end or until asked to stop, and saves. Checkpoints on the way are written while training goes
  /// on; one whose moment comes while the one before is being written is left out, unless it has a name of its own.
  ///
  /// - Parameters:
  ///   - saving: Where and how often.
  ///   - shouldStop: Asked after every update.
  ///   - shouldSave: Asked after every update: whether to save there and go on.
  ///   - didFail: Called where a save on the way failed and is tried again.
  ///   - didUpdate: Called after every update, with whether it ended an epoch.
  /// - Returns: Whether all planned epochs are done.
  /// - Throws: ``FileError`` or `TrainingDiverged`; the file is then that of the last save. If the data can no longer be
  ///   read, what was learnt until then is saved first.
  @discardableResult
  package func train(
    saving: CheckpointSchedule, shouldStop: () -> Bool = { false },
    shouldSave: () -> Bool = { false }, didFail: (FileError) -> Void = { _ in },
    didUpdate: (_ endedEpoch: Bool) throws -> Void = { _ in }
  ) throws -> Bool {
    // With nothing to do, the checkpoint stays as it is.
    if trainer.progress.isFinished, let resumed, saving.path == resumed.path, !resumed.isChanged {
      return true
    }
    let background = BackgroundSaving(saving)
    var isAsked = false
    do {
      try trainer.train { endedEpoch in
        try didUpdate(endedEpoch)
        background.takeFailures().forEach(didFail)
        try background.check()
        isAsked = shouldSave() || isAsked
        var moment: BackgroundSaving.Moment = []
        if endedEpoch, trainer.isBest, saving.savesBest { moment.insert(.best) }
        let isDue = saving.isDue(trainer, endedEpoch: endedEpoch)
        if isDue || isAsked, saving.keep > 0 || !background.isBusy { moment.insert(.last) }
        if !moment.isEmpty {
          try background.save(try checkpoint(), moment)
          if moment.contains(.last) { isAsked = false }
        }
        return shouldStop()
      }
    } catch {
      try recover(from: error, background, saving, didFail)
    }
    try finish(background, didFail)
    if background.savedAt != trainer.optimizer.iterations { try save(to: saving) }
    return trainer.progress.isFinished
  }

  private func finish(
    _ background: BackgroundSaving, _ didFail: (FileError) -> Void
  ) throws {
    defer { background.takeFailures().forEach(didFail) }
    try background.finish()
  }

  /// Leaves the run whole on the disk.
  private func recover(
    from error: any Error, _ background: BackgroundSaving, _ saving: CheckpointSchedule,
    _ didFail: (FileError) -> Void
  ) throws -> Never {
    do {
      try finish(background, didFail)
      // The stream may not be known any more; all that training needs is.
      if (error as? FileError)?.kind == .invalid,
        background.savedAt != trainer.optimizer.iterations, trainer.optimizer.iterations > 0
      {
        try save(to: saving)
      }
    } catch let unsaved as FileError {
      let reason = "what was learnt could not be saved: \(unsaved)"
      throw (error as? FileError)?.adding(reason) ?? error
    }
    guard var diverged = error as? TrainingDiverged else { throw error }
    if let savedAt = background.savedAt {
      diverged.remains = "\(saving.path) is as it was after update \(savedAt)"
    }
    throw diverged
  }
}
