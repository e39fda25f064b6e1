import Kernels

/// How the learning rate changes while a model is trained.
public struct LearningRateSchedule: Equatable, Sendable {
  /// The course after the warm-up; its updates and epochs are counted from there.
  public enum Course: Equatable, Sendable {
    /// The rate stays the same.
    case constant
    /// Times `factor` after every so many epochs: `keras.optimizers.schedules.ExponentialDecay` with `staircase`.
    case step(epochs: Int, factor: Double)
    /// Times `factor` an epoch, a little after every update: `keras.optimizers.schedules.ExponentialDecay`.
    case exponential(factor: Double)
    /// Half a cosine, down to zero after so many epochs: `keras.optimizers.schedules.CosineDecay`.
    case cosine(epochs: Int)
    /// Times `factor` when the loss has not improved for so many epochs: `keras.callbacks.ReduceLROnPlateau`.
    case plateau(patience: Int, factor: Double)
  }

  /// The smallest improvement that counts on a plateau, as in Keras.
  static let smallestImprovement = 1e-4

  /// The course after the warm-up.
  public var course: Course
  /// The rate at the end of the warm-up.
  public var rate: Float
  /// The updates over which the rate rises from zero in a line.
  public var warmUp: Int
  /// Where the schedule begins in its run: the epochs done by then, and the updates in the epoch under way.
  package var start = Start()

  /// A place in a run.
  package struct Start: Equatable, Sendable {
    package var epoch: Int
    package var update: Int

    package init(epoch: Int = 0, update: Int = 0) { (self.epoch, self.update) = (epoch, update) }
  }

  /// - Throws: ``ConfigurationError`` if a number cannot be trained with.
  public init(_ course: Course, rate: Float, warmUp: Int = 0) throws(ConfigurationError) {
    self.course = course
    self.rate = rate
    self.warmUp = warmUp
    guard (0...TrainingProgress.mostEpochs).contains(warmUp) else {
      throw ConfigurationError("the warm-up is \(warmUp) updates; it cannot be negative")
    }
    func check(epochs: Int) throws(ConfigurationError) {
      guard (1...TrainingProgress.mostEpochs).contains(epochs) else {
        throw ConfigurationError("the schedule has \(epochs) epochs; it must be at least 1")
      }
    }
    func check(factor: Double) throws(ConfigurationError) {
      guard factor > 0, factor <= 1 else {
        throw ConfigurationError("the schedule's factor is \(factor); it must be from 0 to 1")
      }
    }
    switch course {
    case .constant: break
    case .step(let epochs, let factor), .plateau(let epochs, let factor):
      try check(epochs: epochs)
      try check(factor: factor)
    case .exponential(let factor): try check(factor: factor)
    case .cosine(let epochs): try check(epochs: epochs)
    }
  }

  /// The rate of an update.
  ///
  /// - Parameters:
  ///   - update: Its number in the run, from 0.
  ///   - reduction: What plateaus have reduced the rate to so far, as a factor.
  func rate(update: Int, updatesPerEpoch: Int, reduction: Double) -> Float {
    let rate = Double(rate)
    // Epochs may have become shorter since.
    let update = max(0, update - (start.epoch * updatesPerEpoch + start.update))
    guard update >= warmUp else { return Float(rate * Double(update) / Double(warmUp)) }
    let done = Double(update - warmUp) / Double(updatesPerEpoch)
    switch course {
    case .constant: return self.rate
    case .step(let epochs, let factor):
      return Float(rate * Elementary.power(factor, Int(done / Double(epochs))))
    case .exponential(let factor): return Float(rate * Elementary.power(factor, done))
    case .cosine(let epochs):
      return Float(rate * 0.5 * (1 + Elementary.cosine(ofTurns: min(1, done / Double(epochs)) / 2)))
    case .plateau: return Float(rate * reduction)
    }
  }
}

/// The best value that a run has seen of what it watches, and for how many epochs there was no better one.
public struct BestValue: Equatable, Sendable {
  /// `nil` before the first.
  public var value: Double?
  /// The epochs without a better value.
  public var waited: Int

  /// The best value so far.
  public init(value: Double? = nil, waited: Int = 0) {
    self.value = value
    self.waited = waited
  }

  /// Takes one more value.
  ///
  /// - Returns: Whether it is better, which is less, by more than `change`.
  mutating func take(_ new: Double, change: Double = 0) -> Bool {
    if let value, !(new < value - change) {
      waited += 1
      return false
    }
    value = new
    waited = 0
    return true
  }
}
