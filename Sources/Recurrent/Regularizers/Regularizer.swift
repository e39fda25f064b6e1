import Files
import Kernels

/// A penalty on weights, added to the loss: `keras.regularizers.L1`, `L2` and `L1L2`, `l1 · Σ|w| + l2 · Σw²`, and
/// `OrthogonalRegularizer`.
struct Regularizer: Equatable, Sendable {
  let l1, l2: Double
  /// What matters is the angles between vectors, not the sizes of values, if it is not `nil`.
  let orthogonal: OrthogonalPenalty?

  /// The regularizer of an option of Keras'.
  ///
  /// - Returns: `nil` if it is another class.
  init?(_ option: JSONValue) {
    func number(_ name: String, _ standard: Double) -> Double? {
      option["config"]?[name].map { $0.double } ?? standard
    }
    let l1: Double?
    let l2: Double?
    var orthogonal: OrthogonalPenalty?
    switch option.string ?? option["class_name"]?.string {
    case "L1", "l1": (l1, l2) = (number("l1", 0.01), 0)
    case "L2", "l2": (l1, l2) = (0, number("l2", 0.01))
    case "L1L2", "l1_l2": (l1, l2) = (number("l1", 0), number("l2", 0))
    case "OrthogonalRegularizer", "orthogonal_regularizer":
      (l1, l2) = (0, 0)
      orthogonal = OrthogonalPenalty(option)
      guard orthogonal != nil else { return nil }
    default: return nil
    }
    guard let l1, let l2, l1.isFinite, l2.isFinite else { return nil }
    (self.l1, self.l2, self.orthogonal) = (l1, l2, orthogonal)
  }

  func loss<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int]
  ) -> Double {
    guard let base = weights.baseAddress else { return 0 }
    return orthogonal?.loss(base, shape: shape) ?? loss(base, count: weights.count)
  }

  /// The same of the sizes of values.
  func loss<Scalar: KernelScalar>(_ values: UnsafePointer<Scalar>, count: Int) -> Double {
    let sums = Scalar.sums(values, count: count)
    return l1 * sums.sizes + l2 * sums.squares
  }

  /// Adds the gradient of the loss.
  func addGradient<Scalar: KernelScalar>(
    _ weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int],
    to gradients: UnsafeMutablePointer<Scalar>
  ) {
    guard let base = weights.baseAddress else { return }
    if let orthogonal {
      orthogonal.addGradient(base, shape: shape, to: gradients)
    } else {
      addGradient(base, to: gradients, count: weights.count)
    }
  }

  /// The same of the sizes of values, times a factor.
  func addGradient<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, to gradients: UnsafeMutablePointer<Scalar>, count: Int,
    factor: Double = 1
  ) {
    // Rounded as the numbers of an update are, which stand for this where no norm counts.
    let (l1, twice) = (Float(l1 * factor), Float(2 * l2 * factor))
    Scalar.addPenalties(of: values, l1: Scalar(l1), l2: Scalar(twice), to: gradients, count: count)
  }
}
