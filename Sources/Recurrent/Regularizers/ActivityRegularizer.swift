import Files
import Kernels

/// A penalty on all that a layer gives, added to the loss of a batch: Keras' `activity_regularizer`. Keras 3 takes it of the
/// whole batch, tf-keras divides it by the samples.
struct ActivityRegularizer: Sendable {
  /// The options of every layer that speak of it.
  static let options: [String: JSONValue] = [
    "activity_regularizer": nil, "activity_per_sample": false,
  ]

  private let penalty: Regularizer
  private let isPerSample: Bool

  /// - Returns: `nil` if the layer has none, or one that is not known.
  init?(_ layer: LayerConfiguration) {
    let isLayer = layer.className == ActivityRegularizationDescription.className
    let option =
      isLayer
      ? ["class_name": "L1L2", "config": ["l1": layer["l1"], "l2": layer["l2"]]]
      : layer["activity_regularizer"]
    guard option != nil, let penalty = Regularizer(option), penalty.orthogonal == nil else {
      return nil
    }
    self.penalty = penalty
    isPerSample = layer["activity_per_sample"] == true
  }

  /// - Parameters:
  ///   - count: The values.
  ///   - rows: The samples.
  func loss<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, count: Int, rows: Int
  ) -> Double {
    penalty.loss(values, count: count) / (isPerSample ? Double(rows) : 1)
  }

  /// Adds the gradient of the loss.
  func addGradient<Scalar: KernelScalar>(
    of values: UnsafePointer<Scalar>, to gradients: UnsafeMutablePointer<Scalar>, count: Int,
    rows: Int
  ) {
    penalty.addGradient(
      values, to: gradients, count: count, factor: isPerSample ? 1 / Double(rows) : 1)
  }
}

extension LayerConfiguration {
  /// The penalty on its outputs; `nil` if there is none.
  var activityRegularizer: ActivityRegularizer? { ActivityRegularizer(self) }

  /// Whether there is one, which Keras 3 and tf-keras compute differently.
  package var hasActivityRegularizer: Bool { activityRegularizer != nil }
}

extension ModelConfiguration {
  /// Whether a layer has a penalty on its outputs, also in models inside it.
  var hasActivityRegularizers: Bool {
    layers.contains { $0.model?.hasActivityRegularizers ?? $0.hasActivityRegularizer }
  }
}
