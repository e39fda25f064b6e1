import Checkpoints
import Files
import Recurrent

/// A training run from its plan or its checkpoint to its end, with the checkpoints on the way.
package final class TrainingRun {
  package let trainer: Trainer
  private let data: any TrainingData
  private let validationSplit: Double
  /// What is trained on, and how.
  private let task: StoredTask
  private let kerasVersion: KerasVersion
  private var resumedFrom: String?
  /// What the run does otherwise than planned, for a short text, in a line; `nil` if nothing.
  package let note: String?
  /// The live stream, or that of predictions, of the checkpoint that the run goes on from. What it has learnt stays in
  /// weights and optimizer; where it stands does not, as the saved run has the stream of its data. `nil` if there is
  /// none, or nothing is left to train.
  package private(set) var endedStream: StreamPosition?

  /// A new run.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, `FileError` if its data cannot be
  ///   read, or `OutOfMemory`.
  package init(_ plan: TrainingPlan) throws {
    if let epochs = plan.epochs, !(0...TrainingProgress.mostEpochs).contains(epochs) {
      throw ConfigurationError(
        "the number of epochs is \(epochs); it must be from 0 to \(TrainingProgress.mostEpochs)")
    }
    let start = try plan.task.start(plan)
    data = start.data
    validationSplit = start.validationSplit
    kerasVersion = start.kerasVersion
    note = start.note
    trainer = try Trainer(
      parameters: start.parameters, optimizer: start.optimizer, loss: start.loss,
      source: data.samples, validation: data.validation, options: start.options,
      progress: start.progress, recurrentState: start.recurrentState)
    task = try StoredTask(
      storing: data.task,
      as: StoredTask(members: [:], options: trainer.options, validationSplit: validationSplit))
  }

  /// A run that goes on from a checkpoint just where it stood.
  ///
  /// - Parameters:
  ///   - epochs: How many more epochs than are done to train; what was planned if `nil`.
  /// - Throws: `FileError` if the checkpoint is not one of a training run; `ConfigurationError` if so many epochs
  ///   cannot be.
  package init(resuming file: ModelFile, epochs: Int? = nil) throws {
    let checkpoint = file.checkpoint
    try checkpoint.checkTrainable(file: file.path)
    guard let stored = checkpoint.task, let progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else { throw file.error("has no training run to continue") }
    task = stored
    let data = try file.naming { try file.task().data(of: checkpoint, file: file.path) }
    self.data = data
    validationSplit = stored.validationSplit
    kerasVersion = checkpoint.kerasVersion
    note = nil
    trainer = try file.naming {
      try Trainer(
        parameters: checkpoint.parameters, optimizer: optimizer, loss: checkpoint.loss,
        source: data.samples, validation: data.validation, options: stored.options,
        progress: progress,
        recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState)
    }
    resumedFrom = file.path
    if let epochs { try trainer.extend(byEpochs: epochs) }
    if let stream = checkpoint.movedStream, !trainer.progress.isFinished { endedStream = stream }
  }

  /// The run as it stands, after the last update.
  ///
  /// - Throws: `FileError` if the data cannot be read.
  package func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint(
      parameters: trainer.model.parameters, optimizer: trainer.optimizer, loss: trainer.loss,
      recurrentState: trainer.model.recurrentState, stream: try data.stream(of: trainer),
      training: trainer.progress, vocabulary: data.vocabulary, task: task,
      kerasVersion: kerasVersion)
    checkpoint.labels = data.labels
    checkpoint.scaling = try data.scaling(of: trainer)
    return checkpoint
  }

  /// A loss in the units in which such models are compared; `nil` if that is the loss itself.
  package func description(ofLoss loss: Double) -> String? {
    data.task.description(ofLoss: loss)
  }

  /// Trains to the planned end or until asked to stop, and saves.
  ///
  /// - Parameters:
  ///   - saving: Where and how often.
  ///   - shouldStop: Asked after every update.
  ///   - didUpdate: Called after every update, with whether it ended an epoch.
  /// - Returns: Whether all planned epochs are done.
  /// - Throws: ``FileError`` or `TrainingDiverged`. If the data can no longer be read, what was learnt
  ///   until then is saved first.
  @discardableResult
  package func train(
    saving: CheckpointSchedule, shouldStop: () -> Bool = { false },
    didUpdate: (_ endedEpoch: Bool) throws -> Void = { _ in }
  ) throws -> Bool {
    // With nothing to do, the checkpoint stays as it is.
    if trainer.progress.isFinished, saving.path == resumedFrom { return true }
    var savedAt: Int?
    func save() throws {
      try saving.save(try checkpoint())
      savedAt = trainer.optimizer.iterations
    }
    do {
      try trainer.train { endedEpoch in
        try didUpdate(endedEpoch)
        if endedEpoch, trainer.isBest { try saving.saveBest { try checkpoint() } }
        if saving.isDue(trainer, endedEpoch: endedEpoch) { try save() }
        return shouldStop()
      }
    } catch let error as FileError where error.kind == .invalid {
      // The stream may not be known any more; all that training needs is.
      if savedAt != trainer.optimizer.iterations, trainer.optimizer.iterations > 0 {
        do {
          try save()
        } catch let unsaved as FileError {
          throw error.adding("what was learnt could not be saved: \(unsaved)")
        }
      }
      throw error
    }
    if savedAt != trainer.optimizer.iterations { try save() }
    return trainer.progress.isFinished
  }
}
