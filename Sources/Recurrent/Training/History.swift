/// Loss and metrics by epoch, as Keras' `History` keeps them: means over the epoch's rows, each
/// measured before the update that its batch made.
public struct History: Equatable, Sendable {
  /// The training loss of each epoch.
  public var loss: [Double]
  /// The training accuracy of each epoch.
  public var accuracy: [Double]
  /// Everything else, by Keras' names: `val_loss`, `learning_rate`, `mae`, `val_mae`, …; NaN in an epoch in which it
  /// was not measured.
  public var others: [String: [Double]]

  /// A history of these columns.
  public init(
    loss: [Double] = [], accuracy: [Double] = [], others: [String: [Double]] = [:]
  ) {
    self.loss = loss
    self.accuracy = accuracy
    self.others = others
  }

  /// The column of the validation loss.
  public static let validationLoss = "val_loss"
  /// The column of the validation accuracy.
  public static let validationAccuracy = "val_accuracy"
  /// The column of the learning rate.
  public static let learningRate = "learning_rate"

  /// The column of the loss of one of several outputs.
  package static func loss(ofOutput name: String) -> String { name + "_loss" }

  /// What a column of the training is called where it is measured on the validation.
  static func validation(_ column: String) -> String { "val_" + column }

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
