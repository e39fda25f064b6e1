import Checkpoints
import Files
import Recurrent

/// A training run from its plan or its checkpoint to its end, with the checkpoints on the way.
package final class TrainingRun {
  package let trainer: Trainer
  private let data: any TrainingData
  private let validationSplit: Double
  private let kerasVersion: KerasVersion
  private var resumedFrom: String?
  /// What the run does otherwise than planned, for a short text, in a line; `nil` if nothing.
  package private(set) var note: String?
  /// The live stream, or that of predictions, of the checkpoint that the run goes on from. What it has learnt stays in
  /// weights and optimizer; where it stands does not, as the saved run has the stream of its data. `nil` if there is
  /// none, or nothing is left to train.
  package private(set) var endedStream: StreamPosition?

  /// A new run with new weights.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, `FileError` if its data cannot be
  ///   read, or `OutOfMemory`.
  package init(_ plan: TrainingPlan, kerasVersion: KerasVersion = .three) throws {
    try Self.check(epochs: plan.epochs)
    guard !plan.units.isEmpty else { throw ConfigurationError("a model needs an LSTM layer") }
    let configuration: ModelConfiguration
    let isStateful: Bool
    var plan = plan
    switch plan.data {
    case .experiment(let experiment):
      data = try ExperimentData(
        experiment, randomSeed: plan.randomSeed, validationSplit: plan.validationSplit)
      configuration = experiment.configuration(
        units: plan.units, batchSize: plan.batchSize, dropout: plan.dropout)
      isStateful = experiment.stateful
    case .text(let text):
      let data = try TextData(
        text, batchSize: plan.batchSize, validationSplit: plan.validationSplit)
      self.data = data
      plan.batchSize = data.batchSize
      note = data.note
      let symbols = data.vocabulary?.symbols.count ?? 0
      configuration = .lstmClassifier(
        units: plan.units, classes: symbols, timeSteps: nil, features: data.samples.features,
        statefulBatch: text.isStateful ? plan.batchSize : nil, returnSequences: true,
        embedding: text.embedding, dropout: plan.dropout)
      isStateful = text.isStateful
    case .series(let series):
      let data = try SeriesData(
        series, batchSize: plan.batchSize, validationSplit: plan.validationSplit)
      self.data = data
      configuration = .lstmRegressor(
        units: plan.units, outputs: series.horizon,
        timeSteps: series.isStateful ? nil : series.sequenceLength,
        features: data.samples.features,
        statefulBatch: series.isStateful ? plan.batchSize : nil, dropout: plan.dropout)
      isStateful = series.isStateful
    case .labelled(let labelled):
      let data = try LabelledData(
        labelled, validationSplit: plan.validationSplit, randomSeed: plan.randomSeed)
      self.data = data
      configuration = labelled.configuration(
        units: plan.units, dropout: plan.dropout, data: data)
      isStateful = false
    }
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: plan.randomSeed)
    self.kerasVersion = kerasVersion
    validationSplit = plan.validationSplit
    let isExperiment = if case .experiment = plan.data { true } else { false }
    trainer = try Trainer(
      parameters: parameters, optimizer: try plan.optimizer(for: parameters), loss: plan.loss,
      source: data.samples, validation: data.validation,
      options: try plan.options(resetStatesEachEpoch: isStateful),
      progress: TrainingProgress(
        samples: isExperiment || plan.shuffle ? data.samples.samples : 0,
        targetEpochs: plan.epochs,
        randomSeed: plan.randomSeed))
    try task.check()
  }

  /// A run of any model on arrays, from the weights, optimizer and state that its file has: Keras' `fit`.
  ///
  /// - Parameters:
  ///   - file: The model's path, for errors.
  ///   - options: As Keras' `fit`, a stateful model keeps its state from epoch to epoch.
  ///   - validationSplit: The part of the samples that is kept for validation.
  /// - Throws: ``FileError`` if the model cannot be trained, or an array not be read;
  ///   `ConfigurationError` if they do not fit each other.
  package init(
    _ checkpoint: Checkpoint, file: String, inputs: String, targets: String, epochs: Int,
    options: TrainingOptions, validationSplit: Double = 0
  ) throws {
    try Self.check(epochs: epochs)
    try checkpoint.checkTrainable(file: file)
    guard let optimizer = checkpoint.optimizer else {
      throw FileError(
        .invalid, file: file, "was not compiled: it has no loss and no optimizer to train with")
    }
    data = try ArrayData(
      inputs: inputs, targets: targets, configuration: checkpoint.configuration,
      loss: checkpoint.loss, validationSplit: validationSplit, vocabulary: checkpoint.vocabulary)
    self.validationSplit = validationSplit
    kerasVersion = checkpoint.kerasVersion
    trainer = try Trainer(
      parameters: checkpoint.parameters, optimizer: optimizer, loss: checkpoint.loss,
      source: data.samples, validation: data.validation, options: options,
      progress: TrainingProgress(
        samples: data.samples.samples, targetEpochs: epochs, randomSeed: options.randomSeed),
      recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState)
    try task.check()
  }

  /// A run that goes on from a checkpoint just where it stood.
  ///
  /// - Parameters:
  ///   - file: The checkpoint's path, for errors.
  ///   - epochs: How many more epochs than are done to train; what was planned if `nil`.
  /// - Throws: ``FileError`` if the checkpoint is not one of a training run.
  package init(resuming checkpoint: Checkpoint, file: String, epochs: Int?) throws {
    try checkpoint.checkTrainable(file: file)
    guard let task = checkpoint.task, let progress = checkpoint.training,
      let optimizer = checkpoint.optimizer
    else {
      throw FileError(
        .invalid, file: file,
        "has no training run to go on with: it was not written by lstm-train or lstm-resume")
    }
    do {
      data = try Self.data(of: task, checkpoint, file: file)
      validationSplit = task.validationSplit
      kerasVersion = checkpoint.kerasVersion
      trainer = try Trainer(
        parameters: checkpoint.parameters, optimizer: optimizer, loss: checkpoint.loss,
        source: data.samples, validation: data.validation, options: task.options,
        progress: progress,
        recurrentState: checkpoint.trainingRecurrentState ?? checkpoint.recurrentState)
    } catch let error as ConfigurationError {
      throw FileError(.invalid, file: file, error.description)
    }
    resumedFrom = file
    if let epochs { try trainer.extend(byEpochs: epochs) }
    if let stream = checkpoint.stream, stream.hasMoved, !trainer.progress.isFinished {
      endedStream = stream
    }
  }

  /// The data that a checkpoint's task names.
  ///
  /// - Throws: `FileError`, or `ConfigurationError`.
  static func data(
    of task: TrainingTask, _ checkpoint: Checkpoint, file: String
  ) throws -> any TrainingData {
    switch task.source {
    case .arrays(let inputs, let targets):
      return try ArrayData(
        inputs: inputs, targets: targets, configuration: checkpoint.configuration,
        loss: checkpoint.loss, validationSplit: task.validationSplit,
        vocabulary: checkpoint.vocabulary)
    case .text(let text):
      return try TextData(
        text, of: checkpoint, batchSize: task.options.batchSize,
        validationSplit: task.validationSplit)
    case .series(let series):
      return try SeriesData(
        series, of: checkpoint, batchSize: task.options.batchSize,
        validationSplit: task.validationSplit)
    case .labelled(let labelled):
      return try LabelledData(
        labelled, of: checkpoint, validationSplit: task.validationSplit,
        randomSeed: task.options.randomSeed)
    case .experiment:
      let experiment = try Experiment.of(task, file: file)
      guard experiment.stateful == checkpoint.configuration.isStateful else {
        throw FileError(
          .invalid, file: file,
          "/task@experiment: is \(experiment.name), but the model is "
            + (experiment.stateful ? "not stateful" : "stateful"))
      }
      return try ExperimentData(
        experiment, randomSeed: task.options.randomSeed, validationSplit: task.validationSplit)
    }
  }

  private static func check(epochs: Int) throws(ConfigurationError) {
    guard (0...TrainingProgress.mostEpochs).contains(epochs) else {
      throw ConfigurationError(
        "the number of epochs is \(epochs); it must be from 0 to \(TrainingProgress.mostEpochs)")
    }
  }

  /// What is trained on, and how.
  private var task: TrainingTask {
    TrainingTask(data.source, options: trainer.options, validationSplit: validationSplit)
  }

  /// The run as it stands, after the last update.
  ///
  /// - Throws: `FileError` if the data cannot be read.
  package func checkpoint() throws -> Checkpoint {
    var checkpoint = Checkpoint(
      parameters: trainer.model.parameters, optimizer: trainer.optimizer, loss: trainer.loss,
      recurrentState: trainer.model.recurrentState, stream: try data.stream(of: trainer),
      training: trainer.progress, vocabulary: data.vocabulary,
      task: task,
      kerasVersion: kerasVersion)
    checkpoint.labels = data.labels
    checkpoint.scaling = try data.scaling(of: trainer)
    return checkpoint
  }

  /// What to measure the loss in, beside itself; `nil` if nothing but the loss is usual.
  package var textLevel: TextTask.Level? {
    if case .text(let text) = data.source { text.level } else { nil }
  }

  /// Trains to the planned end or until asked to stop, and saves.
  ///
  /// - Parameters:
  ///   - saving: Where and how often.
  ///   - shouldStop: Asked after every update.
  ///   - didUpdate: Told after every update whether it ended an epoch.
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
