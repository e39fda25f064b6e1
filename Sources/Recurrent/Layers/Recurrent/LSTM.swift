import Kernels

/// `keras.layers.LSTM`.
struct LSTMDescription: RecurrentDescription {
  static let className = "LSTM"
  static let options = RecurrentOptions.defaults.merging([
    "recurrent_activation": "sigmoid", "unit_forget_bias": true,
  ]) { _, new in new }

  let recurrent: RecurrentOptions
  let recurrentActivation: Activation
  private let bias: WeightOptions
  var stateNames: [String] { ["hidden", "cell"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    recurrentActivation = try options.activation("recurrent_activation")
    var bias = recurrent.bias
    if try options.flag("unit_forget_bias"), bias.initializer == .zeros {
      bias.initializer = .unitForgetBias
    }
    self.bias = bias
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "lstm_cell")
    return [
      ParameterShape("kernel", in: cell, [input.features, 4 * units], recurrent.kernel),
      ParameterShape(
        "recurrent_kernel", in: cell, [units, 4 * units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [4 * units], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: LSTMCell(self, builder))
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
/// a step is one kernel.
///
/// Shapes: hidden and cell state `[rows, units]`, gates `[rows, 4 × units]`.
/// Memory: `batch × (timeSteps × 7 + 4) × units` scalars from the model's plan, and for large layers a packed
/// recurrent kernel of `4 × units²`, rounded up; with other activations `batch × timeSteps × 8 × units` more.
final class LSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let activation, recurrentActivation: Activation
  /// Whether a step is one kernel.
  private let isFused: Bool

  private let weights: CellWeights<Scalar>

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let gates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]
  private let activeCells: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units], tanh(c)
  /// The gates before their activations, and the gradients of that; where a step is one kernel, the gates make room
  /// for their gradients.
  private let before: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]
  private let gradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]

  init(_ description: LSTMDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    activation = description.recurrent.activation
    recurrentActivation = description.recurrentActivation
    isFused = activation == .tanh && recurrentActivation == .sigmoid
    weights = CellWeights(description.recurrent, columns: 4 * units, builder)
    plan = builder.plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    hiddens = plan.reserve(all + state)
    cells = plan.reserve(all + state)
    hiddenGradient = plan.reserve(state)
    cellGradient = plan.reserve(state)
    gates = plan.reserve(4 * all)
    activeCells = plan.reserve(all)
    before = isFused ? gates : plan.reserve(4 * all)
    gradient = isFused ? gates : plan.reserve(4 * all)
    states = [hiddens, cells]
    stateGradients = [hiddenGradient, cellGradient]
  }

  var sharedWork: Int { weights.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, rows: rows, into: plan[gates])
    weights.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, rows) = (slice.place * units, slice.rows)
    let after = at + slice.stride * units
    let (gates, cells) = (plan[gates] + 4 * at, plan[cells])
    let (active, hiddens) = (plan[activeCells] + at, plan[hiddens] + after)
    if !slice.isFirst { weights.addProduct(hidden, rows: rows, to: gates) }
    if isFused {
      weights.forEachSliceOfAStep(of: rows) { first, rows in
        let first = first * units
        Scalar.lstmForward(
          gates: gates + 4 * first, previousCell: cells + at + first, cell: cells + after + first,
          tanhCell: active + first, hidden: hiddens + first, rows: rows, units: units)
      }
      return
    }
    (plan[before] + 4 * at).update(from: gates, count: 4 * rows * units)
    forEachGate(rows: rows) { place, activation in
      Scalar.activate(gates + place, by: activation, rows: 1, columns: units)
    }
    for row in 0..<rows {
      let (gates, row) = (gates + 4 * row * units, row * units)
      let cell = cells + after + row
      Scalar.multiplyElements(gates + units, cells + at + row, into: cell, count: units)
      Scalar.addProducts(gates, gates + 2 * units, to: cell, count: units)
    }
    active.update(from: cells + after, count: rows * units)
    Scalar.activate(active, by: activation, rows: rows, columns: units)
    for row in 0..<rows {
      let (outputGates, row) = (gates + (4 * row + 3) * units, row * units)
      Scalar.multiplyElements(outputGates, active + row, into: hiddens + row, count: units)
    }
  }

  func beginBackward() { weights.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, rows) = (slice.place * units, slice.rows)
    let first = slice.first * units
    let (gates, gradient) = (plan[gates] + 4 * at, plan[gradient] + 4 * at)
    let (hiddenGradient, cellGradient) = (plan[hiddenGradient] + first, plan[cellGradient] + first)
    let (cells, active) = (plan[cells], plan[activeCells] + at)
    if isFused {
      weights.forEachSliceOfAStep(of: rows) { first, rows in
        let first = first * units
        Scalar.lstmBackward(
          gates: gates + 4 * first, previousCell: cells + at + first, tanhCell: active + first,
          hiddenGradient: hiddenGradient + first, cellGradient: cellGradient + first, rows: rows,
          units: units)
      }
    } else {
      let after = cells + at + slice.stride * units
      for row in 0..<rows {
        let (outputs, row) = ((4 * row + 3) * units, row * units)
        let ofHidden = hiddenGradient + row
        Scalar.multiplyElements(ofHidden, active + row, into: gradient + outputs, count: units)
        // The gradient of activation(c), in its place for a moment.
        Scalar.multiplyElements(ofHidden, gates + outputs, into: ofHidden, count: units)
      }
      Scalar.activationGradient(
        hiddenGradient, of: activation, before: after, after: active, rows: rows, columns: units)
      Scalar.add(hiddenGradient, to: cellGradient, count: rows * units)
      for row in 0..<rows {
        let (gates, gradient) = (gates + 4 * row * units, gradient + 4 * row * units)
        let (ofCell, cell) = (cellGradient + row * units, cells + at + row * units)
        Scalar.multiplyElements(ofCell, gates + 2 * units, into: gradient, count: units)
        Scalar.multiplyElements(ofCell, cell, into: gradient + units, count: units)
        Scalar.multiplyElements(ofCell, gates, into: gradient + 2 * units, count: units)
        Scalar.multiplyElements(ofCell, gates + units, into: ofCell, count: units)
      }
      let before = plan[before] + 4 * at
      forEachGate(rows: rows) { place, activation in
        Scalar.activationGradient(
          gradient + place, of: activation, before: before + place, after: gates + place, rows: 1,
          columns: units)
      }
    }
    guard needsHidden else { return }
    weights.goBackToHidden(gradient, rows: rows, into: hiddenGradient, accumulate: false)
  }

  /// Calls `body` with where the gates i, f, c, o of each row begin, and the activation of each.
  @inline(__always)
  private func forEachGate(rows: Int, _ body: (_ place: Int, _ activation: Activation) -> Void) {
    for gate in 0..<4 * rows {
      body(gate * units, gate % 4 == 2 ? activation : recurrentActivation)
    }
  }

  func skipBackward(_ slice: StepSlice) {
    Scalar.fill(
      plan[gradient] + 4 * slice.place * units, with: 0, count: 4 * slice.rows * units)
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
