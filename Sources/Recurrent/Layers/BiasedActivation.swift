import Kernels

/// What a layer makes of the products with its kernel: `activation(products + bias)`, and the way back.
///
/// Shapes: `[rows, columns]`, the rows of all steps and places together.
/// Memory: `rows × columns` scalars from the model's plan, twice as many where the activation's gradient needs the values
/// before it.
struct BiasedActivation<Scalar: KernelScalar> {
  private let columns: Int
  private let activation: Activation
  private let bias: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryRegion  // [rows, columns]
  /// What it was before the activation, where its gradient needs that.
  private let before: MemoryRegion  // [rows, columns]

  /// - Parameter rows: The most there are.
  init(
    _ activation: Activation, bias: ParameterStore<Scalar>.Matrix?, rows: Int, columns: Int,
    plan: MemoryPlan<Scalar>
  ) {
    (self.activation, self.bias, self.columns, self.plan) = (activation, bias, columns, plan)
    output = plan.reserve(rows * columns)
    before = plan.reserve(activation.needsValuesBefore ? rows * columns : 0)
  }

  /// The output with the bias in every row, to which the products are to be added.
  @inline(__always)
  func begin(rows: Int) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    fillRows(output, with: bias?.values, rows: rows, columns: columns)
    return output
  }

  /// Applies the activation to the output.
  @inline(__always)
  func finish(rows: Int) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    if activation.needsValuesBefore { plan[before].update(from: output, count: rows * columns) }
    Scalar.activate(output, by: activation, rows: rows, columns: columns)
    return output
  }

  /// Turns the gradient of the output into that of the products.
  @inline(__always)
  func beginBackward(
    _ gradient: UnsafeMutablePointer<Scalar>, rows: Int, in batch: BatchContext<Scalar>
  ) {
    guard !batch.isGradientBeforeActivation else { return }
    Scalar.activationGradient(
      gradient, of: activation, before: plan[before], after: plan[output], rows: rows,
      columns: columns)
  }

  /// Hands over the gradient of the bias.
  @inline(__always)
  func addBiasGradient(
    _ gradient: UnsafePointer<Scalar>, rows: Int, sink: any GradientSink<Scalar>
  ) {
    if let bias { sink.add(bias, left: nil, right: gradient, inner: rows) }
  }
}
