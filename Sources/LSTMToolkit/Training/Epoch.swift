import Recurrent

/// An epoch that has been trained, as it ends.
public struct Epoch: Equatable, Sendable {
  /// From 1, counted from the beginning of this training.
  public let number: Int
  /// The epochs that this training was to have.
  public let total: Int
  /// The mean over the epoch's rows, each measured before the update that its batch made.
  public let loss: Double
  /// The fraction of right answers, from 0 to 1; `nil` if the loss is not one of classes.
  public let accuracy: Double?
  /// What else was measured in it, by Keras' names: `val_loss`, `val_accuracy`, `mae`, `learning_rate`, ….
  public let values: [String: Double]

  /// The loss of the validation; `nil` if there was none in this epoch.
  public var validationLoss: Double? { values[History.validationLoss] }
  /// The accuracy of the validation; `nil` if there was none in this epoch, or the loss is not one of classes.
  public var validationAccuracy: Double? { values[History.validationAccuracy] }

  /// The last epoch of a history.
  init?(lastOf history: History, number: Int, total: Int, hasAccuracy: Bool) {
    guard let loss = history.loss.last else { return nil }
    self.number = number
    self.total = total
    self.loss = loss
    accuracy = hasAccuracy ? history.accuracy.last : nil
    values = history.others.compactMapValues { $0.last.flatMap { $0.isNaN ? nil : $0 } }
  }
}
