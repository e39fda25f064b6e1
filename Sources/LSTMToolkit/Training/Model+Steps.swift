import Files
import Kernels
import Recurrent

extension Model {
  /// Makes one update by a batch, for a training loop of one's own: Keras' `train_on_batch`.
  ///
  /// Stateful layers go on from the model's state and leave it after the batch.
  ///
  /// - Parameters:
  ///   - x: Inputs, as `fit` takes them; as many samples as the batch that the model has fixed, if it has one.
  ///   - y: Targets, as `fit` takes them.
  ///   - classWeights: What the loss of each class is multiplied by; 1 for those that are left out.
  /// - Returns: Loss and metrics of the batch before the update.
  /// - Throws: `ConfigurationError` if the batch does not fit the model, or it was not compiled; `SymbolOutOfRange`;
  ///   `TrainingDiverged` if the loss is no longer a number; `OutOfMemory`.
  @discardableResult
  public func trainStep(
    _ x: Tensor, _ y: Tensor, classWeights: [Int: Float] = [:]
  ) throws -> Scores {
    try core.lock.locked {
      try core.endPausedTraining("one training at a time")
      let optimizer = try core.compiled()
      let step = try TrainingStep(core, x, y, classWeights: classWeights)
      let scores = try step.update(optimizer)
      try core.restoreState(of: step.model)
      core.forgetRun()
      return scores
    }
  }

  /// Loss and metrics of samples, without training on them: Keras' `evaluate`. Stateful layers begin from zeros, and the
  /// model's state stays as it is.
  ///
  /// - Parameters:
  ///   - x: Inputs, as `fit` takes them.
  ///   - y: Targets, as `fit` takes them.
  ///   - batchSize: The samples that are computed at once; the batch that the model has fixed if `nil`, or 32.
  /// - Throws: `ConfigurationError` if the samples do not fit the model, or it was not compiled; `SymbolOutOfRange`;
  ///   `OutOfMemory`.
  public func evaluate(_ x: Tensor, _ y: Tensor, batchSize: Int? = nil) throws -> Scores {
    try core.lock.locked {
      _ = try core.compiled()
      let loss = core.checkpoint.loss
      let size = try core.batchSize(batchSize)
      let result = try Evaluator(
        parameters: core.parameters, losses: [OutputLoss](loss, of: core.configuration),
        source: try Samples(core).dataset(x, y),
        batchSize: size, metrics: core.metrics.computed
      ).evaluate()
      return Scores(
        loss: result.loss, accuracy: loss.hasAccuracy ? result.accuracy : nil,
        metrics: result.metrics)
    }
  }

  /// The outputs of samples: Keras' `predict`. Stateful layers go on from the model's state and leave it after the last
  /// sample.
  ///
  /// - Parameters:
  ///   - x: Inputs, as `fit` takes them.
  ///   - batchSize: The samples that are computed at once; the batch that the model has fixed if `nil`, or 32.
  /// - Returns: `[samples, units]`, or `[samples, timeSteps, units]` if the model gives sequences.
  /// - Throws: `ConfigurationError` if the samples do not fit the model; `SymbolOutOfRange`; `OutOfMemory`.
  public func predict(_ x: Tensor, batchSize: Int? = nil) throws -> Tensor {
    try core.lock.locked {
      let configuration = core.configuration
      let data = try Samples.inputs(x, configuration)
      let size = try core.batchSize(batchSize)
      let rows = configuration.isStateful ? size : min(size, data.samples)
      guard !configuration.isStateful || data.samples % rows == 0 else {
        throw ConfigurationError(
          "x has \(data.samples) samples; the batch of \(rows) of a stateful model does not divide "
            + "them")
      }
      let model = try core.engine(rows: rows, timeSteps: data.timeSteps)
      let (steps, units) = (model.outputSteps, model.outputUnits)
      // An engine of this size was made, so that the two sizes can be multiplied.
      let count = data.samples.multipliedReportingOverflow(by: steps * units)
      try OutOfMemory.check(
        bytes: count.overflow
          ? count
          : count.partialValue.multipliedReportingOverflow(by: MemoryLayout<Float>.stride))
      var output = [Float](repeating: 0, count: count.partialValue)
      let places = BatchTargets(of: data, for: model, losses: [core.checkpoint.loss])
      for first in stride(from: 0, to: data.samples, by: rows) {
        let count = min(rows, data.samples - first)
        try places.load(data, order: nil, first: first, rows: count, into: model)
        let values = model.forward(rows: count)
        try model.checkSymbols { first + $0 }
        for row in 0..<count {
          for step in 0..<steps {
            let (from, to) = ((step * count + row) * units, ((first + row) * steps + step) * units)
            for unit in 0..<units { output[to + unit] = values[from + unit] }
          }
        }
      }
      try core.restoreState(of: model)
      return Tensor(
        checked: [data.samples] + configuration.outputSizes(timeSteps: data.timeSteps) + [units],
        output)
    }
  }
}
