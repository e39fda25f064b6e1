import CKernels

/// A function of each value: `x` above a threshold, at most a limit, and `slope · (x − threshold)` below it, as
/// `keras.activations.relu` computes it.
package struct Rectifier: Equatable, Sendable {
  package var slope = 0.0
  package var threshold = 0.0
  package var limit = Double.infinity

  package init(slope: Double = 0, threshold: Double = 0, limit: Double = .infinity) {
    self.slope = slope
    self.threshold = threshold
    self.limit = limit
  }

  /// The derivative at the threshold itself: Keras computes what is only leaky in another way.
  private var edge: Double { threshold == 0 && limit == .infinity ? slope : 0 }

  /// The same for the kernels in float32.
  var kernel: ckernels_rectifier {
    ckernels_rectifier(
      slope: Float(slope), threshold: Float(threshold), limit: Float(limit), edge: Float(edge))
  }

  /// The function of one value.
  func value(_ x: Double) -> Double {
    guard x <= threshold else { return x > limit ? limit : x }
    return slope == 0 ? 0 : (x - threshold) * slope
  }

  /// Its derivative where the value is `x`.
  func derivative(_ x: Double) -> Double {
    x > threshold ? x > limit ? 0 : 1 : x < threshold ? slope : edge
  }
}
