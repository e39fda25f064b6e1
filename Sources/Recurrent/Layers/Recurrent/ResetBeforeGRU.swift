import Kernels

/// The gated recurrent unit that resets before the product, as `keras.layers.GRUCell` computes it with
/// `reset_after=False` (Cho et al. 2014, version 3):
///
///     z, r = σ, σ of (xₜ · kernel + bias + hₜ₋₁ · recurrentKernel)
///     g = tanh(xₜ · kernel + bias + (r ∘ hₜ₋₁) · recurrentKernel)
///     hₜ = z ∘ hₜ₋₁ + (1 − z) ∘ g
///
/// Its recurrent kernel is two matrices, the columns of z and r and those of g, which multiply different things.
///
/// Shapes: hidden state `[rows, units]`, gates `[rows, 3 × units]`.
/// Memory: `batch × (timeSteps × 14 + 3) × units + 6 × units²` scalars from the model's plan, and for large layers
/// packed recurrent kernels of `3 × units²`, rounded up.
final class ResetBeforeGRUCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let gate: GRUGates
  private let weights: CellWeights<Scalar>
  private let candidateProduct: RecurrentProduct<Scalar>

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let gates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  /// The gates before their activations, and the gradients of that.
  private let before: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  private let gradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 3 × units]
  /// What the hidden state contributes to z and r, and then the gradient of that.
  private let ofGates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 2 × units]
  /// What `r ∘ h` contributes to g, and then the gradient of that.
  private let ofCandidates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  private let factors: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units], r ∘ h
  private let factorGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  /// The recurrent kernel as two matrices, and their gradients.
  private let gateKernel: MemoryPlan<Scalar>.Region  // [units, 2 × units]
  private let candidateKernel: MemoryPlan<Scalar>.Region  // [units, units]
  private let gateKernelGradient: MemoryPlan<Scalar>.Region  // [units, 2 × units]
  private let candidateKernelGradient: MemoryPlan<Scalar>.Region  // [units, units]

  init(_ description: GRUDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    gate = GRUGates(description)
    weights = CellWeights(
      description.recurrent, columns: 3 * units, productColumns: 2 * units, builder)
    candidateProduct = RecurrentProduct(units: units, columns: units, builder)
    plan = builder.plan
    let state = builder.batch * units
    let all = builder.input.steps * state
    hiddens = plan.reserve(all + state)
    hiddenGradient = plan.reserve(state)
    gates = plan.reserve(3 * all)
    before = plan.reserve(3 * all)
    gradient = plan.reserve(3 * all)
    ofGates = plan.reserve(2 * all)
    ofCandidates = plan.reserve(all)
    factors = plan.reserve(all)
    factorGradient = plan.reserve(state)
    gateKernel = plan.reserve(2 * units * units)
    candidateKernel = plan.reserve(units * units)
    gateKernelGradient = plan.reserve(2 * units * units)
    candidateKernelGradient = plan.reserve(units * units)
    states = [hiddens]
    stateGradients = [hiddenGradient]
  }

  var sharedWork: Int { candidateProduct.isPacked ? weights.sharedWork : 0 }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, rows: rows, into: plan[gates])
    let (gateKernel, candidateKernel) = (plan[gateKernel], plan[candidateKernel])
    let recurrentKernel = weights.recurrentKernel.values
    Scalar.copyRows(
      recurrentKernel, step: 3 * units, to: gateKernel, step: 2 * units, rows: units,
      columns: 2 * units)
    Scalar.copyRows(
      recurrentKernel + 2 * units, step: 3 * units, to: candidateKernel, step: units, rows: units,
      columns: units)
    weights.product.prepare(gateKernel, transposed: false)
    candidateProduct.prepare(candidateKernel, transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, width, rows) = (slice.place * units, 3 * units, slice.rows)
    let (gates, before) = (plan[gates] + 3 * at, plan[before] + 3 * at)
    let (ofGates, ofCandidates) = (plan[ofGates] + 2 * at, plan[ofCandidates] + at)
    let (factors, after) = (plan[factors] + at, plan[hiddens] + at + slice.stride * units)
    fillRows(ofGates, with: nil, rows: rows, columns: 2 * units)
    if !slice.isFirst { weights.product.add(hidden, plan[gateKernel], rows: rows, to: ofGates) }
    for row in 0..<rows {
      let (gates, ofGates) = (gates + row * width, ofGates + 2 * row * units)
      Scalar.add(ofGates, to: gates, count: 2 * units)
      (before + row * width).update(from: gates, count: 2 * units)
      Scalar.activate(gates, by: gate.recurrentActivation, rows: 2, columns: units)
      Scalar.multiplyElements(
        gates + units, hidden + row * units, into: factors + row * units, count: units)
    }
    fillRows(ofCandidates, with: nil, rows: rows, columns: units)
    if !slice.isFirst {
      candidateProduct.add(factors, plan[candidateKernel], rows: rows, to: ofCandidates)
    }
    for row in 0..<rows {
      let candidates = gates + row * width + 2 * units
      Scalar.add(ofCandidates + row * units, to: candidates, count: units)
      (before + row * width + 2 * units).update(from: candidates, count: units)
      Scalar.activate(candidates, by: gate.activation, rows: 1, columns: units)
    }
    gate.mix(gates, hidden: hidden, into: after, rows: rows)
  }

  func beginBackward() {
    weights.product.prepare(plan[gateKernel], transposed: true)
    candidateProduct.prepare(plan[candidateKernel], transposed: true)
  }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, width, rows) = (slice.place * units, 3 * units, slice.rows)
    let first = slice.first * units
    let (gates, gradient) = (plan[gates] + 3 * at, plan[gradient] + 3 * at)
    let before = plan[before] + 3 * at
    let (ofGates, ofCandidates) = (plan[ofGates] + 2 * at, plan[ofCandidates] + at)
    let (hiddenGradient, ofFactors) = (plan[hiddenGradient] + first, plan[factorGradient] + first)
    gate.mixBackward(
      gates, before: before, hidden: hidden, hiddenGradient: hiddenGradient, gradient: gradient,
      rows: rows)
    Scalar.copyRows(
      gradient + 2 * units, step: width, to: ofCandidates, step: units, rows: rows, columns: units)
    candidateProduct.multiplyTransposed(
      ofCandidates, plan[candidateKernel], rows: rows, into: ofFactors, accumulate: false)
    for row in 0..<rows {
      let (gates, gradient) = (gates + row * width, gradient + row * width)
      let (ofFactors, place) = (ofFactors + row * units, row * units)
      Scalar.multiplyElements(ofFactors, hidden + place, into: gradient + units, count: units)
      Scalar.addProducts(ofFactors, gates + units, to: hiddenGradient + place, count: units)
      gate.activateBackward(gradient, before: before + row * width, gates: gates)
      (ofGates + 2 * row * units).update(from: gradient, count: 2 * units)
    }
    guard needsHidden else { return }
    weights.product.multiplyTransposed(
      ofGates, plan[gateKernel], rows: rows, into: hiddenGradient, accumulate: true)
  }

  func skipBackward(_ slice: StepSlice) {
    let (at, count) = (slice.place * units, slice.rows * units)
    Scalar.fill(plan[gradient] + 3 * at, with: 0, count: 3 * count)
    Scalar.fill(plan[ofGates] + 2 * at, with: 0, count: 2 * count)
    Scalar.fill(plan[ofCandidates] + at, with: 0, count: count)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let gradient = plan[gradient]
    weights.goBackToInput(
      gradient, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    let (ofGates, ofCandidates) = (plan[gateKernelGradient], plan[candidateKernelGradient])
    Scalar.multiply(
      hiddens, transposeLeft: true, plan[self.ofGates], transposeRight: false, rows: units,
      columns: 2 * units, inner: rows, into: ofGates, accumulate: false)
    Scalar.multiply(
      plan[factors], transposeLeft: true, plan[self.ofCandidates], transposeRight: false,
      rows: units, columns: units, inner: rows, into: ofCandidates, accumulate: false)
    sink.add(weights.recurrentKernel) { sums in
      for row in 0..<units {
        let sums = sums + 3 * row * units
        Scalar.add(ofGates + 2 * row * units, to: sums, count: 2 * units)
        Scalar.add(ofCandidates + row * units, to: sums + 2 * units, count: units)
      }
    }
    weights.addBiasGradient(gradient, rows: rows, sink: sink)
  }
}
