import Kernels

/// What inputs contribute to the gates of a cell, for all steps at once: `x · kernel + bias`.
struct InputProjection<Scalar: KernelScalar> {
  private let kernel: ParameterStore<Scalar>.Matrix

  init(_ builder: LayerBuilder<Scalar>) { kernel = builder.matrix("kernel") }

  /// - Parameters:
  ///   - bias: `[columns]`; zeros if `nil`.
  ///   - result: `[rows, columns]`.
  @inline(__always)
  func project(
    _ input: InputRows<Scalar>, bias: UnsafePointer<Scalar>?, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    fillRows(result, with: bias, rows: rows, columns: kernel.columns)
    switch input {
    case .symbols(let symbols):
      symbols.addProduct(with: kernel.values, rows: rows, width: kernel.columns, to: result)
    case .values(let values):
      Scalar.multiply(
        values, transposeLeft: false, kernel.values, transposeRight: false, rows: rows,
        columns: kernel.columns, inner: kernel.rows, into: result, accumulate: true)
    }
  }

  /// The gradient of the inputs, where it is asked for, and then that of the kernel.
  ///
  /// - Parameter gradient: That of the result.
  @inline(__always)
  func goBack(
    _ gradient: UnsafePointer<Scalar>, input: InputRows<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    if let inputGradient {
      Scalar.multiply(
        gradient, transposeLeft: false, kernel.values, transposeRight: true, rows: rows,
        columns: kernel.rows, inner: kernel.columns, into: inputGradient, accumulate: false)
    }
    sink.add(kernel, left: input, right: gradient, inner: rows)
  }
}

/// Begins the rows of a product with what it is added to: a bias, or zeros.
@inline(__always)
func fillRows<Scalar: KernelScalar>(
  _ result: UnsafeMutablePointer<Scalar>, with bias: UnsafePointer<Scalar>?, rows: Int,
  columns: Int
) {
  guard let bias else {
    Scalar.fill(result, with: 0, count: rows * columns)
    return
  }
  let parts = ComputeThreads.parts(of: rows * columns, enough: sharedValues)
  ComputeThreads.run(parts: min(parts, rows)) { part, parts in
    let first = rows * part / parts
    Scalar.copyRows(
      bias, step: 0, to: result + first * columns, step: columns,
      rows: rows * (part + 1) / parts - first, columns: columns)
  }
}

/// The values from which a second thread helps to write them.
private let sharedValues = 1 << 18
