import Files
import Recurrent

/// Gives on what it is given, and adds `l1 · Σ|x| + l2 · Σx²` to the loss, the mean over samples,
/// `keras.layers.ActivityRegularization`.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`.
public struct ActivityRegularization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - l1: The factor of the sizes.
  ///   - l2: The factor of the squares.
  ///   - name: `activity_regularization`, `activity_regularization_1`, … if `nil`.
  public init(l1: Double = 0, l2: Double = 0, name: String? = nil) {
    settings = LayerSettings(
      "ActivityRegularization", name: name, options: ["l1": .number(l1), "l2": .number(l2)])
  }
}
