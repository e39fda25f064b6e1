/// How a training run walks over its data.
public struct TrainingOptions: Equatable, Sendable {
  /// The samples of one update; the last batch of an epoch takes what is left.
  public var batchSize: Int
  /// Whether every epoch takes the samples in a new random order.
  public var shuffle: Bool
  /// Whether stateful layers begin each epoch from zeros, as after Keras' `reset_states`. It is done
  /// as an epoch begins, so that the state at its end can be saved.
  public var resetStatesEachEpoch: Bool
  /// Decides every random number of the run.
  public var randomSeed: UInt64
  /// How the learning rate changes; it stays the optimizer's if `nil`.
  public var schedule: LearningRateSchedule?
  /// Measured beside loss and accuracy.
  public var metrics: [Metric] = []
  /// What the loss of each class is multiplied by; 1 if empty.
  public var classWeights: [Float] = []
  /// The epochs from one validation to the next.
  public var validateEvery = 1
  /// Ends the run when the loss, that of the validation if there is one, has not improved for so many epochs:
  /// `keras.callbacks.EarlyStopping`.
  public var earlyStopping: Int?

  public init(
    batchSize: Int, shuffle: Bool, resetStatesEachEpoch: Bool, randomSeed: UInt64
  ) {
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.resetStatesEachEpoch = resetStatesEachEpoch
    self.randomSeed = randomSeed
  }
}
