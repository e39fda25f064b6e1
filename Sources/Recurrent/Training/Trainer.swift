import Kernels

/// Trains a model on a dataset, one update at a time, and can stop after any of them: everything it
/// needs to go on is in the parameters, the optimizer, ``progress`` and the model's recurrent state.
public final class Trainer {
  public let model: Sequential<Float>
  public let optimizer: Optimizer<Float>
  public let loss: Loss
  public let dataset: SequenceDataset
  public let options: TrainingOptions
  public private(set) var progress: TrainingProgress
  /// The updates that make an epoch.
  public let updatesPerEpoch: Int

  private var targets: [Int32]
  private var targetValues: [Float]

  /// - Parameters:
  ///   - progress: Where to begin; as saved, or a new one.
  ///   - recurrentState: The state as saved with it; zeros if `nil`.
  /// - Throws: ``ConfigurationError`` if model, data, options and progress do not fit each other, or
  ///   `OutOfMemory`.
  public init(
    parameters: ParameterStore<Float>, optimizer: Optimizer<Float>,
    loss: Loss = .categoricalCrossEntropy, dataset: SequenceDataset, options: TrainingOptions,
    progress: TrainingProgress, recurrentState: RecurrentState? = nil
  ) throws {
    let configuration = parameters.configuration
    guard (1...ModelConfiguration.largestAxis).contains(options.batchSize) else {
      throw ConfigurationError(
        "the batch size is \(options.batchSize); it must be from 1 to "
          + "\(ModelConfiguration.largestAxis)")
    }
    guard !configuration.isStateful || dataset.samples % options.batchSize == 0 else {
      throw ConfigurationError(
        "a stateful model needs full batches: \(dataset.samples) samples cannot be divided into "
          + "batches of \(options.batchSize)")
    }
    guard configuration.features == dataset.features else {
      throw ConfigurationError(
        "the data has \(dataset.features) features, the model takes \(configuration.features)")
    }
    try Self.check(dataset, against: configuration, loss: loss)
    // More rows than samples would only take memory.
    model = try Sequential(
      parameters: parameters,
      batch: configuration.isStateful
        ? options.batchSize : min(options.batchSize, dataset.samples),
      timeSteps: dataset.timeSteps)
    guard model.outputSteps == dataset.targetSteps else {
      throw ConfigurationError(
        "the data has targets for \(dataset.targetSteps) steps, the model gives "
          + "\(model.outputSteps)")
    }
    updatesPerEpoch = (dataset.samples - 1) / options.batchSize + 1
    guard progress.order.count == dataset.samples,
      progress.order.sorted().elementsEqual((0..<Int32(dataset.samples))),
      progress.epoch >= 0, (0...TrainingProgress.mostEpochs).contains(progress.targetEpochs),
      (0..<updatesPerEpoch).contains(progress.updateInEpoch)
    else {
      throw ConfigurationError("the training position is not one of these data")
    }
    self.optimizer = optimizer
    self.loss = loss
    self.dataset = dataset
    self.options = options
    self.progress = progress
    targets = [Int32](repeating: 0, count: model.outputSteps * model.batch)
    targetValues = [Float](
      repeating: 0, count: model.outputSteps * model.batch * dataset.targetUnits)
    model.dropoutSeed = options.randomSeed
    if let recurrentState { try model.restore(recurrentState) }
  }

  /// Checks that the targets are ones that the model can be trained to give.
  private static func check(
    _ dataset: SequenceDataset, against configuration: ModelConfiguration, loss: Loss
  ) throws(ConfigurationError) {
    let units = configuration.outputUnits
    let name = configuration.layers.last?.name ?? ""
    if dataset.targetUnits > 0 {
      guard dataset.targetUnits == (loss.takesClasses ? 1 : units) else {
        throw ConfigurationError(
          "the targets have \(dataset.targetUnits) values each; the model gives \(units)")
      }
      guard
        !loss.takesClasses
          || dataset.targetValues.allSatisfy({ $0 >= 0 && $0 < Float(units) })
      else { throw ConfigurationError("a target is no class of layer \(name) with \(units) units") }
      return
    }
    guard let last = configuration.layers.last, last.className == "Dense",
      last["activation"] == "softmax"
    else {
      throw ConfigurationError("the last layer must be Dense with softmax to be trained")
    }
    if let target = dataset.targets.first(where: { $0 >= units }) {
      throw ConfigurationError(
        "the data has a class \(target), layer \(name) has \(units) units")
    }
  }

