/// How a training run walks over its data.
package struct TrainingOptions: Equatable, Sendable {
  /// The samples of one update; the last batch of an epoch takes what is left.
  package var batchSize: Int
  /// Whether every epoch takes the samples in a new random order.
  package var shuffle: Bool
  /// Whether stateful layers begin each epoch from zeros, as after Keras' `reset_states`. It is done
  /// as an epoch begins, so that the state at its end can be saved.
  package var resetStatesEachEpoch: Bool
  /// Decides every random number of the run.
  package var randomSeed: UInt64
  /// How the learning rate changes; it stays the optimizer's if `nil`.
  package var schedule: LearningRateSchedule?
  /// Measured beside loss and accuracy.
  package var metrics: [Metric] = []
  /// What the loss of each class is multiplied by; 1 if empty.
  package var classWeights: [Float] = []
  /// The epochs from one validation to the next.
  package var validateEvery = 1
  /// Ends the run when the loss, that of the validation if there is one, has not improved for so many epochs:
  /// `keras.callbacks.EarlyStopping`.
  package var earlyStopping: Int?
  /// Whether the weights of the best epoch are the model's when the run ends: `restore_best_weights` of
  /// `keras.callbacks.EarlyStopping`.
  package var restoresBest = false

  package init(
    batchSize: Int, shuffle: Bool, resetStatesEachEpoch: Bool, randomSeed: UInt64
  ) {
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.resetStatesEachEpoch = resetStatesEachEpoch
    self.randomSeed = randomSeed
  }
}
