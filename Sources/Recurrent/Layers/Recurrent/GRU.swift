import Kernels

/// `keras.layers.GRU`.
struct GRUDescription: RecurrentDescription {
  static let className = "GRU"
  static let options = RecurrentOptions.defaults.merging([
    "recurrent_activation": "sigmoid", "reset_after": true,
  ]) { _, new in new }

  let recurrent: RecurrentOptions
  let recurrentActivation: Activation
  let resetsAfter: Bool
  var stateNames: [String] { ["hidden"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    recurrentActivation = try options.activation("recurrent_activation")
    resetsAfter = try options.flag("reset_after")
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let units = recurrent.units
    let bias = resetsAfter ? [2, 3 * units] : [3 * units]
    return [
      ParameterShape("kernel", in: "gru_cell", [input.features, 3 * units], recurrent.kernel),
      ParameterShape(
        "recurrent_kernel", in: "gru_cell", [units, 3 * units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: "gru_cell", bias, recurrent.bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let cell: any RecurrentCell<Scalar> =
      resetsAfter ? GRUCell(self, builder) : ResetBeforeGRUCell(self, builder)
    return RecurrentLayer(recurrent, builder, cell: cell)
  }
}

/// Gated recurrent unit (Cho et al. 2014) in the form that resets after the product, as `keras.layers.GRUCell`
/// computes it by default, gates z, r, g side by side:
///
///     z, r = σ, σ of (xₜ · kernel + bias + hₜ₋₁ · recurrentKernel + recurrentBias)
///     g = tanh(xₜ · kernel + bias + r ∘ (hₜ₋₁ · recurrentKernel + recurrentBias))
///     hₜ = z ∘ hₜ₋₁ + (1 − z) ∘ g
///
/// Other activations may stand for σ and tanh; with these a step is one kernel. Bias and recurrent bias are the two rows
/// of one parameter.
///
/// Shapes: hidden state `[rows, units]`, gates `[rows, 3 × units]`.
/// Memory: `batch × (timeSteps × 7 + 2) × units` scalars from the model's plan, and for large layers a packed
/// recurrent kernel of `3 × units²`, rounded up; with other activations `batch × timeSteps × 6 × units` more.
final class GRUCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let gate: GRUGates
  /// Whether a step is one kernel.
  private let isFused: Bool
  private let weights: CellWeights<Scalar>

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let gates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  /// The gates before their activations, and the gradients of that.
  private let before: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  private let gradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  /// What the hidden state contributes, and then the gradient of that.
  private let inner: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]

  init(_ description: GRUDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    gate = GRUGates(description)
    isFused = gate.activation == .tanh && gate.recurrentActivation == .sigmoid
    weights = CellWeights(description.recurrent, columns: 3 * units, builder)
    plan = builder.plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    hiddens = plan.reserve(all + state)
    hiddenGradient = plan.reserve(state)
    gates = plan.reserve(3 * all)
    before = isFused ? gates : plan.reserve(3 * all)
    gradient = isFused ? gates : plan.reserve(3 * all)
    inner = plan.reserve(3 * all)
    states = [hiddens]
    stateGradients = [hiddenGradient]
  }

  var sharedWork: Int { weights.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, rows: rows, into: plan[gates])
    weights.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, width, rows) = (slice.place * units, 3 * units, slice.rows)
    let (gates, before) = (plan[gates] + 3 * at, plan[before] + 3 * at)
    let (inner, after) = (plan[inner] + 3 * at, plan[hiddens] + at + slice.stride * units)
    fillRows(inner, with: weights.bias.map { $0.values + width }, rows: rows, columns: width)
    if !slice.isFirst { weights.addProduct(hidden, rows: rows, to: inner) }
    if isFused {
      weights.product.forEachSliceOfAStep(of: rows) { first, rows in
        let first = first * units
        Scalar.gruForward(
          gates: gates + 3 * first, inner: inner + 3 * first, previousHidden: hidden + first,
          hidden: after + first, rows: rows, units: units)
      }
      return
    }
    for row in 0..<rows {
      let (gates, inner) = (gates + row * width, inner + row * width)
      Scalar.add(inner, to: gates, count: 2 * units)
      (before + row * width).update(from: gates, count: 2 * units)
      Scalar.activate(gates, by: gate.recurrentActivation, rows: 2, columns: units)
      let candidates = gates + 2 * units
      Scalar.addProducts(gates + units, inner + 2 * units, to: candidates, count: units)
      (before + row * width + 2 * units).update(from: candidates, count: units)
      Scalar.activate(candidates, by: gate.activation, rows: 1, columns: units)
    }
    gate.mix(gates, hidden: hidden, into: after, rows: rows)
  }

