import Kernels

/// `keras.layers.LSTM`.
struct LSTMDescription: RecurrentDescription {
  static let className = "LSTM"
  static let options = LSTMOptions.defaults

  private let lstm: LSTMOptions
  var recurrent: RecurrentOptions { lstm.recurrent }
  var stateNames: [String] { ["hidden", "cell"] }

  init(_ options: LayerOptions) throws(ConfigurationError) { lstm = try LSTMOptions(options) }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    lstm.parameters(of: input, in: "lstm_cell")
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: LSTMCell(lstm, builder))
  }
}

/// The options of `keras.layers.LSTM`, which others of its kind have too.
struct LSTMOptions: Sendable {
  static let defaults = RecurrentOptions.defaults.merging([
    "recurrent_activation": "sigmoid", "unit_forget_bias": true,
  ]) { _, new in new }

  let recurrent: RecurrentOptions
  let recurrentActivation: Activation
  private let bias: WeightOptions

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    recurrentActivation = try options.activation("recurrent_activation")
    var bias = recurrent.bias
    if try options.flag("unit_forget_bias"), bias.initializer == .zeros {
      bias.initializer = .unitForgetBias
    }
    self.bias = bias
  }

  /// Kernel, recurrent kernel and bias of the four gates.
  ///
  /// - Parameter cell: Keras' name of the cell.
  func parameters(of input: SampleShape, in cell: String) -> [ParameterShape] {
    let units = recurrent.units
    return [
      ParameterShape("kernel", in: cell, [input.features, 4 * units], recurrent.kernel),
      ParameterShape(
        "recurrent_kernel", in: cell, [units, 4 * units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [4 * units], bias)] : [])
  }
}

/// Long short-term memory (Hochreiter & Schmidhuber 1997; with a forget gate, Gers et al. 2000), as
/// `keras.layers.LSTMCell` computes it:
///
///     i, f, g, o = σ, σ, tanh, σ of (xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)
///     cₜ = f ∘ cₜ₋₁ + i ∘ g
///     hₜ = o ∘ tanh(cₜ)
///
/// Gate order i, f, c, o as in Keras, where c is the candidate g. Other activations may stand for σ and tanh; with these
/// a step is one kernel. With peepholes the gates see the cell state, see ``PeepholeLSTMDescription``.
///
/// Shapes: hidden and cell state `[rows, units]`, gates `[rows, 4 × units]`.
/// Memory: `batch × (timeSteps × 7 + 4) × units` scalars from the model's plan, and for large layers a packed
/// recurrent kernel of `4 × units²`, rounded up; with other activations or peepholes up to
/// `batch × timeSteps × 8 × units` more.
final class LSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units, timeSteps: Int
  private let weights: CellWeights<Scalar>
  private let peepholes: LSTMPeepholes<Scalar>?

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let gates: LSTMGates<Scalar>  // [timeSteps, rows, 4 × units]

  init(
    _ options: LSTMOptions, _ builder: LayerBuilder<Scalar>,
    peepholes: LSTMPeepholes<Scalar>? = nil
  ) {
    units = options.recurrent.units
    timeSteps = builder.input.steps
    weights = CellWeights(options.recurrent, columns: 4 * units, builder)
    self.peepholes = peepholes
    plan = builder.plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    hiddens = plan.reserve(all + state)
    cells = plan.reserve(all + state)
    hiddenGradient = plan.reserve(state)
    cellGradient = plan.reserve(state)
    gates = LSTMGates(
      units: units, activation: options.recurrent.activation,
      recurrentActivation: options.recurrentActivation,
      rows: builder.input.steps * builder.batch, plan: plan, peepholes: peepholes)
    states = [hiddens, cells]
    stateGradients = [hiddenGradient, cellGradient]
  }

  var sharedWork: Int { weights.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, rows: rows, into: gates.values)
    weights.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, rows) = (slice.place * units, slice.rows)
    let after = at + slice.stride * units
    let (cells, hiddens) = (plan[cells], plan[hiddens] + after)
    if !slice.isFirst { weights.addProduct(hidden, rows: rows, to: gates.values + 4 * at) }
    weights.product.forEachSliceOfAStep(of: rows) { first, rows in
      let place = first * units
      gates.forward(
        place: slice.place + first, rows: rows, previousCell: cells + at + place,
        cell: cells + after + place, hidden: hiddens + place)
    }
  }

  func beginBackward() { weights.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, rows) = (slice.place * units, slice.rows)
    let first = slice.first * units
    let (hiddenGradient, cellGradient) = (plan[hiddenGradient] + first, plan[cellGradient] + first)
    let (before, after) = (plan[cells] + at, plan[cells] + at + slice.stride * units)
    weights.product.forEachSliceOfAStep(of: rows) { first, rows in
      let place = first * units
      gates.backward(
        place: slice.place + first, rows: rows, previousCell: before + place,
        cell: after + place, hiddenGradient: hiddenGradient + place,
        cellGradient: cellGradient + place)
    }
    guard needsHidden else { return }
    weights.goBackToHidden(
      gates.gradients + 4 * at, rows: rows, into: hiddenGradient, accumulate: false)
  }

  func skipBackward(_ slice: StepSlice) {
    gates.skipBackward(place: slice.place, rows: slice.rows)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let gradient = gates.gradients
    weights.goBackToInput(
      gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    sink.add(weights.recurrentKernel, left: hiddens, right: gradient, inner: rows)
    weights.addBiasGradient(gradient, rows: rows, sink: sink)
    peepholes?.addGradients(
      gradient, cells: plan[cells], stride: rows / timeSteps, rows: rows, sink: sink)
  }
}
