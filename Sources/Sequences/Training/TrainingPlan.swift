import Recurrent

/// What a new training run is to do: an experiment, and where it departs from its defaults.
public struct TrainingPlan: Sendable {
  public var experiment: Experiment
  /// The units of each LSTM layer, the lowest first.
  public var units: [Int]
  public var epochs: Int
  public var batchSize: Int
  public var shuffle: Bool
  public var learningRate: Float
  public var randomSeed: UInt64

  /// The experiment as it stands.
  public init(_ experiment: Experiment, randomSeed: UInt64 = 7) {
    self.experiment = experiment
    units = experiment.units
    epochs = experiment.epochs
    batchSize = experiment.batchSize
    shuffle = experiment.shuffle
    learningRate = 0.001
    self.randomSeed = randomSeed
  }
}