  func beginBackward() { weights.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, width, rows) = (slice.place * units, 3 * units, slice.rows)
    let (gates, gradient) = (plan[gates] + 3 * at, plan[gradient] + 3 * at)
    let (before, inner) = (plan[before] + 3 * at, plan[inner] + 3 * at)
    let hiddenGradient = plan[hiddenGradient] + slice.first * units
    if isFused {
      weights.product.forEachSliceOfAStep(of: rows) { first, rows in
        let first = first * units
        Scalar.gruBackward(
          gates: gates + 3 * first, inner: inner + 3 * first, previousHidden: hidden + first,
          hiddenGradient: hiddenGradient + first, rows: rows, units: units)
      }
    } else {
      gate.mixBackward(
        gates, before: before, hidden: hidden, hiddenGradient: hiddenGradient, gradient: gradient,
        rows: rows)
      for row in 0..<rows {
        let (gates, gradient) = (gates + row * width, gradient + row * width)
        let inner = inner + row * width
        let (ofReset, ofCandidates) = (gradient + units, gradient + 2 * units)
        let contribution = inner + 2 * units
        Scalar.multiplyElements(ofCandidates, contribution, into: ofReset, count: units)
        // From here on `inner` holds gradients.
        Scalar.multiplyElements(ofCandidates, gates + units, into: contribution, count: units)
        gate.activateBackward(gradient, before: before + row * width, gates: gates)
        inner.update(from: gradient, count: 2 * units)
      }
    }
    guard needsHidden else { return }
    weights.goBackToHidden(inner, rows: rows, into: hiddenGradient, accumulate: true)
  }

  func skipBackward(_ slice: StepSlice) {
    let (place, count) = (3 * slice.place * units, 3 * slice.rows * units)
    Scalar.fill(plan[gradient] + place, with: 0, count: count)
    Scalar.fill(plan[inner] + place, with: 0, count: count)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let (gradient, inner, width) = (plan[gradient], plan[inner], 3 * units)
    weights.goBackToInput(
      gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    sink.add(weights.recurrentKernel, left: hiddens, right: inner, inner: rows)
    guard let bias = weights.bias else { return }
    sink.add(bias) { sums in
      Scalar.addRows(of: gradient, mask: nil, rows: rows, columns: width, to: sums)
      Scalar.addRows(of: inner, mask: nil, rows: rows, columns: width, to: sums + width)
    }
  }
}

/// What both forms of a GRU compute value by value.
struct GRUGates {
  let units: Int
  let activation, recurrentActivation: Activation

  init(_ description: GRUDescription) {
    units = description.recurrent.units
    activation = description.recurrent.activation
    recurrentActivation = description.recurrentActivation
  }

  /// `z ∘ h + (1 − z) ∘ g`.
  @inline(__always)
  func mix<Scalar: KernelScalar>(
    _ gates: UnsafePointer<Scalar>, hidden: UnsafePointer<Scalar>,
    into result: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    for row in 0..<rows {
      let (gates, place) = (gates + 3 * row * units, row * units)
      Scalar.mix(
        hidden + place, gates + 2 * units, weights: gates, into: result + place, count: units)
    }
  }

  /// The gradients of z after, and of g before its activation; of the hidden state's what goes to the one before
  /// directly is left.
  @inline(__always)
  func mixBackward<Scalar: KernelScalar>(
    _ gates: UnsafePointer<Scalar>, before: UnsafePointer<Scalar>,
    hidden: UnsafePointer<Scalar>, hiddenGradient: UnsafeMutablePointer<Scalar>,
    gradient: UnsafeMutablePointer<Scalar>, rows: Int
  ) {
    for row in 0..<rows {
      let (place, row) = (3 * row * units, row * units)
      let (gates, gradient) = (gates + place, gradient + place)
      Scalar.mixGradient(
        hidden + row, gates + 2 * units, weights: gates, gradient: hiddenGradient + row,
        ofWeights: gradient, ofRight: gradient + 2 * units, count: units)
      Scalar.activationGradient(
        gradient + 2 * units, of: activation, before: before + place + 2 * units,
        after: gates + 2 * units, rows: 1, columns: units)
    }
  }

  /// The gradients of z and r of one row before their activations.
  @inline(__always)
  func activateBackward<Scalar: KernelScalar>(
    _ gradient: UnsafeMutablePointer<Scalar>, before: UnsafePointer<Scalar>,
    gates: UnsafePointer<Scalar>
  ) {
    Scalar.activationGradient(
      gradient, of: recurrentActivation, before: before, after: gates, rows: 2, columns: units)
  }
}
