/// Measures a model on samples without training it: Keras' `evaluate`.
package final class Evaluator {
  /// Means over all rows that count.
  package struct Result: Equatable, Sendable {
    /// With what regularizers add, as Keras' `evaluate` has it.
    package let loss: Double
    /// The part of right answers, from 0 to 1.
    package let accuracy: Double
    package let metrics: [Metric: Double]
    /// What the model was compiled with, by its names.
    package let compiled: [String: Double]
    /// The steps of rows that count.
    package let rows: Int
    /// The loss of each of several outputs; none of a model of one.
    package var outputLosses: [Double] = []

    /// The means over data that were measured in parts, at least one; metrics are those of classes.
    package init(joining parts: [Result]) {
      let rows = parts.reduce(0) { $0 + $1.rows }
      func mean(_ value: (Result) -> Double?) -> Double {
        parts.reduce(0) { $0 + (value($1) ?? 0) * Double($1.rows) } / Double(max(1, rows))
      }
      self.init(
        loss: mean(\.loss), accuracy: mean(\.accuracy),
        metrics: Dictionary(
          (parts.first?.metrics ?? [:]).keys.map { name in (name, mean { $0.metrics[name] }) }
        ) { one, _ in one }, compiled: [:], rows: rows)
    }

    fileprivate init(
      loss: Double, accuracy: Double, metrics: [Metric: Double], compiled: [String: Double],
      rows: Int
    ) {
      (self.loss, self.accuracy, self.metrics, self.rows) = (loss, accuracy, metrics, rows)
      self.compiled = compiled
    }
  }

  /// The samples that it measures on.
  package var samples: Int { source.samples }
  /// The working memory beside the parameters, in scalars.
  package var workingMemory: Int { model.workingMemory }

  private let model: Sequential<Float>
  private let source: any SampleSource
  private let losses: [OutputLoss]
  /// That of the first output.
  private var loss: Loss { losses[0].loss }
  private let metrics: [Metric]
  private let meters: Meters
  private let targets: BatchTargets

  /// - Parameters:
  ///   - configuration: The model, if it is to compute in another way than that of the parameters: for another batch.
  ///   - batchSize: The rows that are computed at once; a stateful model's own.
  ///   - compiled: What the model was compiled with; what is not supported is left out.
  /// - Throws: ``ConfigurationError`` if the samples do not fit the model, ``SymbolOutOfRange``, or `OutOfMemory`.
  package init(
    parameters: ParameterStore<Float>, as configuration: ModelConfiguration? = nil,
    losses: [OutputLoss], source: any SampleSource, batchSize: Int, metrics: [Metric] = [],
    compiled: [CompiledMetric] = []
  ) throws {
    let configuration = configuration ?? parameters.configuration
    guard !configuration.isStateful || source.samples % batchSize == 0 else {
      throw ConfigurationError(
        "\(source.samples) samples of the validation cannot be divided into the batches of "
          + "\(batchSize) that a stateful model takes")
    }
    let outputs = try configuration.outputShapes()
    guard losses.count == outputs.count, source.targetShapes.count == outputs.count else {
      throw ConfigurationError(
        "the model has \(outputs.count) outputs; there are \(losses.count) losses and "
          + "\(source.targetShapes.count) targets")
    }
    for (number, output) in outputs.enumerated() {
      try source.checkTargets(
        output: number, loss: losses[number].loss, units: output.features)
    }
    try source.checkInputs(of: configuration)
    model = try Sequential(
      parameters: parameters, as: configuration,
      batch: configuration.isStateful ? batchSize : min(batchSize, source.samples),
      steps: source.inputShapes.map(\.timeSteps))
    try source.checkShape(of: model)
    self.source = source
    self.losses = losses
    self.metrics = metrics
    meters = Meters(
      losses.count > 1 ? [] : compiled,
      areClasses: source.targetUnits == 0 || losses[0].loss.takesClasses,
      units: configuration.outputUnits)
    targets = BatchTargets(of: source, for: model, losses: losses.map(\.loss))
  }

  /// The state of a stateful model after what it saw last; `nil` of another one.
  package var state: RecurrentState? { model.recurrentState }

  /// Evaluates all samples in order; a stateful model begins from zeros. The loss is the mean of those of batches, each by
  /// its samples, as Keras' `evaluate` has it: where masks leave steps out, it is not that over all steps.
  ///
  /// - Parameters:
  ///   - state: What a stateful model begins with instead of zeros.
  ///   - willEvaluate: Called before each batch with the samples that are done.
  /// - Throws: What the source or `willEvaluate` throws, ``SymbolOutOfRange``, or ``ConfigurationError`` if the state is
  ///   not one of this model's.
  package func evaluate(
    from state: RecurrentState? = nil,
    willEvaluate: (_ samples: Int) throws -> Void = { _ in }
  ) throws -> Result {
    model.resetStates()
    if let state { try model.restore(state) }
    var (lossSum, activityLoss, correct, rowsSeen) = (0.0, 0.0, 0, 0)
    var outputLosses = [Double](repeating: 0, count: losses.count)
    var metricSums = [Double](repeating: 0, count: metrics.count)
    var meterSums = [Double](repeating: 0, count: meters.size)
    for first in stride(from: 0, to: source.samples, by: model.batch) {
      try willEvaluate(first)
      let rows = min(model.batch, source.samples - first)
      try targets.load(source, order: nil, first: first, rows: rows, into: model)
      let output = model.forward(rows: rows)
      activityLoss += model.activityLoss * Double(rows)
      try model.checkSymbols { first + $0 }
      if meters.size > 0 {
        targets.forEach(output, of: model, rows: rows) { meters.add($0, to: &meterSums) }
      }
      for (index, metric) in metrics.enumerated() {
        metricSums[index] += model.sum(metric, targets.targets(), rows: rows)
      }
      if losses.count > 1 {
        for (number, output) in losses.enumerated() {
          let sums = model.evaluate(
            targets.targets(ofOutput: number), loss: output.loss, rows: rows, output: number)
          outputLosses[number] += Double(rows) * sums.lossSum / Double(max(1, sums.rows))
        }
        continue
      }
      let sums = model.evaluate(targets.targets(), loss: loss, rows: rows)
      lossSum += Self.weighed(sums, steps: model.outputSteps * rows)
      correct += sums.correct
      rowsSeen += sums.rows
    }
    let penalty =
      model.parameters.regularizationLoss + activityLoss / Double(max(1, source.samples))
    if losses.count > 1 {
      outputLosses = outputLosses.map { $0 / Double(source.samples) }
      let sum = zip(losses, outputLosses).reduce(0) { $0 + $1.0.weight * $1.1 }
      var result = Result(
        loss: sum + penalty, accuracy: 0, metrics: [:], compiled: [:],
        rows: source.samples)
      result.outputLosses = outputLosses
      return result
    }
    let mean = lossSum / Double(max(1, source.samples * model.outputSteps))
    let results = zip(metrics, metricSums).map { ($0, $0.value(sum: $1, rows: rowsSeen)) }
    let answers = rowsSeen * loss.answersPerRow(units: model.outputUnits)
    return Result(
      loss: mean + penalty,
      accuracy: Double(correct) / Double(max(1, answers)),
      metrics: Dictionary(results) { first, _ in first },
      compiled: Dictionary(meters.values(of: meterSums).map { ($0.name, $0.value) }) { one, _ in
        one
      }, rows: rowsSeen)
  }
}

extension Evaluator {
  /// The mean loss of a batch times its steps, those that masks leave out included.
  static func weighed(_ sums: Sequential<Float>.LossSums, steps: Int) -> Double {
    sums.rows == steps ? sums.lossSum : sums.lossSum / Double(max(1, sums.rows)) * Double(steps)
  }
}

extension Sequential where Scalar == Float {
  /// Puts all samples of a dataset into ``input``, or ``symbols``.
  ///
  /// - Throws: ``ConfigurationError`` if they are not samples for this model, or too many.
  package func load(_ dataset: SequenceDataset) throws {
    try dataset.checkShape(of: self)
    guard dataset.samples <= batch, dataset.timeSteps == timeSteps else {
      throw ConfigurationError(
        "\(dataset.samples) samples of \(dataset.timeSteps) steps are not a batch of \(batch) × "
          + "\(timeSteps)")
    }
    try BatchTargets(of: dataset, for: self, losses: [.categoricalCrossEntropy]).load(
      dataset, order: nil, first: 0, rows: dataset.samples, into: self)
  }
}
