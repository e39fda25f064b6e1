import Recurrent

/// `quantiles`: those that a model learns to give, float64: its loss, which Keras has no name for.
enum QuantilesSection: Section {
  static let name = "quantiles"
  static var property: WritableKeyPath<Checkpoint, [Double]?> { \.quantiles }

  static func stored(_ quantiles: [Double]) -> StoredValue { .numbers(quantiles) }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> [Double]? {
    try root.numbers(name)
  }

  static func check(
    _ quantiles: inout [Double], in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    guard Loss.areQuantiles(quantiles) else {
      throw SectionProblem(nil, "must be numbers that rise between 0 and 1, 0.5 among them")
    }
    let outputs = checkpoint.configuration.outputUnits
    guard outputs % quantiles.count == 0 else {
      throw SectionProblem(nil, "are \(quantiles.count); the model gives \(outputs) values")
    }
  }
}

extension Checkpoint {
  /// The quantiles that the model learns to give; `nil` if its loss is another.
  package var quantiles: [Double]? {
    get { loss.quantiles }
    set {
      guard let newValue else { return }
      loss = .quantile(newValue)
      trainingProblem = TrainingProblem(optimizer: trainingProblem?.optimizer)
    }
  }
}
