import Kernels

/// The minimal gated recurrent unit of Feng et al. 2024, "Were RNNs all we needed?": its gate and its candidate see the
/// input alone.
enum MinGRUKind: InputGatesKind {
  static let (className, cellName, gates) = ("MinGRU", "min_gru_cell", 2)

  static func makeLayer<Scalar: KernelScalar>(
    _ recurrent: RecurrentOptions, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: MinGRUCell(recurrent, builder))
  }
}

/// The plain form of minGRU, not that in the space of logarithms, with gates z, g side by side:
///
///     z = σ(xₜ · kernel + bias)
///     g = xₜ · kernel + bias
///     hₜ = (1 − z) ∘ hₜ₋₁ + z ∘ g
///
/// An activation may be applied to g. All gates are computed before the first step.
///
/// Shapes: hidden state `[rows, units]`, gates `[rows, 2 × units]`.
/// Memory: `batch × (timeSteps × 5 + 2) × units` scalars from the model's plan; `batch × timeSteps × units` more where the
/// activation's gradient needs what it was applied to.
final class MinGRUCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let gates: InputGates<Scalar>  // [timeSteps, rows, 2 × units]
  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]

  init(_ recurrent: RecurrentOptions, _ builder: LayerBuilder<Scalar>) {
    units = recurrent.units
    gates = InputGates(recurrent, sigmoids: 1, builder)
    plan = builder.plan
    let state = builder.batch * units
    hiddens = plan.reserve((builder.input.steps + 1) * state)
    hiddenGradient = plan.reserve(state)
    states = [hiddens]
    stateGradients = [hiddenGradient]
  }

  var sharedWork: Int { 0 }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) { gates.compute(input, rows: rows) }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (gates, after) = (
      gates.values + 2 * slice.place * units,
      plan[hiddens] + (slice.place + slice.stride) * units
    )
    for row in 0..<slice.rows {
      let (gates, place) = (gates + 2 * row * units, row * units)
      Scalar.mix(
        gates + units, hidden + place, weights: gates, into: after + place, count: units)
    }
  }

  func beginBackward() {}

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let place = 2 * slice.place * units
    let (values, gradient) = (gates.values + place, gates.gradients + place)
    let hiddenGradient = plan[hiddenGradient] + slice.first * units
    for row in 0..<slice.rows {
      let (values, gradient) = (values + 2 * row * units, gradient + 2 * row * units)
      let (ofHidden, ofCandidate) = (hiddenGradient + row * units, gradient + units)
      ofCandidate.update(from: ofHidden, count: units)
      Scalar.mixGradient(
        values + units, hidden + row * units, weights: values, gradient: ofCandidate,
        ofWeights: gradient, ofRight: ofHidden, count: units)
      Scalar.sigmoidGradient(gradient, after: values, count: units)
      gates.activateBackward(ofCandidate, row: slice.place + row)
    }
  }

  func skipBackward(_ slice: StepSlice) { gates.skipBackward(slice) }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    gates.goBackToInput(input: input, rows: rows, inputGradient: inputGradient, sink: sink)
  }
}
