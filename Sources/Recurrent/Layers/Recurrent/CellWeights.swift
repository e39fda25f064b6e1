import Kernels

/// The weights of a recurrent cell, and the products with them that every cell makes.
///
/// Memory: that of ``RecurrentProduct``.
struct CellWeights<Scalar: KernelScalar> {
  let recurrentKernel: ParameterStore<Scalar>.Matrix  // [units, columns]
  let bias: ParameterStore<Scalar>.Matrix?
  /// What the hidden state is multiplied by: the recurrent kernel, or a matrix made of some of its columns.
  let product: RecurrentProduct<Scalar>
  /// The multiplications of a row's step, where it pays that threads share the rows of all steps; 0 where it does not.
  let sharedWork: Int
  private let projection: InputProjection<Scalar>

  /// - Parameters:
  ///   - columns: Those of the kernel, for all gates.
  ///   - productColumns: Those that the hidden state is multiplied by; all if `nil`.
  init(
    _ options: RecurrentOptions, columns: Int, productColumns: Int? = nil,
    _ builder: LayerBuilder<Scalar>
  ) {
    projection = InputProjection(builder)
    recurrentKernel = builder.matrix("recurrent_kernel")
    bias = options.usesBias ? builder.matrix("bias") : nil
    product = RecurrentProduct(units: options.units, columns: productColumns ?? columns, builder)
    sharedWork =
      product.sharesRows ? recurrentKernel.rows * recurrentKernel.columns : 0
  }

  /// `input · kernel + bias` for all steps at once.
  ///
  /// - Parameters:
  ///   - addsBias: Whether the bias is added here.
  ///   - result: `[rows, columns]`.
  @inline(__always)
  func project(
    _ input: InputRows<Scalar>, addsBias: Bool = true, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    projection.project(input, bias: addsBias ? bias?.values : nil, rows: rows, into: result)
  }

  /// Call before the products of a batch with the recurrent kernel.
  @inline(__always)
  func prepare(transposed: Bool) {
    product.prepare(recurrentKernel.values, transposed: transposed)
  }

  /// `result += hidden · recurrentKernel`.
  @inline(__always)
  func addProduct(
    _ hidden: UnsafePointer<Scalar>, rows: Int, to result: UnsafeMutablePointer<Scalar>
  ) {
    product.add(hidden, recurrentKernel.values, rows: rows, to: result)
  }

  /// The gradient of the hidden state from that of its product.
  @inline(__always)
  func goBackToHidden(
    _ gradient: UnsafePointer<Scalar>, rows: Int, into result: UnsafeMutablePointer<Scalar>,
    accumulate: Bool
  ) {
    product.multiplyTransposed(
      gradient, recurrentKernel.values, rows: rows, into: result, accumulate: accumulate)
  }

  /// The gradient of the inputs, where it is asked for, then that of the kernel.
  ///
  /// - Parameter gradient: That of what ``project(_:addsBias:rows:into:)`` computed.
  @inline(__always)
  func goBackToInput(
    _ gradient: UnsafePointer<Scalar>, input: InputRows<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    projection.goBack(gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
  }

  /// The gradient of a bias that is added to the inputs' products alone.
  @inline(__always)
  func addBiasGradient(
    _ gradient: UnsafePointer<Scalar>, rows: Int, sink: any GradientSink<Scalar>
  ) {
    if let bias { sink.add(bias, left: nil, right: gradient, inner: rows) }
  }
}
