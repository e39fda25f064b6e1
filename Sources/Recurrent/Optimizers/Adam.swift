import Kernels

/// Adam (Kingma & Ba 2015) as `keras.optimizers.Adam` computes it, in float32 throughout.
///
/// Memory: 2 × the weights, laid out as ``ParameterStore`` lays them out.
public final class Adam<Scalar: KernelScalar> {
  /// What Keras keeps in the optimizer's configuration.
  public struct Configuration: Equatable, Sendable {
    public var learningRate: Float
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double

    public init(
      learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
      epsilon: Double = 1e-7
    ) {
      self.learningRate = learningRate
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
    }

    /// Checks that the numbers can train.
    ///
    /// - Throws: ``ConfigurationError`` naming the value.
    public func validate() throws(ConfigurationError) {
      guard learningRate.isFinite, learningRate > 0 else {
        throw ConfigurationError("the learning rate is \(learningRate); it must be above 0")
      }
      guard (0..<1).contains(beta1), (0..<1).contains(beta2) else {
        throw ConfigurationError("Adam's beta_1 and beta_2 must be from 0 to below 1")
      }
      guard epsilon.isFinite, epsilon > 0 else {
        throw ConfigurationError("Adam's epsilon is \(epsilon); it must be above 0")
      }
    }
  }

  public let configuration: Configuration
  /// The updates made so far.
  public var iterations: Int
  private let parameters: ParameterStore<Scalar>
  private let oneMinusBeta1, oneMinusBeta2, epsilon: Scalar
  /// The learning rate of the update under way, corrected for the moments' start at zero.
  private var step: Scalar = 0
  private let momentumMemory: AlignedMemory<Scalar>
  private let velocityMemory: AlignedMemory<Scalar>

  /// An optimizer that has made no update yet.
  ///
  /// - Throws: ``ConfigurationError``, or `OutOfMemory`.
  public init(_ configuration: Configuration, parameters: ParameterStore<Scalar>) throws {
    try configuration.validate()
    self.configuration = configuration
    self.parameters = parameters
    iterations = 0
    oneMinusBeta1 = Scalar(1 - configuration.beta1)
    oneMinusBeta2 = Scalar(1 - configuration.beta2)
    epsilon = Scalar(configuration.epsilon)
    momentumMemory = try AlignedMemory(count: parameters.values.count)
    velocityMemory = try AlignedMemory(count: parameters.values.count)
  }

  /// The running mean of a parameter's gradient (Keras' `momentum`), in the parameter's shape.
  public func momentum(
    _ parameter: ParameterStore<Scalar>.Parameter
  ) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(
      start: momentumMemory.base + parameter.offset, count: parameter.count)
  }

  /// The running mean of its square (Keras' `velocity`), in the parameter's shape.
  public func velocity(
    _ parameter: ParameterStore<Scalar>.Parameter
  ) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(
      start: velocityMemory.base + parameter.offset, count: parameter.count)
  }

  /// Counts one more update; call before the weights of a model are updated.
  @specialized(where Scalar == Float)
  func beginUpdate() {
    iterations += 1
    let (beta1, beta2) = (Scalar(configuration.beta1), Scalar(configuration.beta2))
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
    let momentum = momentumMemory.base + matrix.offset
    let velocity = velocityMemory.base + matrix.offset
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
        momentum: momentumMemory.base + place, velocity: velocityMemory.base + place,
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
