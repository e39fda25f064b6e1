/// Sequences with the class that follows each: what a model learns from.
public struct SequenceDataset: Equatable, Sendable {
  public let samples: Int
  public let timeSteps: Int
  public let features: Int
  /// The steps that have a target: all of them, or the last one only.
  public let targetSteps: Int
  /// `[samples, timeSteps, features]`, row-major.
  public let inputs: [Float]
  /// Class numbers, `[samples, targetSteps]`, row-major.
  public let targets: [Int32]

  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  public init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int = 1, inputs: [Float],
    targets: [Int32]
  ) throws(ConfigurationError) {
    guard samples >= 1, inputs.count == samples * timeSteps * features,
      targets.count == samples * targetSteps, targets.allSatisfy({ $0 >= 0 })
    else {
      throw ConfigurationError(
        "\(inputs.count) inputs and \(targets.count) targets are not \(samples) samples of "
          + "\(timeSteps) steps of \(features) features with \(targetSteps) targets each")
    }
    self.samples = samples
    self.timeSteps = timeSteps
    self.features = features
    self.targetSteps = targetSteps
    self.inputs = inputs
    self.targets = targets
  }
}
