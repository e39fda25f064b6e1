/// Measures a model on samples without training it: Keras' `evaluate`.
package final class Evaluator {
  /// Means over all rows that count.
  package struct Result: Equatable, Sendable {
    /// With what regularizers add, as Keras' `evaluate` has it.
    package let loss: Double
    /// The part of right answers, from 0 to 1.
    package let accuracy: Double
    package let metrics: [Metric: Double]
  }

  private let model: Sequential<Float>
  private let source: any SampleSource
  private let loss: Loss
  private let metrics: [Metric]
  private let targets: BatchTargets

  /// - Parameters:
  ///   - batchSize: The rows that are computed at once; a stateful model's own.
  /// - Throws: ``ConfigurationError`` if the samples do not fit the model, ``SymbolOutOfRange``, or `OutOfMemory`.
  package init(
    parameters: ParameterStore<Float>, loss: Loss, source: any SampleSource, batchSize: Int,
    metrics: [Metric] = []
  ) throws {
    let configuration = parameters.configuration
    guard !configuration.isStateful || source.samples % batchSize == 0 else {
      throw ConfigurationError(
        "\(source.samples) samples of the validation cannot be divided into the batches of "
          + "\(batchSize) that a stateful model takes")
    }
    try source.checkTargets(loss: loss, units: configuration.outputUnits)
    if let symbols = configuration.inputSymbols { try source.checkInputs(symbols) }
    model = try Sequential(
      parameters: parameters,
      batch: configuration.isStateful ? batchSize : min(batchSize, source.samples),
      timeSteps: source.timeSteps)
    self.source = source
    self.loss = loss
    self.metrics = metrics
    targets = BatchTargets(of: source, for: model, loss: loss)
  }

  /// Evaluates all samples in order; a stateful model begins from zeros.
  ///
  /// - Throws: What the source throws, or ``SymbolOutOfRange``.
  package func evaluate() throws -> Result {
    model.resetStates()
    var (lossSum, correct, rowsSeen) = (0.0, 0, 0)
    var metricSums = [Double](repeating: 0, count: metrics.count)
    for first in stride(from: 0, to: source.samples, by: model.batch) {
      let rows = min(model.batch, source.samples - first)
      try targets.load(source, order: nil, first: first, rows: rows, into: model)
      model.forward(rows: rows)
      try model.checkSymbols { first + $0 }
      for (index, metric) in metrics.enumerated() {
        metricSums[index] += model.sum(metric, targets.targets, rows: rows)
      }
      let sums = model.evaluate(targets.targets, loss: loss, rows: rows)
      lossSum += sums.lossSum
      correct += sums.correct
      rowsSeen += sums.rows
    }
    let results = zip(metrics, metricSums).map { ($0, $0.value(sum: $1, rows: rowsSeen)) }
    let answers = rowsSeen * loss.answersPerRow(units: model.outputUnits)
    return Result(
      loss: lossSum / Double(max(1, rowsSeen)) + model.parameters.regularizationLoss,
      accuracy: Double(correct) / Double(max(1, answers)),
      metrics: Dictionary(results) { first, _ in first })
  }
}

extension Sequential where Scalar == Float {
  /// Puts all samples of a dataset into ``input``, or ``symbols``.
  ///
  /// - Throws: What the dataset throws.
  package func load(_ dataset: SequenceDataset) throws {
    precondition(dataset.samples <= batch)
    try BatchTargets(of: dataset, for: self, loss: .categoricalCrossEntropy).load(
      dataset, order: nil, first: 0, rows: dataset.samples, into: self)
  }
}
