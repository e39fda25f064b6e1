/// Ends training when the loss, that of the validation if there is one, no longer improves:
/// `keras.callbacks.EarlyStopping`.
public struct EarlyStopping: Equatable, Sendable {
  /// The epochs to wait for an improvement, from 1.
  public var patience: Int
  /// Whether the model ends with the weights of its best epoch, not of its last.
  public var restoresBestWeights: Bool

  /// - Parameters:
  ///   - patience: The epochs to wait for an improvement, from 1.
  ///   - restoresBestWeights: Whether the model ends with the weights of its best epoch.
  public init(patience: Int, restoresBestWeights: Bool = false) {
    self.patience = patience
    self.restoresBestWeights = restoresBestWeights
  }
}
