import Kernels

/// Where layers put the gradients of their weights. A layer says what a gradient is made of; whether it is stored,
/// added up or used at once is the sink's business.
///
/// A sink may change the weights at once, so a layer first computes what it needs them for.
protocol GradientSink<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  /// Adds the gradient `leftᵀ · right`, or without a left matrix the sum of the rows of `right`.
  ///
  /// - Parameters:
  ///   - left: `[inner, rows]`, `nil` for a bias.
  ///   - right: `[inner, columns]`.
  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, left: InputRows<Scalar>?,
    right: UnsafePointer<Scalar>, inner: Int)

  /// Adds a gradient of another form.
  ///
  /// - Parameter compute: Adds it to what it is given, `[rows, columns]`.
  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, _ compute: (UnsafeMutablePointer<Scalar>) -> Void)
}

extension GradientSink {
  @inline(__always)
  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, left: UnsafePointer<Scalar>,
    right: UnsafePointer<Scalar>, inner: Int
  ) {
    add(parameter, left: .values(left), right: right, inner: inner)
  }
}
