import Kernels

/// The gradients of all weights, laid out as the weights are: the sink that keeps them, until an optimizer has seen
/// all of them, or for a caller who wants to look at them.
///
/// What is added to one parameter several times in a pass, since several layers share it, adds up.
/// Memory: as many scalars as the weights.
final class StoredGradients<Scalar: KernelScalar>: GradientSink {
  private let memory: AlignedMemory<Scalar>
  /// Whether a parameter, by its number, has a gradient in this pass.
  private var isPresent: [Bool]

  /// - Parameter count: The scalars of all parameters, with the gaps between them.
  init(count: Int, parameters: Int) throws(OutOfMemory) {
    memory = try AlignedMemory(count: count)
    isPresent = [Bool](repeating: false, count: parameters)
  }

  /// Where the gradients begin.
  var base: UnsafeMutablePointer<Scalar> { memory.base }

  /// Begins a pass: what is there from the one before is replaced.
  func begin() {
    for index in isPresent.indices { isPresent[index] = false }
  }

  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, left: InputRows<Scalar>?,
    right: UnsafePointer<Scalar>, inner: Int
  ) {
    let isMore = isPresent[parameter.number]
    isPresent[parameter.number] = true
    put(parameter, left: left, right: right, inner: inner, accumulate: isMore)
  }

  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, _ compute: (UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let isMore = isPresent[parameter.number]
    isPresent[parameter.number] = true
    put(parameter, accumulate: isMore, compute)
  }

  /// Computes a gradient in its place, or adds it to what is there.
  @inline(__always)
  func put(
    _ parameter: ParameterStore<Scalar>.Matrix, left: InputRows<Scalar>?,
    right: UnsafePointer<Scalar>, inner: Int, accumulate: Bool
  ) {
    let (gradient, columns) = (base + parameter.offset, parameter.columns)
    switch left {
    case .symbols(let symbols):
      if !accumulate { Scalar.fill(gradient, with: 0, count: parameter.rows * columns) }
      symbols.addTransposedProduct(with: right, rows: inner, width: columns, to: gradient)
    case .values(let left) where inner <= Self.smallInner && !accumulate:
      Scalar.outerProducts(
        left, right, rows: parameter.rows, columns: columns, inner: inner, into: gradient)
    case .values(let left):
      Scalar.multiply(
        left, transposeLeft: true, right, transposeRight: false, rows: parameter.rows,
        columns: columns, inner: inner, into: gradient, accumulate: accumulate)
    case nil:
      if !accumulate { Scalar.fill(gradient, with: 0, count: columns) }
      Scalar.addRows(of: right, mask: nil, rows: inner, columns: columns, to: gradient)
    }
  }

  /// The same for a gradient that `compute` adds to what it is given.
  @inline(__always)
  func put(
    _ parameter: ParameterStore<Scalar>.Matrix, accumulate: Bool,
    _ compute: (UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let gradient = base + parameter.offset
    if !accumulate {
      Scalar.fill(gradient, with: 0, count: parameter.rows * parameter.columns)
    }
    compute(gradient)
  }

  /// Up to so many products in a sum there is a faster way than that of large matrices.
  private static var smallInner: Int { 8 }
}
