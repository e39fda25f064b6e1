import Checkpoints
import Files
import Recurrent

/// What `fit` is given.
struct FitOptions: Sendable {
  var x, y: Tensor
  var batchSize: Int?
  var epochs: Int
  var shuffle: Bool?
  var validationSplit: Double
  var validationData: (x: Tensor, y: Tensor)?
  var validationFrequency: Int
  var classWeights: [Int: Float]
  var learningRateSchedule: LearningRateSchedule?
  var earlyStopping: EarlyStopping?
  var resetStatesEachEpoch: Bool
  var randomSeed: UInt64?
}

/// A training of a model, an update at a time; between two of them the model can be used.
final class TrainingSession: @unchecked Sendable {
  private let core: ModelCore
  private let trainer: Trainer
  private let firstEpoch: Int
  private let epochs: Int
  private let restoresBestWeights: Bool
  private var bestWeights: [[Float]]?
  /// Whether it waits to be asked for its next epoch, if it ever is; another training may take its place.
  private(set) var isPaused = false

  /// Makes it the model's training under way; ``finish()`` ends that.
  ///
  /// - Throws: `ConfigurationError` if it does not fit the model, `SymbolOutOfRange`, or `OutOfMemory`.
  static func begin(_ options: FitOptions, on core: ModelCore) throws -> TrainingSession {
    try core.lock.locked {
      try core.endPausedTraining("one training at a time")
      let session = try TrainingSession(options, on: core)
      core.session = session
      core.keepState(in: session.trainer.model)
      return session
    }
  }

  private init(_ options: FitOptions, on core: ModelCore) throws {
    self.core = core
    let optimizer = try core.compiled()
    let configuration = core.configuration
    guard (0...TrainingProgress.mostEpochs).contains(options.epochs) else {
      throw ConfigurationError(
        "epochs is \(options.epochs); it must be from 0 to \(TrainingProgress.mostEpochs)")
    }
    let losses = core.checkpoint.losses
    let samples = Samples(core)
    var data = try samples.dataset(options.x, options.y)
    var validation = try options.validationData.map { try samples.dataset($0.x, $0.y) }
    if options.validationSplit != 0, validation == nil {
      (data, validation) = try Self.split(data, options.validationSplit)
    }
    let batchSize = try core.batchSize(options.batchSize)
    var training = TrainingOptions(
      batchSize: batchSize, shuffle: options.shuffle ?? !configuration.isStateful,
      resetStatesEachEpoch: options.resetStatesEachEpoch,
      randomSeed: options.randomSeed ?? core.randomSeed)
    training.schedule = options.learningRateSchedule
    training.metrics = core.metrics.computed
    training.classWeights = try samples.classWeights(options.classWeights, of: data)
    training.validateEvery = options.validationFrequency
    training.earlyStopping = options.earlyStopping?.patience
    restoresBestWeights = options.earlyStopping?.restoresBestWeights ?? false
    epochs = options.epochs
    let progress = try Self.progress(
      options, samples: data.samples, after: core.checkpoint, seed: training.randomSeed)
    firstEpoch = progress.epoch
    trainer = try Trainer(
      parameters: core.parameters, optimizer: optimizer, losses: losses, source: data,
      validation: validation, options: training, progress: progress,
      recurrentState: core.trainingState, compiled: core.checkpoint.metrics ?? [])
  }

  /// The end of the samples is for the validation, as in Keras.
  private static func split(
    _ data: SequenceDataset, _ split: Double
  ) throws(ConfigurationError) -> (SequenceDataset, SequenceDataset?) {
    guard split > 0, split < 1 else {
      throw ConfigurationError("validationSplit is \(split); it must be from 0 to below 1")
    }
    let end = Int((Double(data.samples) * (1 - split)).rounded(.down))
    guard end > 0, end < data.samples else {
      throw ConfigurationError(
        "validationSplit \(split) of \(data.samples) samples leaves nothing to train on, or nothing "
          + "for the validation")
    }
    return (try data.part(0..<end), try data.part(end..<data.samples))
  }

