import Files
import Kernels
import Recurrent

/// One batch in a model's memory with its targets.
final class LoadedBatch {
  private let rows: Int
  private let hasClasses: Bool
  private let classes: UnsafeMutableBufferPointer<Int32>
  private let values: UnsafeMutableBufferPointer<Float>

  /// - Parameter takesClasses: Whether the loss takes targets as class numbers, however the samples have them.
  init(
    _ data: SequenceDataset, first: Int, rows: Int, takesClasses: Bool,
    into model: Sequential<Float>
  ) {
    self.rows = rows
    hasClasses = data.targetUnits == 0 || takesClasses
    // Never empty, so that there is always a place.
    classes = .allocate(capacity: max(1, rows * data.targetSteps))
    values = .allocate(capacity: max(1, rows * data.targetSteps * data.targetUnits))
    classes.initialize(repeating: 0)
    values.initialize(repeating: 0)
    model.readsSymbols = data.givesSymbols
    guard let input = model.input.baseAddress, let toClasses = classes.baseAddress,
      let toValues = values.baseAddress
    else { return }
    data.load(
      SampleBatch(
        order: nil, first: first, rows: rows, input: input,
        symbols: data.givesSymbols ? model.symbols.baseAddress : nil, classes: toClasses,
        values: toValues))
    guard takesClasses, data.targetUnits > 0 else { return }
    // Tensors hold class numbers as they hold other numbers; they were checked.
    for row in classes.indices { classes[row] = Int32(values[row]) }
  }

  deinit {
    classes.deallocate()
    values.deallocate()
  }

  /// Calls `body` with what the outputs should have been.
  func withTargets<Result>(_ body: (Targets<Float>) -> Result) -> Result? {
    guard let classes = classes.baseAddress, let values = values.baseAddress else { return nil }
    return body(hasClasses ? .classes(classes) : .values(values))
  }
}

/// An update by one batch.
struct TrainingStep {
  let model: Sequential<Float>
  private let batch: LoadedBatch
  private let rows: Int
  private let loss: Loss
  private let metrics: [Metric]
  private let classWeights: [Float]

  /// - Throws: `ConfigurationError` if the batch does not fit the model, `SymbolOutOfRange`, or `OutOfMemory`.
  init(_ core: ModelCore, _ x: Tensor, _ y: Tensor, classWeights: [Int: Float]) throws {
    loss = core.checkpoint.loss
    metrics = core.metrics.computed
    let samples = Samples(core)
    let data = try samples.dataset(x, y)
    self.classWeights = try samples.classWeights(classWeights, of: data)
    rows = data.samples
    model = try core.engine(rows: rows, timeSteps: data.timeSteps)
    batch = LoadedBatch(
      data, first: 0, rows: rows, takesClasses: loss.takesClasses, into: model)
  }

  /// - Returns: Loss and metrics before the update.
  /// - Throws: `SymbolOutOfRange`, and then nothing is learnt, or `TrainingDiverged`.
  func update(_ optimizer: Recurrent.Optimizer<Float>) throws -> Scores {
    model.forward(rows: rows, training: true, update: optimizer.iterations)
    try model.checkSymbols()
    let penalty = model.parameters.regularizationLoss
    let measured = batch.withTargets { targets in
      let sums = metrics.map { ($0, model.sum($0, targets, rows: rows)) }
      let of = classWeights.withUnsafeBufferPointer { weights in
        model.backward(
          targets, loss: loss, classWeights: weights.isEmpty ? nil : weights.baseAddress,
          rows: rows, optimizer: optimizer)
      }
      return (loss: of, metrics: sums)
    }
    guard let measured, measured.loss.lossSum.isFinite else { throw TrainingDiverged(epoch: nil) }
    let counted = max(1, measured.loss.rows)
    let answers = counted * loss.answersPerRow(units: model.outputUnits)
    let values = measured.metrics.map { ($0, $0.value(sum: $1, rows: counted)) }
    return Scores(
      loss: measured.loss.lossSum / Double(counted) + penalty,
      accuracy: loss.hasAccuracy ? Double(measured.loss.correct) / Double(answers) : nil,
      metrics: Dictionary(values) { first, _ in first })
  }
}
