import Files
import Kernels

/// The sLSTM of xLSTM (Beck et al. 2024): an LSTM with exponential gates, a normalizer and a stabilizer.
struct SLSTMDescription: RecurrentDescription {
  static let className = "SLSTM"
  static let options = RecurrentOptions.defaults.filter { $0.key != "activation" }.merging([
    "heads": 1, "forget_activation": "sigmoid",
  ]) { _, new in new }
  static let isOfKeras = false

  let recurrent: RecurrentOptions
  /// How many groups of units there are, that see the hidden state of their own group alone.
  fileprivate let heads: Int
  fileprivate let forgetsExponentially: Bool
  var stateNames: [String] { ["hidden", "cell", "normalizer", "stabilizer"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    heads = try options.size("heads")
    guard recurrent.units.isMultiple(of: heads) else {
      throw options.error("heads", "does not divide the units, \(recurrent.units)")
    }
    let activation = try options.activation("forget_activation")
    guard [.sigmoid, .exponential].contains(activation) else {
      throw options.error("forget_activation", "is neither sigmoid nor exponential")
    }
    forgetsExponentially = activation == .exponential
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "slstm_cell")
    return [
      ParameterShape("kernel", in: cell, [input.features, 4 * units], recurrent.kernel),
      ParameterShape(
        "recurrent_kernel", in: cell, [units, 4 * units / heads], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [4 * units], recurrent.bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: SLSTMCell(self, builder))
  }
}

/// One step of an sLSTM, gates i, f, z, o side by side:
///
///     ĩ, f̃, z̃, õ = xₜ · kernel + hₜ₋₁ · recurrentKernel + bias
///     mₜ = max(ĩ, ln f + mₜ₋₁), with f = σ(f̃), or e^f̃
///     cₜ = e^(ln f + mₜ₋₁ − mₜ) ∘ cₜ₋₁ + e^(ĩ − mₜ) ∘ tanh(z̃)
///     nₜ = e^(ln f + mₜ₋₁ − mₜ) ∘ nₜ₋₁ + e^(ĩ − mₜ)
///     hₜ = σ(õ) ∘ cₜ / nₜ
///
/// As in the authors' code m begins with ĩ, where n is still 0. With several heads the recurrent kernel is block-diagonal,
/// see ``HeadProducts``.
///
/// Shapes: hidden state, cell, normalizer and stabilizer `[rows, units]`, gates `[rows, 4 × units]`.
/// Memory: `batch × (timeSteps × 9 + 8) × units` scalars from the model's plan, and that of ``HeadProducts``.
final class SLSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let forgetsExponentially: Bool
  private let projection: InputProjection<Scalar>
  private let products: HeadProducts<Scalar>
  private let bias: ParameterStore<Scalar>.Matrix?

  private let plan: MemoryPlan<Scalar>
  /// Hidden state, cell, normalizer and stabilizer.
  let states: [MemoryPlan<Scalar>.Region]  // [1 + timeSteps, rows, units] each
  let stateGradients: [MemoryPlan<Scalar>.Region]  // [rows, units] each
  private let gates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]
  private let forgetSlope: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]

  init(_ description: SLSTMDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    forgetsExponentially = description.forgetsExponentially
    projection = InputProjection(builder)
    products = HeadProducts(units: units, heads: description.heads, gates: 4, builder)
    bias = description.recurrent.usesBias ? builder.matrix("bias") : nil
    let plan = builder.plan
    self.plan = plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    states = description.stateNames.map { _ in plan.reserve(all + state) }
    stateGradients = description.stateNames.map { _ in plan.reserve(state) }
    gates = plan.reserve(4 * all)
    forgetSlope = plan.reserve(all)
  }

  var sharedWork: Int { products.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    projection.project(input, bias: bias?.values, rows: rows, into: plan[gates])
    products.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    if !slice.isFirst {
      products.add(hidden, slice, to: plan[gates] + 4 * slice.place * units)
    }
    let hiddens = plan[states[0]] + (slice.place + slice.stride) * units
    products.forEachSliceOfAStep(of: slice.rows) { first, rows in
      Scalar.slstmForward(
        step(slice, first: first), hidden: hiddens + first * units,
        forgetsExponentially: forgetsExponentially, rows: rows, units: units)
    }
  }

  func beginBackward() { products.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let hiddenGradient = plan[stateGradients[0]] + slice.first * units
    products.forEachSliceOfAStep(of: slice.rows) { first, rows in
      let place = first * units
      Scalar.slstmBackward(
        step(slice, first: first), hiddenGradient: hiddenGradient + place,
        gradients: all(of: stateGradients, at: slice.first * units + place), rows: rows,
        units: units)
    }
    guard needsHidden else { return }
    products.goBack(plan[gates] + 4 * slice.place * units, slice, into: hiddenGradient)
  }

  /// What the kernels are given of a step, from a row of the slice on.
  @inline(__always)
  private func step(_ slice: StepSlice, first: Int) -> SLSTMStep<Scalar> {
    let place = slice.place + first
    return SLSTMStep(
      gates: plan[gates] + 4 * place * units, previous: all(of: states, at: place * units),
      states: all(of: states, at: (place + slice.stride) * units),
      forgetSlope: plan[forgetSlope] + place * units)
  }

  /// Cell, normalizer and stabilizer, or their gradients.
  @inline(__always)
  private func all(of regions: [MemoryPlan<Scalar>.Region], at place: Int)
    -> SLSTMStep<Scalar>.States
  {
    (plan[regions[1]] + place, plan[regions[2]] + place, plan[regions[3]] + place)
  }

  func skipBackward(_ slice: StepSlice) {
    Scalar.fill(plan[gates] + 4 * slice.place * units, with: 0, count: 4 * slice.rows * units)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let gradient = plan[gates]
    projection.goBack(
      gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    products.addGradient(hiddens: hiddens, gradient, rows: rows, sink: sink)
    if let bias { sink.add(bias, left: nil, right: gradient, inner: rows) }
  }
}
