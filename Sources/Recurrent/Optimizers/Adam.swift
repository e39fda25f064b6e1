import Kernels

/// Adam (Kingma & Ba 2015) as `keras.optimizers.Adam` computes it, in float32 throughout.
public final class Adam<Scalar: KernelScalar>: Optimizer<Scalar> {
  private let beta1, beta2, oneMinusBeta1, oneMinusBeta2, epsilon: Scalar
  /// The learning rate of the update under way, corrected for the moments' start at zero.
  private var step: Scalar = 0
  private let momentumMemory, velocityMemory: UnsafeMutablePointer<Scalar>

  override init(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>
  ) throws {
    let (first, second) = (configuration.number("beta_1"), configuration.number("beta_2"))
    beta1 = Scalar(first)
    beta2 = Scalar(second)
    oneMinusBeta1 = Scalar(1 - first)
    oneMinusBeta2 = Scalar(1 - second)
    epsilon = Scalar(configuration.number("epsilon"))
    let slots = try [0, 1].map { _ in try AlignedMemory<Scalar>(count: parameters.values.count) }
    momentumMemory = slots[0].base
    velocityMemory = slots[1].base
    super.init(configuration, parameters: parameters, slots: slots)
  }

  override var fused: Adam<Scalar>? { self }

  /// Counts one more update; call before the weights of a model are updated.
  override func beginUpdate() {
    iterations += 1
    step =
      Scalar(configuration.learningRate)
      * (1 - Scalar.power(beta2, Scalar(iterations))).squareRoot()
      / (1 - Scalar.power(beta1, Scalar(iterations)))
  }

  /// Updates one parameter by its gradient `leftᵀ · right`, or by the sum of the rows of `right`, computed on
  /// the way; for `inner` up to ``fusedInner``.
  ///
  /// - Parameters:
  ///   - left: `[inner, rows]`, `nil` for a bias.
  ///   - right: `[inner, columns]`.
  @specialized(where Scalar == Float)
  func update(
    _ matrix: ParameterStore<Scalar>.Matrix, left: UnsafePointer<Scalar>?,
    right: UnsafePointer<Scalar>, inner: Int
  ) {
    let momentum = momentumMemory + matrix.offset
    let velocity = velocityMemory + matrix.offset
    Scalar.adam(
      weights: matrix.values, left: left, right: right, rows: matrix.rows,
      columns: matrix.columns, inner: inner, momentum: momentum, velocity: velocity, step: step,
      oneMinusBeta1: oneMinusBeta1, oneMinusBeta2: oneMinusBeta2, epsilon: epsilon)
  }

  /// Updates one parameter by its gradient in the store; threads share a large one.
  @specialized(where Scalar == Float)
  func update(_ matrix: ParameterStore<Scalar>.Matrix) {
    let lines = (matrix.rows * matrix.columns + Self.line - 1) / Self.line
    let parts = ComputeThreads.parts(of: lines * Self.line, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      let first = lines * part / parts * Self.line
      let last = min(matrix.rows * matrix.columns, lines * (part + 1) / parts * Self.line)
      let place = matrix.offset + first
      Scalar.adam(
        weights: matrix.values + first, gradients: parameters.gradients.base + place,
        momentum: momentumMemory + place, velocity: velocityMemory + place,
        count: last - first, step: step, oneMinusBeta1: oneMinusBeta1,
        oneMinusBeta2: oneMinusBeta2, epsilon: epsilon)
    }
  }

  /// The scalars that a thread takes at once, and from how many on a second thread helps.
  private static var line: Int { 64 }
  private static var enough: Int { 1 << 19 }

  /// Up to so many products in a sum it is faster to compute a gradient on the way than to store it.
  static var fusedInner: Int { 8 }
}
