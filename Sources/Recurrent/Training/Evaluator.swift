/// Measures a model on samples without training it: Keras' `evaluate`.
package final class Evaluator {
  /// Means over all rows that count.
  package struct Result: Equatable, Sendable {
    /// With what regularizers add, as Keras' `evaluate` has it.
    package let loss: Double
    /// The part of right answers, from 0 to 1.
    package let accuracy: Double
    package let metrics: [Metric: Double]
    /// The steps of rows that count.
    package let rows: Int

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
        ) { one, _ in one }, rows: rows)
    }

    fileprivate init(loss: Double, accuracy: Double, metrics: [Metric: Double], rows: Int) {
      (self.loss, self.accuracy, self.metrics, self.rows) = (loss, accuracy, metrics, rows)
    }
  }

  /// The samples that it measures on.
  package var samples: Int { source.samples }
  /// The working memory beside the parameters, in scalars.
  package var workingMemory: Int { model.workingMemory }

  private let model: Sequential<Float>
  private let source: any SampleSource
  private let loss: Loss
  private let metrics: [Metric]
  private let targets: BatchTargets

  /// - Parameters:
  ///   - configuration: The model, if it is to compute in another way than that of the parameters: for another batch.
  ///   - batchSize: The rows that are computed at once; a stateful model's own.
  /// - Throws: ``ConfigurationError`` if the samples do not fit the model, ``SymbolOutOfRange``, or `OutOfMemory`.
  package init(
    parameters: ParameterStore<Float>, as configuration: ModelConfiguration? = nil, loss: Loss,
    source: any SampleSource, batchSize: Int, metrics: [Metric] = []
  ) throws {
    let configuration = configuration ?? parameters.configuration
    guard !configuration.isStateful || source.samples % batchSize == 0 else {
      throw ConfigurationError(
        "\(source.samples) samples of the validation cannot be divided into the batches of "
          + "\(batchSize) that a stateful model takes")
    }
    try source.checkTargets(output: 0, loss: loss, units: configuration.outputUnits)
    try source.checkInputs(of: configuration)
    model = try Sequential(
      parameters: parameters, as: configuration,
      batch: configuration.isStateful ? batchSize : min(batchSize, source.samples),
      steps: source.inputShapes.map(\.timeSteps))
    try source.checkShape(of: model)
    self.source = source
    self.loss = loss
    self.metrics = metrics
    targets = BatchTargets(of: source, for: model, losses: [loss])
  }

  /// The state of a stateful model after what it saw last; `nil` of another one.
  package var state: RecurrentState? { model.recurrentState }

  /// Evaluates all samples in order; a stateful model begins from zeros.
  ///
  /// - Parameters:
  ///   - state: What a stateful model begins with instead of zeros.
  ///   - weighsBatches: Whether the loss is the mean of those of batches, each by its samples, as Keras' `evaluate` has
  ///     it, and not that over all steps: they differ where masks leave steps out.
  ///   - observe: Receives the output at each step that counts.
  ///   - willEvaluate: Called before each batch with the samples that are done.
  /// - Throws: What the source or `willEvaluate` throws, ``SymbolOutOfRange``, or ``ConfigurationError`` if the state is
  ///   not one of this model's.
  package func evaluate(
    from state: RecurrentState? = nil, weighsBatches: Bool = false,
    observe: ((MeasuredOutput) -> Void)? = nil,
    willEvaluate: (_ samples: Int) throws -> Void = { _ in }
  ) throws -> Result {
    model.resetStates()
    if let state { try model.restore(state) }
    var (lossSum, correct, rowsSeen) = (0.0, 0, 0)
    var batchLosses = 0.0
    var metricSums = [Double](repeating: 0, count: metrics.count)
    for first in stride(from: 0, to: source.samples, by: model.batch) {
      try willEvaluate(first)
      let rows = min(model.batch, source.samples - first)
      try targets.load(source, order: nil, first: first, rows: rows, into: model)
      let output = model.forward(rows: rows)
      try model.checkSymbols { first + $0 }
      if let observe { self.observe(output, rows: rows, observe) }
      for (index, metric) in metrics.enumerated() {
        metricSums[index] += model.sum(metric, targets.targets(), rows: rows)
      }
      let sums = model.evaluate(targets.targets(), loss: loss, rows: rows)
      lossSum += sums.lossSum
      batchLosses += Double(rows) * sums.lossSum / Double(max(1, sums.rows))
      correct += sums.correct
      rowsSeen += sums.rows
    }
    let mean =
      weighsBatches ? batchLosses / Double(source.samples) : lossSum / Double(max(1, rowsSeen))
    let results = zip(metrics, metricSums).map { ($0, $0.value(sum: $1, rows: rowsSeen)) }
    let answers = rowsSeen * loss.answersPerRow(units: model.outputUnits)
    return Result(
      loss: mean + model.parameters.regularizationLoss,
      accuracy: Double(correct) / Double(max(1, answers)),
      metrics: Dictionary(results) { first, _ in first }, rows: rowsSeen)
  }
}

extension Evaluator {
  /// Hands over each step of a batch that no mask leaves out.
  private func observe(
    _ output: UnsafeBufferPointer<Float>, rows: Int, _ body: (MeasuredOutput) -> Void
  ) {
    let (units, mask) = (model.outputUnits, model.outputMask)
    for row in 0..<model.outputSteps * rows where mask.map({ $0[row] != 0 }) ?? true {
      let target: MeasuredOutput.Target =
        switch targets.targets() {
        case .classes(let classes): .classNumber(Int(classes[row]))
        case .values(let values):
          .values(UnsafeBufferPointer(start: values + row * units, count: units))
        }
      body(
        MeasuredOutput(
          target: target,
          output: UnsafeBufferPointer(rebasing: output[row * units..<(row + 1) * units])))
    }
  }

  /// Measures what a model was compiled with, as Keras' `evaluate` does.
  ///
  /// - Returns: The loss, and each metric that is supported by its name, in their order.
  /// - Throws: What ``evaluate(weighsBatches:observe:)`` throws.
  package func evaluate(
    _ metrics: [CompiledMetric]
  ) throws -> (loss: Double, metrics: [(name: String, value: Double)], unsupported: [String]) {
    let areClasses = if case .classes = targets.targets() { true } else { false }
    var meters: [(name: String, meter: any OutputMeter)] = []
    var unsupported: [String] = []
    for metric in metrics {
      if let meter = metric.meter(areClasses: areClasses, units: model.outputUnits) {
        meters.append((metric.name, meter))
      } else {
        unsupported.append(metric.name)
      }
    }
    let result = try evaluate(weighsBatches: true) { output in
      for index in meters.indices { meters[index].meter.add(output) }
    }
    return (result.loss, meters.map { ($0.name, $0.meter.value) }, unsupported)
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
