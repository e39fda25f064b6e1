import Kernels

/// The minimal LSTM of Feng et al. 2024, "Were RNNs all we needed?": its gates and its candidate see the input alone.
enum MinLSTMKind: InputGatesKind {
  static let (className, cellName, gates) = ("MinLSTM", "min_lstm_cell", 3)

  static func makeLayer<Scalar: KernelScalar>(
    _ recurrent: RecurrentOptions, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: MinLSTMCell(recurrent, builder))
  }
}

/// The plain form of minLSTM, not that in the space of logarithms, whose scale does not depend on the length of the
/// sequence: forget and input gate add up to 1. Gates f, i, g side by side:
///
///     f, i = σ, σ of (xₜ · kernel + bias)
///     g = xₜ · kernel + bias
///     hₜ = f / (f + i) ∘ hₜ₋₁ + i / (f + i) ∘ g
///
/// An activation may be applied to g. All gates are computed before the first step.
///
/// Shapes: hidden state `[rows, units]`, gates `[rows, 3 × units]`.
/// Memory: `batch × (timeSteps × 9 + 2) × units + units` scalars from the model's plan; `batch × timeSteps × units` more where the
/// activation's gradient needs what it was applied to.
final class MinLSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let gates: InputGates<Scalar>  // [timeSteps, rows, 3 × units]
  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let sums: MemoryPlan<Scalar>.Region  // [units], f + i of a row
  /// f / (f + i) and i / (f + i).
  private let shares: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 2 × units]

  init(_ recurrent: RecurrentOptions, _ builder: LayerBuilder<Scalar>) {
    units = recurrent.units
    gates = InputGates(recurrent, sigmoids: 2, builder)
    plan = builder.plan
    let state = builder.batch * units
    hiddens = plan.reserve((builder.input.steps + 1) * state)
    hiddenGradient = plan.reserve(state)
    sums = plan.reserve(units)
    shares = plan.reserve(2 * builder.input.steps * state)
    states = [hiddens]
    stateGradients = [hiddenGradient]
  }

  var sharedWork: Int { 0 }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    gates.compute(input, rows: rows)
    let (values, shares) = (gates.values, plan[shares])
    for row in 0..<rows {
      let (forget, share) = (values + 3 * row * units, shares + 2 * row * units)
      let sum = plan[sums]
      sum.update(from: forget, count: units)
      Scalar.add(forget + units, to: sum, count: units)
      share.update(from: forget, count: 2 * units)
      Scalar.divide(share, by: sum, count: units)
      Scalar.divide(share + units, by: sum, count: units)
    }
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let values = gates.values + 3 * slice.place * units
    let shares = plan[shares] + 2 * slice.place * units
    let after = plan[hiddens] + (slice.place + slice.stride) * units
    for row in 0..<slice.rows {
      let (share, place) = (shares + 2 * row * units, row * units)
      Scalar.multiplyElements(share, hidden + place, into: after + place, count: units)
      Scalar.addProducts(
        share + units, values + (3 * row + 2) * units, to: after + place, count: units)
    }
  }

  func beginBackward() {}

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let place = 3 * slice.place * units
    let (values, gradient) = (gates.values + place, gates.gradients + place)
    let shares = plan[shares] + 2 * slice.place * units
    let hiddenGradient = plan[hiddenGradient] + slice.first * units
    for row in 0..<slice.rows {
      let (values, ofForget) = (values + 3 * row * units, gradient + 3 * row * units)
      let (share, ofHidden) = (shares + 2 * row * units, hiddenGradient + row * units)
      let (ofInput, ofCandidate) = (ofForget + units, ofForget + 2 * units)
      // With s = f / (f + i), the slope of s is s (1 − s) (1 − f) by f's exponent, and −s (1 − s) (1 − i) by i's:
      // d is the gradient of h times (h' − g) s (1 − s), and those of the exponents are d − d f and d i − d.
      ofForget.update(from: hidden + row * units, count: units)
      Scalar.add(values + 2 * units, times: -1, to: ofForget, count: units)
      Scalar.multiplyElements(ofForget, ofHidden, into: ofForget, count: units)
      Scalar.multiplyElements(ofForget, share, into: ofForget, count: units)
      Scalar.multiplyElements(ofForget, share + units, into: ofForget, count: units)
      Scalar.multiplyElements(ofForget, values + units, into: ofInput, count: units)
      Scalar.add(ofForget, times: -1, to: ofInput, count: units)
      Scalar.multiplyElements(ofForget, values, into: ofCandidate, count: units)
      Scalar.add(ofCandidate, times: -1, to: ofForget, count: units)
      Scalar.multiplyElements(ofHidden, share + units, into: ofCandidate, count: units)
      gates.activateBackward(ofCandidate, row: slice.place + row)
      Scalar.multiplyElements(ofHidden, share, into: ofHidden, count: units)
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
