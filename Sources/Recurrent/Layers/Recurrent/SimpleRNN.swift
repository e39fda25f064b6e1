import Kernels

/// `keras.layers.SimpleRNN`.
struct SimpleRNNDescription: RecurrentDescription {
  static let className = "SimpleRNN"
  static let options = RecurrentOptions.defaults

  let recurrent: RecurrentOptions
  var stateNames: [String] { ["hidden"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "simple_rnn_cell")
    return [
      ParameterShape("kernel", in: cell, [input.features, units], recurrent.kernel),
      ParameterShape("recurrent_kernel", in: cell, [units, units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [units], recurrent.bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: SimpleRNNCell(self, builder))
  }
}

/// A fully connected recurrence (Elman 1990), as `keras.layers.SimpleRNNCell` computes it:
///
///     hₜ = activation(xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)
///
/// Shapes: hidden state `[rows, units]`.
/// Memory: `batch × (timeSteps × 2 + 2) × units` scalars from the model's plan, and for large layers a packed recurrent
/// kernel of `units²`, rounded up; `batch × timeSteps × units` more where the activation's gradient needs what it was
/// applied to.
final class SimpleRNNCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let activation: Activation
  private let weights: CellWeights<Scalar>

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let before: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units], before the activation
  private let gradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units], of that

  init(_ description: SimpleRNNDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    activation = description.recurrent.activation
    weights = CellWeights(description.recurrent, columns: units, builder)
    plan = builder.plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    hiddens = plan.reserve(all + state)
    hiddenGradient = plan.reserve(state)
    states = [hiddens]
    stateGradients = [hiddenGradient]
    before = plan.reserve(all)
    gradient = activation.needsValuesBefore ? plan.reserve(all) : before
  }

  var sharedWork: Int { weights.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, rows: rows, into: plan[before])
    weights.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, rows) = (slice.place * units, slice.rows)
    let (before, after) = (plan[before] + at, plan[hiddens] + at + slice.stride * units)
    if !slice.isFirst { weights.addProduct(hidden, rows: rows, to: before) }
    if activation == .tanh {
      Scalar.rnnForward(before, hidden: after, count: rows * units)
    } else {
      after.update(from: before, count: rows * units)
      Scalar.activate(after, by: activation, rows: rows, columns: units)
    }
  }

  func beginBackward() { weights.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, rows) = (slice.place * units, slice.rows)
    let hiddenGradient = plan[hiddenGradient] + slice.first * units
    let gradient = plan[gradient] + at
    let after = plan[hiddens] + at + slice.stride * units
    if activation == .tanh {
      Scalar.rnnBackward(
        hidden: after, hiddenGradient: hiddenGradient, gradient: gradient, count: rows * units)
    } else {
      gradient.update(from: hiddenGradient, count: rows * units)
      Scalar.activationGradient(
        gradient, of: activation, before: plan[before] + at, after: after, rows: rows,
        columns: units)
    }
    guard needsHidden else { return }
    weights.goBackToHidden(gradient, rows: rows, into: hiddenGradient, accumulate: false)
  }

  func skipBackward(_ slice: StepSlice) {
    Scalar.fill(plan[gradient] + slice.place * units, with: 0, count: slice.rows * units)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let gradient = plan[gradient]
    weights.goBackToInput(
      gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    sink.add(weights.recurrentKernel, left: hiddens, right: gradient, inner: rows)
    weights.addBiasGradient(gradient, rows: rows, sink: sink)
  }
}
