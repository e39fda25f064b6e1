import Kernels

/// `keras.layers.GRU`.
struct GRUDescription: LayerDescription {
  static let className = "GRU"
  static let options = RecurrentOptions.defaults.merging([
    "recurrent_activation": "sigmoid", "reset_after": true,
  ]) { _, new in new }

  let recurrent: RecurrentOptions
  let recurrentActivation: Activation
  let resetsAfter: Bool
  var needsSequence: Bool { true }
  var isStateful: Bool { recurrent.isStateful }
  var stateNames: [String] { ["hidden"] }
  var stateUnits: Int { recurrent.units }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    recurrentActivation = try options.activation("recurrent_activation")
    resetsAfter = try options.flag("reset_after")
  }

  func output(of input: SampleShape) -> SampleShape { recurrent.output(of: input) }

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
    RecurrentLayer(recurrent, builder, cell: GRUCell(self, builder), hasCellState: false)
  }
}

/// Gated recurrent unit (Cho et al. 2014), as `keras.layers.GRUCell` computes it, gates z, r, h side by side:
///
///     z, r = recurrentActivation(xₜ · kernel + bias + hₜ₋₁ · recurrentKernel + recurrentBias)
///     g = activation(xₜ · kernel + bias + r ∘ (hₜ₋₁ · recurrentKernel + recurrentBias))   if it resets after
///     g = activation(xₜ · kernel + bias + (r ∘ hₜ₋₁) · recurrentKernel)                   if before
///     hₜ = z ∘ hₜ₋₁ + (1 − z) ∘ g
///
/// The bias has two rows, inputs' and recurrent, if it resets after, and one if before.
/// Memory: `batch × timeSteps × 18 × units` scalars.
final class GRUCell<Scalar: KernelScalar>: RecurrentCell {
  private let units, inputs: Int
  private let resetsAfter: Bool
  private let activation, recurrentActivation: Activation
  private let parameters: ParameterStore<Scalar>
  private let kernel, recurrentKernel: ParameterStore<Scalar>.Matrix
  private let bias: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let before: MemoryPlan<Scalar>.Region  // [steps, rows, 3 × units], before the activations
  private let gates: MemoryPlan<Scalar>.Region  // [steps, rows, 3 × units]
  /// What the hidden state gives.
  private let inner: MemoryPlan<Scalar>.Region  // [steps, rows, 3 × units]
  /// What the hidden state is multiplied as: itself, and below it, where the layer resets before, r ∘ h.
  private let factors: MemoryPlan<Scalar>.Region  // [2, steps, rows, units]
  /// Gradients of what the inputs give, and below them of what the hidden state gives.
  private let gradient: MemoryPlan<Scalar>.Region  // [2, steps, rows, 3 × units]
  /// As `gradient`, for `factors`, where the layer resets before.
  private let factorGradient: MemoryPlan<Scalar>.Region  // [2, steps, rows, 3 × units]
  /// Which of the two biases a row of `gradient` belongs to.
  private let biasRows: MemoryPlan<Scalar>.Region  // [2, steps, rows, 2]
  private let scratch: MemoryPlan<Scalar>.Region  // [units]

  init(_ description: GRUDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    inputs = builder.input.features
    resetsAfter = description.resetsAfter
    activation = description.recurrent.activation
    recurrentActivation = description.recurrentActivation
    parameters = builder.parameters
    kernel = builder.matrix("kernel")
    recurrentKernel = builder.matrix("recurrent_kernel")
    bias = description.recurrent.usesBias ? builder.matrix("bias") : nil
    plan = builder.plan
    let steps = builder.input.steps * builder.batch
    let all = steps * units
    before = plan.reserve(3 * all)
    gates = plan.reserve(3 * all)
    inner = plan.reserve(3 * all)
    factors = plan.reserve(resetsAfter ? 0 : 2 * all)
    gradient = plan.reserve(6 * all)
    factorGradient = plan.reserve(resetsAfter ? 0 : 6 * all)
    biasRows = plan.reserve(resetsAfter ? 4 * steps : 0)
    scratch = plan.reserve(units)
  }

  @specialized(where Scalar == Float)
  func project(_ input: UnsafePointer<Scalar>, steps: Int, rows: Int) {
    parameters.project(
      input, kernel, bias: bias?.values, rows: steps * rows, into: plan[before])
    guard !resetsAfter else { return }
    (plan[factors]).update(repeating: 0, count: 2 * steps * rows * units)
  }

