import Files
import Kernels
import Recurrent

/// An update by one batch.
struct TrainingStep {
  let model: Sequential<Float>
  private let targets: BatchTargets
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
    targets = BatchTargets(of: data, for: model, losses: [loss])
    try targets.load(data, order: nil, first: 0, rows: rows, into: model)
  }

  /// - Returns: Loss and metrics before the update.
  /// - Throws: `SymbolOutOfRange`, and then nothing is learnt, or `TrainingDiverged`.
  func update(_ optimizer: Recurrent.Optimizer<Float>) throws -> Scores {
    model.forward(rows: rows, training: true, update: optimizer.iterations)
    try model.checkSymbols()
    let penalty = model.parameters.regularizationLoss + model.activityLoss
    let targets = targets.targets()
    let sums = metrics.map { ($0, model.sum($0, targets, rows: rows)) }
    let measured = classWeights.withUnsafeBufferPointer { weights in
      model.backward(
        targets, loss: loss, classWeights: weights.isEmpty ? nil : weights.baseAddress,
        rows: rows, optimizer: optimizer)
    }
    guard measured.lossSum.isFinite else { throw TrainingDiverged() }
    let counted = max(1, measured.rows)
    let answers = counted * loss.answersPerRow(units: model.outputUnits)
    let values = sums.map { ($0, $0.value(sum: $1, rows: counted)) }
    return Scores(
      loss: measured.lossSum / Double(counted) + penalty,
      accuracy: loss.hasAccuracy ? Double(measured.correct) / Double(answers) : nil,
      metrics: Dictionary(values) { first, _ in first })
  }
}