  /// Plans `epochs` more than are done.
  ///
  /// - Throws: ``ConfigurationError`` if they are too many, or fewer than none.
  public func extend(byEpochs epochs: Int) throws(ConfigurationError) {
    let (target, overflow) = progress.epoch.addingReportingOverflow(epochs)
    guard epochs >= 0, !overflow, target <= TrainingProgress.mostEpochs else {
      throw ConfigurationError(
        "the number of further epochs is \(epochs); it must be from 0 to "
          + "\(TrainingProgress.mostEpochs - progress.epoch)")
    }
    progress.targetEpochs = target
  }

  /// Trains until all epochs are done or `shouldStop` says so after an update.
  ///
  /// - Parameter didUpdate: Called after each update with whether it ended an epoch; returns whether
  ///   to stop here.
  /// - Throws: ``TrainingDiverged``, or what `didUpdate` throws.
  public func train(_ didUpdate: (_ endedEpoch: Bool) throws -> Bool) throws {
    while !progress.isFinished {
      let endedEpoch = update()
      let loss = endedEpoch ? progress.history.loss.last ?? 0 : progress.lossSum
      guard loss.isFinite else {
        throw TrainingDiverged(epoch: endedEpoch ? progress.epoch : progress.epoch + 1)
      }
      if try didUpdate(endedEpoch) { return }
    }
  }

  /// Makes one update.
  ///
  /// - Returns: Whether it was the last one of an epoch.
  @discardableResult
  public func update() -> Bool {
    if progress.updateInEpoch == 0 { beginEpoch() }
    let first = progress.updateInEpoch * options.batchSize
    let rows = min(options.batchSize, dataset.samples - first)
    gather(first: first, rows: rows)
    FloatMode.flushingSubnormals {
      model.forward(rows: rows, training: true, update: optimizer.iterations)
      let price = model.parameters.areGradientsAll ? 0 : model.parameters.regularizationLoss
      if dataset.targetUnits > 0 {
        let sums = model.backward(
          targetValues: targetValues, loss: loss, rows: rows, optimizer: optimizer)
        progress.count(
          loss: sums.lossSum + price * Double(sums.rows), correct: sums.correct, rows: sums.rows)
      } else {
        let sums = model.backward(targets: targets, rows: rows, optimizer: optimizer)
        progress.count(
          loss: sums.lossSum + price * Double(rows * model.outputSteps), correct: sums.correct,
          rows: rows * model.outputSteps)
      }
    }
    progress.updateInEpoch += 1
    guard progress.updateInEpoch == updatesPerEpoch else { return false }
    endEpoch()
    return true
  }

  private func beginEpoch() {
    if options.shuffle { progress.shuffle() }
    if options.resetStatesEachEpoch { model.resetStates() }
  }

  private func endEpoch() {
    progress.history.loss.append(progress.lossSum / Double(progress.rowsSeen))
    progress.history.accuracy.append(Double(progress.correct) / Double(progress.rowsSeen))
    progress.epoch += 1
    progress.updateInEpoch = 0
    progress.lossSum = 0
    progress.correct = 0
    progress.rowsSeen = 0
  }

  /// Copies a batch into the model's input, and its targets beside it.
  private func gather(first: Int, rows: Int) {
    model.setInput(dataset, order: progress.order, first: first, rows: rows)
    for row in 0..<rows {
      let sample = Int(progress.order[first + row])
      let units = dataset.targetUnits
      for step in 0..<dataset.targetSteps where units > 0 {
        for unit in 0..<units {
          targetValues[(step * rows + row) * units + unit] =
            dataset.targetValues[(sample * dataset.targetSteps + step) * units + unit]
        }
      }
      for step in 0..<dataset.targetSteps where units == 0 {
        targets[step * rows + row] = dataset.targets[sample * dataset.targetSteps + step]
      }
    }
  }
}

/// The loss is no longer a number.
public struct TrainingDiverged: Error, CustomStringConvertible {
  /// The epoch in which it happened, from 1.
  public let epoch: Int

  public var description: String {
    "the loss is no longer a number in epoch \(epoch); use a smaller --learning-rate"
  }
}
