/// Sequences with the class that follows each: what a model learns from.
public struct SequenceDataset: Equatable, Sendable {
  public let samples: Int
  public let timeSteps: Int
  public let features: Int
  /// The steps that have a target: all of them, or the last one only.
  public let targetSteps: Int
  /// `[samples, timeSteps, features]`, row-major.
  public let inputs: [Float]
  /// Class numbers, `[samples, targetSteps]`, row-major; empty if the targets are ``targetValues``.
  public let targets: [Int32]
  /// `[samples, targetSteps, targetUnits]`, row-major.
  public let targetValues: [Float]
  /// The values of a target.
  public let targetUnits: Int

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
    targetValues = []
    targetUnits = 0
  }

  /// Sequences with any numbers as targets.
  ///
  /// - Throws: ``ConfigurationError`` if the arrays do not have these shapes.
  public init(
    samples: Int, timeSteps: Int, features: Int, targetSteps: Int, targetUnits: Int,
    inputs: [Float], targetValues: [Float]
  ) throws(ConfigurationError) {
    guard samples >= 1, targetUnits >= 1, inputs.count == samples * timeSteps * features,
      targetValues.count == samples * targetSteps * targetUnits
    else {
      throw ConfigurationError(
        "\(inputs.count) inputs and \(targetValues.count) targets are not \(samples) samples of "
          + "\(timeSteps) steps of \(features) features with \(targetSteps) × \(targetUnits) targets"
      )
    }
    self.samples = samples
    self.timeSteps = timeSteps
    self.features = features
    self.targetSteps = targetSteps
    self.inputs = inputs
    targets = []
    self.targetValues = targetValues
    self.targetUnits = targetUnits
  }
}
