/// Loss and metrics by epoch, as Keras' `History` keeps them: means over the epoch's rows, each
/// measured before the update that its batch made.
public struct History: Equatable, Sendable {
  public var loss: [Double]
  public var accuracy: [Double]
  /// What else is kept, by Keras' names: `val_loss`, `learning_rate`, `mae`, `val_mae`, …; not a number in an
  /// epoch in which it was not measured.
  public var others: [String: [Double]]

  public init(
    loss: [Double] = [], accuracy: [Double] = [], others: [String: [Double]] = [:]
  ) {
    self.loss = loss
    self.accuracy = accuracy
    self.others = others
  }

  public static let validationLoss = "val_loss"
  public static let validationAccuracy = "val_accuracy"
  public static let learningRate = "learning_rate"

  /// What a metric of the validation is called.
  static func validation(_ metric: Metric) -> String { "val_" + metric.rawValue }

  /// The last value of a column; `nil` if there is none, or it was not measured in the last epoch.
  public func last(_ name: String) -> Double? {
    others[name]?.last.flatMap { $0.isNaN ? nil : $0 }
  }

  /// Adds what else was measured in an epoch.
  mutating func append(_ values: [String: Double]) {
    for (name, value) in values {
      // A run that goes on may measure more than before.
      let before = [Double](repeating: .nan, count: loss.count - 1)
      others[name, default: before].append(value)
    }
    for (name, values) in others where values.count < loss.count {
      others[name] = values + [.nan]
    }
  }
}
