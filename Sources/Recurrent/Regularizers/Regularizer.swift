import Files
import Kernels

/// A penalty on the size of weights, added to the loss: `keras.regularizers.L1`, `L2` and `L1L2`,
/// `l1 · Σ|w| + l2 · Σw²`.
struct Regularizer: Equatable, Sendable {
  let l1, l2: Double

  /// The regularizer of an option of Keras'.
  ///
  /// - Returns: `nil` if it is another class.
  init?(_ option: JSONValue) {
    func number(_ name: String, _ standard: Double) -> Double? {
      option["config"]?[name].map { $0.double } ?? standard
    }
    let l1: Double?
    let l2: Double?
    switch option.string ?? option["class_name"]?.string {
    case "L1", "l1": (l1, l2) = (number("l1", 0.01), 0)
    case "L2", "l2": (l1, l2) = (0, number("l2", 0.01))
    case "L1L2", "l1_l2": (l1, l2) = (number("l1", 0), number("l2", 0))
    default: return nil
    }
    guard let l1, let l2, l1.isFinite, l2.isFinite else { return nil }
    (self.l1, self.l2) = (l1, l2)
  }

  func loss<Scalar: KernelScalar>(_ weights: UnsafeMutableBufferPointer<Scalar>) -> Double {
    guard let base = weights.baseAddress else { return 0 }
    let sums = Scalar.sums(base, count: weights.count)
    return l1 * sums.sizes + l2 * sums.squares
  }

  /// Adds the gradient of the loss.
  func addGradient<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, to gradients: UnsafeMutablePointer<Scalar>
  ) {
    guard let base = weights.baseAddress else { return }
    // Rounded as the numbers of an update are, which stand for this where no norm counts.
    let (l1, twice) = (Float(l1), Float(2 * l2))
    Scalar.addPenalties(
      of: base, l1: Scalar(l1), l2: Scalar(twice), to: gradients, count: weights.count)
  }
}