  @specialized(where Scalar == Float)
  func forward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, hidden: UnsafeMutablePointer<Scalar>,
    cell: UnsafeMutablePointer<Scalar>
  ) {
    let (at, width) = (step * rows * units, 3 * units)
    let inner = plan[inner] + 3 * at
    let recurrentBias = resetsAfter ? bias.map { $0.values + width } : nil
    for row in 0..<rows {
      if let recurrentBias {
        (inner + row * width).update(from: recurrentBias, count: width)
      } else {
        (inner + row * width).update(repeating: 0, count: width)
      }
    }
    Scalar.multiply(
      previousHidden, transposeLeft: false, recurrentKernel.values, transposeRight: false,
      rows: rows, columns: width, inner: units, into: inner, accumulate: true)
    for row in 0..<rows {
      let before = plan[before] + 3 * at + row * width
      let gates = plan[gates] + 3 * at + row * width
      let inner = inner + row * width
      let (previous, hidden) = (previousHidden + row * units, hidden + row * units)
      for index in 0..<2 * units {
        before[index] += inner[index]
        gates[index] = before[index]
      }
      recurrentActivation.apply(gates, rows: 1, columns: units)
      recurrentActivation.apply(gates + units, rows: 1, columns: units)
      if resetsAfter {
        for unit in 0..<units {
          before[2 * units + unit] += gates[units + unit] * inner[2 * units + unit]
        }
      } else {
        // The second product, of which only the last third counts.
        let factor = plan[scratch]
        for unit in 0..<units { factor[unit] = gates[units + unit] * previous[unit] }
        Scalar.multiply(
          factor, transposeLeft: false, recurrentKernel.values, transposeRight: false, rows: 1,
          columns: width, inner: units, into: inner, accumulate: false)
        for unit in 0..<units { before[2 * units + unit] += inner[2 * units + unit] }
      }
      (gates + 2 * units).update(from: before + 2 * units, count: units)
      activation.apply(gates + 2 * units, rows: 1, columns: units)
      for unit in 0..<units {
        hidden[unit] =
          gates[unit] * previous[unit] + (1 - gates[unit]) * gates[2 * units + unit]
      }
    }
  }

  @specialized(where Scalar == Float)
  func backward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, cell: UnsafePointer<Scalar>,
    hiddenGradient: UnsafeMutablePointer<Scalar>, cellGradient: UnsafeMutablePointer<Scalar>,
    mask: UnsafePointer<UInt8>?
  ) {
    let (at, width) = (step * rows * units, 3 * units)
    for row in 0..<rows {
      let place = 3 * at + row * width
      let (gradient, ofInner) = (plan[gradient] + place, plan[inner] + place)
      if let mask, mask[row] == 0 {
        gradient.update(repeating: 0, count: width)
        ofInner.update(repeating: 0, count: width)
        continue
      }
      let (before, gates) = (plan[before] + place, plan[gates] + place)
      let (previous, dh) = (previousHidden + row * units, hiddenGradient + row * units)
      for unit in 0..<units {
        gradient[unit] = dh[unit] * (previous[unit] - gates[2 * units + unit])
        gradient[2 * units + unit] = dh[unit] * (1 - gates[unit])
        // What goes to the hidden state before directly.
        dh[unit] *= gates[unit]
      }
      activation.applyGradient(
        gradient + 2 * units, before: before + 2 * units, after: gates + 2 * units, rows: 1,
        columns: units)
      if resetsAfter {
        for unit in 0..<units {
          let last = 2 * units + unit
          gradient[units + unit] = gradient[last] * ofInner[last]
          // From here on `inner` holds gradients.
          ofInner[last] = gradient[last] * gates[units + unit]
        }
      } else {
        let ofFactor = plan[scratch]
        ofInner.update(repeating: 0, count: 2 * units)
        (ofInner + 2 * units).update(from: gradient + 2 * units, count: units)
        Scalar.multiply(
          ofInner, transposeLeft: false, recurrentKernel.values, transposeRight: true, rows: 1,
          columns: units, inner: width, into: ofFactor, accumulate: false)
        for unit in 0..<units {
          gradient[units + unit] = ofFactor[unit] * previous[unit]
          dh[unit] += ofFactor[unit] * gates[units + unit]
        }
        ofInner.update(repeating: 0, count: width)
      }
      for gate in 0..<2 {
        recurrentActivation.applyGradient(
          gradient + gate * units, before: before + gate * units, after: gates + gate * units,
          rows: 1, columns: units)
      }
      ofInner.update(from: gradient, count: 2 * units)
      Scalar.multiply(
        ofInner, transposeLeft: false, recurrentKernel.values, transposeRight: true, rows: 1,
        columns: units, inner: width, into: dh, accumulate: true)
    }
  }

  @specialized(where Scalar == Float)
  func finish(
    input: UnsafePointer<Scalar>, hiddens: UnsafePointer<Scalar>, steps: Int, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let (all, width, gradient) = (steps * rows, 3 * units, plan[gradient])
    if let inputGradient {
      Scalar.multiply(
        gradient, transposeLeft: false, kernel.values, transposeRight: true, rows: all,
        columns: inputs, inner: width, into: inputGradient, accumulate: false)
    }
    let second = gradient + all * width
    second.update(from: plan[inner], count: all * width)
    sink.add(kernel, left: input, right: gradient, inner: all)
    if resetsAfter {
      sink.add(
        recurrentKernel, left: hiddens, right: second, inner: all)
      guard let bias else { return }
      let biasRows = plan[biasRows]
      for row in 0..<2 * all {
        biasRows[2 * row] = row < all ? 1 : 0
        biasRows[2 * row + 1] = row < all ? 0 : 1
      }
      sink.add(
        bias, left: biasRows, right: gradient, inner: 2 * all)
    } else {
      // h for z and r, r ∘ h for g: one product over both.
      let (factors, factorGradient) = (plan[factors], plan[factorGradient])
      factorGradient.update(from: second, count: all * width)
      factorGradient.advanced(by: all * width).update(repeating: 0, count: all * width)
      factors.update(from: hiddens, count: all * units)
      for row in 0..<all {
        let gates = plan[gates] + row * width
        for unit in 0..<units {
          factors[(all + row) * units + unit] = gates[units + unit] * hiddens[row * units + unit]
          factorGradient[(all + row) * width + 2 * units + unit] =
            gradient[row * width + 2 * units + unit]
        }
      }
      sink.add(
        recurrentKernel, left: factors, right: factorGradient, inner: 2 * all)
      if let bias {
        sink.add(bias, left: nil, right: gradient, inner: all)
      }
    }
  }
}