  /// A run that goes on from the model's last one: epochs, history and the order of samples.
  private static func progress(
    _ options: FitOptions, samples: Int, after checkpoint: Checkpoint, seed: UInt64
  ) throws(ConfigurationError) -> TrainingProgress {
    let before = checkpoint.training
    let history = checkpoint.history ?? History()
    let epoch = history.loss.count
    guard options.epochs <= TrainingProgress.mostEpochs - epoch else {
      throw ConfigurationError("epochs is \(options.epochs), after \(epoch) that is too many")
    }
    let new = TrainingProgress(samples: samples, targetEpochs: options.epochs, randomSeed: seed)
    let goesOn = options.randomSeed == nil
    return TrainingProgress(
      epoch: epoch, targetEpochs: epoch + options.epochs, updateInEpoch: 0,
      order: new.order,
      shuffleGenerator: goesOn
        ? before?.shuffleGenerator ?? new.shuffleGenerator
        : new.shuffleGenerator,
      lossSum: 0, correct: 0, rowsSeen: 0, history: history)
  }

  /// Makes an update.
  ///
  /// - Returns: What to do next.
  /// - Parameter pauses: Whether the end of an epoch pauses the training.
  /// - Throws: `TrainingDiverged`, or `SymbolOutOfRange`; `ConfigurationError` if another training has begun in a pause.
  func update(pauses: Bool = false) throws -> Next {
    try core.lock.locked {
      guard core.session === self else {
        throw ConfigurationError("another training of the model has begun, which ended this one")
      }
      isPaused = false
      var endedEpoch = false
      try trainer.train {
        endedEpoch = $0
        return true
      }
      if endedEpoch, restoresBestWeights, trainer.isBest { keepWeights() }
      let isFinished = trainer.progress.isFinished
      isPaused = pauses && endedEpoch
      guard endedEpoch else { return isFinished ? .finished(nil) : .more }
      let epoch = Epoch(
        lastOf: trainer.progress.history, number: trainer.progress.epoch - firstEpoch,
        total: epochs, hasAccuracy: core.checkpoint.loss.hasAccuracy)
      return isFinished ? .finished(epoch) : .epoch(epoch)
    }
  }

  /// What an update has come to.
  enum Next: Sendable {
    case more
    case epoch(Epoch?)
    case finished(Epoch?)
  }

  /// Leaves the model as it is after the last update, or with the best weights.
  ///
  /// - Returns: Loss and metrics of the epochs of this training.
  @discardableResult
  func finish() -> History {
    core.lock.locked {
      if core.session === self { end() }
      return trainer.progress.history.suffix(from: firstEpoch)
    }
  }

  /// What ``finish()`` does, in the lock.
  fileprivate func end() {
    if let bestWeights {
      for (parameter, values) in zip(core.parameters.parameters, bestWeights) {
        _ = core.parameters[parameter].update(fromContentsOf: values)
      }
    }
    store(in: &core.checkpoint)
    core.keepState(in: nil)
    core.session = nil
  }

  private func keepWeights() {
    bestWeights = core.parameters.parameters.map { Array(core.parameters[$0]) }
  }

  /// Puts where training stands where a file keeps it. A file of the commands keeps its task, so that it is known how its
  /// input is made; its run on that task does not go on after a training on other samples.
  func store(in checkpoint: inout Checkpoint) {
    checkpoint.stream = nil
    if checkpoint.task == nil {
      checkpoint.training = trainer.progress
    } else {
      checkpoint.training = nil
      checkpoint.history = trainer.progress.history
    }
  }
}

extension ModelCore {
  /// Makes way for something that a training under way does not allow. A loop over epochs that was left may never say so:
  /// at the top level of a program its iterator lives on.
  ///
  /// - Throws: `ConfigurationError` if a training is not paused.
  func endPausedTraining(_ reason: String) throws(ConfigurationError) {
    guard let session else { return }
    guard session.isPaused else {
      throw ConfigurationError("the model is being trained; \(reason)")
    }
    session.end()
  }
}

extension History {
  /// The epochs from a number on.
  func suffix(from epoch: Int) -> History {
    History(
      loss: Array(loss.dropFirst(epoch)), accuracy: Array(accuracy.dropFirst(epoch)),
      others: others.compactMapValues { values in
        let last = Array(values.dropFirst(epoch))
        return last.allSatisfy(\.isNaN) ? nil : last
      })
  }
}
