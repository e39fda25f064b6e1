import Checkpoints
import Files
import Recurrent

extension Model {
  /// Says how the model is trained: Keras' `compile`. The optimizer begins anew.
  ///
  /// - Throws: `ConfigurationError` naming the option of the optimizer that cannot train, or a loss that does not fit the
  ///   model; `OutOfMemory`.
  public func compile(optimizer: Optimizer, loss: Loss, metrics: Metrics = []) throws {
    let configuration = try OptimizerConfiguration(
      optimizer.className, options: optimizer.options)
    try core.lock.locked {
      try core.endPausedTraining("compile it before or after that")
      guard !metrics.contains(.accuracy) || loss.hasAccuracy else {
        throw ConfigurationError(
          "accuracy cannot be measured with the loss \(loss.name), whose targets are not classes")
      }
      core.checkpoint.optimizer = try Recurrent.Optimizer(
        configuration, parameters: core.parameters)
      core.checkpoint.loss = loss
      core.checkpoint.trainingProblem = nil
      core.checkpoint.metrics = nil
      core.metrics = metrics
    }
  }

  /// Trains the model on samples in memory: Keras' `fit`.
  ///
  /// Training goes on from the weights, the optimizer, the recurrent state and the epochs that the model has, from a file
  /// or from an earlier training. A training that was stopped amid an epoch begins a new one.
  ///
  /// The model can be used and saved in `onEpoch`, and from other threads, meanwhile. It is as after the last update when
  /// this ends, whether it returns or throws.
  ///
  /// - Parameters:
  ///   - x: Inputs: `[samples, timeSteps, features]`; `[samples, timeSteps]` of symbols; `[samples, features]` of a model
  ///     without a time axis.
  ///   - y: Targets: `[samples, units]`, or `[samples, timeSteps, units]` if the model gives sequences; class numbers
  ///     without the last axis for `Loss.sparseCategoricalCrossEntropy`.
  ///   - batchSize: The samples of an update; the batch that the model has fixed if `nil`, or 32.
  ///   - epochs: How many times all samples are taken.
  ///   - shuffle: Whether each epoch takes the samples in a new random order; if `nil`, where no layer is stateful.
  ///   - validationSplit: The fraction of the samples, at their end, that the model is measured on and not trained on.
  ///   - validationData: Other samples to measure the model on, in place of a split.
  ///   - validationFrequency: The epochs from one validation to the next.
  ///   - classWeights: What the loss of each class is multiplied by; 1 for those that are left out.
  ///   - learningRateSchedule: How the learning rate changes; it stays the optimizer's if `nil`. It counts updates from the
  ///     first epoch that the model was trained for.
  ///   - earlyStopping: Ends training before all epochs are done; never if `nil`.
  ///   - resetStatesEachEpoch: Whether stateful layers begin each epoch from zeros. Keras' `fit` never does.
  ///   - randomSeed: Decides the order of samples and what dropout leaves out; if `nil`, both go on as the model's own seed
  ///     has them, so that two trainings of one epoch take other orders.
  ///   - onEpoch: Called as each epoch ends. What it throws ends the training, and is thrown.
  /// - Returns: Loss and metrics of these epochs; ``history`` has those of all.
  /// - Throws: `ConfigurationError` if samples and options do not fit the model, or it was not compiled;
  ///   `SymbolOutOfRange`; `TrainingDiverged`; `OutOfMemory`; `CancellationError` if the task is cancelled.
  @discardableResult
  public func fit(
    _ x: Tensor, _ y: Tensor, batchSize: Int? = nil, epochs: Int = 1, shuffle: Bool? = nil,
    validationSplit: Double = 0, validationData: (x: Tensor, y: Tensor)? = nil,
    validationFrequency: Int = 1, classWeights: [Int: Float] = [:],
    learningRateSchedule: LearningRateSchedule? = nil, earlyStopping: EarlyStopping? = nil,
    resetStatesEachEpoch: Bool = false, randomSeed: UInt64? = nil,
    onEpoch: (Epoch) throws -> Void = { _ in }
  ) throws -> History {
    let session = try TrainingSession.begin(
      FitOptions(
        x: x, y: y, batchSize: batchSize, epochs: epochs, shuffle: shuffle,
        validationSplit: validationSplit, validationData: validationData,
        validationFrequency: validationFrequency, classWeights: classWeights,
        learningRateSchedule: learningRateSchedule, earlyStopping: earlyStopping,
        resetStatesEachEpoch: resetStatesEachEpoch, randomSeed: randomSeed), on: core)
    do {
      var isFinished = false
      while !isFinished {
        try Task.checkCancellation()
        switch try session.update() {
        case .more: break
        case .epoch(let epoch): try epoch.map(onEpoch)
        case .finished(let epoch):
          try epoch.map(onEpoch)
          isFinished = true
        }
      }
    } catch {
      session.finish()
      throw error
    }
    return session.finish()
  }

  /// Loss and metrics of all epochs that the model was trained for, those before it was loaded included.
  public var history: History {
    core.lock.locked { core.snapshot.history ?? History() }
  }
}
