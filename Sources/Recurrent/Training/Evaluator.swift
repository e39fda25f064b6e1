/// Measures a model on samples without training it: Keras' `evaluate`.
public final class Evaluator {
  /// Means over all rows that count.
  public struct Result: Equatable, Sendable {
    /// With what regularizers add, as Keras' `evaluate` has it.
    public let loss: Double
    /// The part of right answers, from 0 to 1.
    public let accuracy: Double
    public let metrics: [Metric: Double]
  }

  private let model: Sequential<Float>
  private let source: any SampleSource
  private let loss: Loss
  private let metrics: [Metric]
  private var classes: [Int32]
  private var values: [Float]

  /// - Parameters:
  ///   - batchSize: The rows that are computed at once; a stateful model's own.
  /// - Throws: ``ConfigurationError`` if the samples do not fit the model, ``SymbolOutOfRange``, or `OutOfMemory`.
  public init(
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
    classes = [Int32](repeating: 0, count: model.outputSteps * model.batch)
    // Never empty, so that there is always a place.
    values = [Float](
      repeating: 0, count: max(1, model.outputSteps * model.batch * source.targetUnits))
  }

  /// Evaluates all samples in order; a stateful model begins from zeros.
  ///
  /// - Throws: What the source throws, or ``SymbolOutOfRange``.
  public func evaluate() throws -> Result {
    model.resetStates()
    var (lossSum, correct, rowsSeen) = (0.0, 0, 0)
    var metricSums = [Double](repeating: 0, count: metrics.count)
    for first in stride(from: 0, to: source.samples, by: model.batch) {
      let rows = min(model.batch, source.samples - first)
      try model.load(
        source, order: nil, first: first, rows: rows, classes: &classes, values: &values)
      model.forward(rows: rows)
      try model.checkSymbols { first + $0 }
      for (index, metric) in metrics.enumerated() {
        metricSums[index] += model.sum(
          metric, of: source, classes: classes, values: values, rows: rows)
      }
      let sums =
        source.targetUnits > 0
        ? model.evaluate(targetValues: values, loss: loss, rows: rows)
        : model.evaluate(targets: classes, loss: loss, rows: rows)
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
  /// Puts all samples of a dataset into ``input``, and their classes beside it.
  ///
  /// - Parameter targets: `[targetSteps, samples]`.
  public func load(_ dataset: SequenceDataset, targets: inout [Int32]) throws {
    precondition(dataset.samples <= batch && dataset.targetUnits == 0)
    var values: [Float] = [0]
    try load(
      dataset, order: nil, first: 0, rows: dataset.samples, classes: &targets, values: &values)
  }

  /// Puts a batch into ``input``, and its targets beside it.
  ///
  /// - Throws: What the source throws.
  func load(
    _ source: some SampleSource, order: [Int32]?, first: Int, rows: Int, classes: inout [Int32],
    values: inout [Float]
  ) throws {
    guard let input = input.baseAddress else { return }
    try classes.withUnsafeMutableBufferPointer { classes in
      try values.withUnsafeMutableBufferPointer { values in
        func load(_ order: UnsafeBufferPointer<Int32>?) throws {
          guard let classes = classes.baseAddress, let values = values.baseAddress else { return }
          try source.load(
            SampleBatch(
              order: order, first: first, rows: rows, input: input, classes: classes,
              values: values))
        }
        guard let order else { return try load(nil) }
        try order.withUnsafeBufferPointer { try load($0) }
      }
    }
  }

  /// The sum of a metric over the rows that count of the output that ``forward(rows:training:update:)`` gave last.
  func sum(
    _ metric: Metric, of source: some SampleSource, classes: [Int32], values: [Float], rows: Int
  ) -> Double {
    source.targetUnits > 0
      ? metric.sum(
        output: outputValues, targets: values, mask: outputMask, rows: rows * outputSteps,
        units: outputUnits)
      : metric.sum(
        output: outputValues, classes: classes, mask: outputMask, rows: rows * outputSteps,
        units: outputUnits)
  }
}
