import Kernels

/// `keras.layers.SimpleRNN`.
struct SimpleRNNDescription: LayerDescription {
  static let className = "SimpleRNN"
  static let options = RecurrentOptions.defaults

  let recurrent: RecurrentOptions
  var needsSequence: Bool { true }
  var isStateful: Bool { recurrent.isStateful }
  var stateNames: [String] { ["hidden"] }
  var stateUnits: Int { recurrent.units }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
  }

  func output(of input: SampleShape) -> SampleShape { recurrent.output(of: input) }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "simple_rnn_cell")
    return [
      ParameterShape("kernel", in: cell, [input.features, units], recurrent.kernel),
      ParameterShape("recurrent_kernel", in: cell, [units, units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [units], recurrent.bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(
      recurrent, builder, cell: SimpleRNNCell(self, builder), hasCellState: false)
  }
}

/// A fully connected recurrence (Elman 1990), as `keras.layers.SimpleRNNCell` computes it:
///
///     hₜ = activation(xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)
///
/// Memory: `3 × batch × timeSteps × units` scalars.
final class SimpleRNNCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let activation: Activation
  private let weights: CellWeights<Scalar>
  private let plan: MemoryPlan<Scalar>
  private let before: MemoryPlan<Scalar>.Region  // [steps, rows, units], before the activation
  private let after: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  private let gradient: MemoryPlan<Scalar>.Region  // [steps, rows, units]

  init(_ description: SimpleRNNDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    activation = description.recurrent.activation
    weights = CellWeights(builder, usesBias: description.recurrent.usesBias)
    plan = builder.plan
    let all = builder.input.steps * builder.batch * units
    before = plan.reserve(all)
    after = plan.reserve(all)
    gradient = plan.reserve(all)
  }

  @specialized(where Scalar == Float)
  func project(_ input: UnsafePointer<Scalar>, steps: Int, rows: Int) {
    weights.project(input, rows: steps * rows, into: plan[before])
  }

  @specialized(where Scalar == Float)
  func forward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, hidden: UnsafeMutablePointer<Scalar>,
    cell: UnsafeMutablePointer<Scalar>
  ) {
    let at = step * rows * units
    let before = plan[before] + at
    Scalar.multiply(
      previousHidden, transposeLeft: false, weights.recurrentKernel.values, transposeRight: false,
      rows: rows, columns: units, inner: units, into: before, accumulate: true)
    hidden.update(from: before, count: rows * units)
    activation.apply(hidden, rows: rows, columns: units)
    (plan[after] + at).update(from: hidden, count: rows * units)
  }

  @specialized(where Scalar == Float)
  func backward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, cell: UnsafePointer<Scalar>,
    hiddenGradient: UnsafeMutablePointer<Scalar>, cellGradient: UnsafeMutablePointer<Scalar>,
    mask: UnsafePointer<UInt8>?
  ) {
    let at = step * rows * units
    let gradient = plan[gradient] + at
    gradient.update(from: hiddenGradient, count: rows * units)
    activation.applyGradient(
      gradient, before: plan[before] + at, after: plan[after] + at, rows: rows, columns: units)
    for row in 0..<rows where mask.map({ $0[row] == 0 }) ?? false {
      (gradient + row * units).update(repeating: 0, count: units)
    }
    for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true {
      Scalar.multiply(
        gradient + row * units, transposeLeft: false, weights.recurrentKernel.values,
        transposeRight: true, rows: 1, columns: units, inner: units,
        into: hiddenGradient + row * units, accumulate: false)
    }
  }

  @specialized(where Scalar == Float)
  func finish(
    input: UnsafePointer<Scalar>, hiddens: UnsafePointer<Scalar>, steps: Int, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    weights.finish(
      gradient: plan[gradient], input: input, hiddens: hiddens, rows: steps * rows,
      inputGradient: inputGradient, sink: sink)
  }
}
