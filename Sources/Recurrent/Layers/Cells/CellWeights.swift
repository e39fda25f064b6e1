import Kernels

/// The weights of a cell that adds what inputs and hidden state give: `x · kernel + h · recurrentKernel + bias`.
struct CellWeights<Scalar: KernelScalar> {
  private let parameters: ParameterStore<Scalar>
  private let kernel: ParameterStore<Scalar>.Matrix
  let recurrentKernel: ParameterStore<Scalar>.Matrix
  private let bias: ParameterStore<Scalar>.Matrix?

  init(_ builder: LayerBuilder<Scalar>, usesBias: Bool) {
    parameters = builder.parameters
    kernel = builder.matrix("kernel")
    recurrentKernel = builder.matrix("recurrent_kernel")
    bias = usesBias ? builder.matrix("bias") : nil
  }

  /// What the inputs of all steps give, the bias included.
  func project(
    _ input: UnsafePointer<Scalar>, rows: Int, into result: UnsafeMutablePointer<Scalar>
  ) {
    parameters.project(input, kernel, bias: bias?.values, rows: rows, into: result)
  }

  /// Computes the gradient of the inputs, where it is asked for, and updates the weights.
  ///
  /// - Parameters:
  ///   - gradient: That of the sum, for all rows of all steps.
  ///   - hiddens: The hidden states before each step.
  func finish(
    gradient: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>, hiddens: UnsafePointer<Scalar>,
    rows: Int, inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    if let inputGradient {
      Scalar.multiply(
        gradient, transposeLeft: false, kernel.values, transposeRight: true, rows: rows,
        columns: kernel.rows, inner: kernel.columns, into: inputGradient, accumulate: false)
    }
    sink.add(kernel, left: input, right: gradient, inner: rows)
    sink.add(
      recurrentKernel, left: hiddens, right: gradient, inner: rows)
    if let bias {
      sink.add(bias, left: nil, right: gradient, inner: rows)
    }
  }
}
