import Files
import Kernels

/// A penalty on all that a layer gives, added to the loss of a batch: Keras' `activity_regularizer`, the mean over samples
/// (`Layer.__call__`).
struct ActivityRegularizer: Sendable {
  private let penalty: Regularizer

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
  }

  /// - Parameters:
  ///   - count: The values.
  ///   - rows: The samples.
  func loss<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, count: Int, rows: Int
  ) -> Double {
    penalty.loss(values, count: count) / Double(rows)
  }

  /// Adds the gradient of the loss.
  func addGradient<Scalar: KernelScalar>(
    of values: UnsafePointer<Scalar>, to gradients: UnsafeMutablePointer<Scalar>, count: Int,
    rows: Int
  ) {
    penalty.addGradient(values, to: gradients, count: count, factor: 1 / Double(rows))
  }
}

extension LayerConfiguration {
  /// The penalty on its outputs; `nil` if there is none.
  var activityRegularizer: ActivityRegularizer? { ActivityRegularizer(self) }
}

extension ModelConfiguration {
  /// Whether a layer has a penalty on its outputs, also in models inside it.
  var hasActivityRegularizers: Bool {
    layers.contains { $0.model?.hasActivityRegularizers ?? ($0.activityRegularizer != nil) }
  }
}
