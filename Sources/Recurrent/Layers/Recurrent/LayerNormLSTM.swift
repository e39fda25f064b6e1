import Files
import Kernels

/// Long short-term memory with layer normalization (Ba, Kiros & Hinton 2016), as `LayerNormLSTMCell` of TensorFlow
/// Addons computes it.
struct LayerNormLSTMDescription: RecurrentDescription {
  static let className = "LayerNormLSTM"
  static let options = LSTMOptions.defaults.merging([
    "norm_gamma_initializer": "Ones", "norm_beta_initializer": "Zeros", "norm_epsilon": 1e-3,
  ]) { _, new in new }
  static let isOfKeras = false

  fileprivate let lstm: LSTMOptions
  fileprivate let epsilon: Double
  private let gamma, beta: WeightOptions
  var recurrent: RecurrentOptions { lstm.recurrent }
  var stateNames: [String] { ["hidden", "cell"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    lstm = try LSTMOptions(options)
    gamma = WeightOptions(initializer: options.initializer("norm_gamma_initializer"))
    beta = WeightOptions(initializer: options.initializer("norm_beta_initializer"))
    epsilon = try options.number("norm_epsilon")
    guard epsilon > 0 else { throw options.error("norm_epsilon", "is not positive") }
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "layer_norm_lstm_cell")
    return lstm.parameters(of: input, in: cell)
      + [("kernel", 4 * units), ("recurrent", 4 * units), ("state", units)].flatMap { name, size in
        [
          ParameterShape(name + "_norm_gamma", in: cell, [size], gamma),
          ParameterShape(name + "_norm_beta", in: cell, [size], beta),
        ]
      }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RecurrentLayer(recurrent, builder, cell: LayerNormLSTMCell(self, builder))
  }
}

/// An LSTM whose two products and whose cell state are normalized, each with weights of its own:
///
///     i, f, g, o = σ, σ, tanh, σ of (LN(xₜ · kernel) + LN(hₜ₋₁ · recurrentKernel) + bias)
///     cₜ = LN(f ∘ cₜ₋₁ + i ∘ g)
///     hₜ = o ∘ tanh(cₜ)
///
/// As in TensorFlow Addons it is the normalized cell state that goes to the next step; the paper normalizes it for the
/// hidden state alone.
///
/// Shapes: hidden and cell state `[rows, units]`, gates `[rows, 4 × units]`.
/// Memory: `batch × (timeSteps × 25 + 4) × units` scalars from the model's plan, and for large layers a packed
/// recurrent kernel of `4 × units²`, rounded up; with other activations up to `batch × timeSteps × 4 × units` more.
final class LayerNormLSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let weights: CellWeights<Scalar>
  private let kernelNorm, recurrentNorm, stateNorm: RowNormalization<Scalar>

  private let plan: MemoryPlan<Scalar>
  let states: [MemoryPlan<Scalar>.Region]
  let stateGradients: [MemoryPlan<Scalar>.Region]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let gates: LSTMGates<Scalar>  // [timeSteps, rows, 4 × units]
  /// What the hidden state contributes, and then the gradient of its product.
  private let inner: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]

  init(_ description: LayerNormLSTMDescription, _ builder: LayerBuilder<Scalar>) {
    let options = description.lstm
    units = options.recurrent.units
    weights = CellWeights(options.recurrent, columns: 4 * units, builder)
    plan = builder.plan
    let state = builder.batch * units
    let rows = builder.input.steps * builder.batch
    func norm(_ name: String, _ columns: Int, keepsGradients: Bool = false)
      -> RowNormalization<Scalar>
    {
      RowNormalization(
        name + "_norm", columns: columns, epsilon: description.epsilon, rows: rows,
        keepsGradients: keepsGradients, builder)
    }
    kernelNorm = norm("kernel", 4 * units)
    recurrentNorm = norm("recurrent", 4 * units)
    stateNorm = norm("state", units, keepsGradients: true)
    hiddens = plan.reserve(rows * units + state)
    cells = plan.reserve(rows * units + state)
    hiddenGradient = plan.reserve(state)
    cellGradient = plan.reserve(state)
    inner = plan.reserve(4 * rows * units)
    gates = LSTMGates(
      units: units, activation: options.recurrent.activation,
      recurrentActivation: options.recurrentActivation, rows: rows, plan: plan, norm: stateNorm)
    states = [hiddens, cells]
    stateGradients = [hiddenGradient, cellGradient]
  }

  var sharedWork: Int { weights.sharedWork }

  func beginForward(_ input: InputRows<Scalar>, rows: Int) {
    weights.project(input, addsBias: false, rows: rows, into: gates.values)
    kernelNorm.normalize(gates.values, place: 0, rows: rows)
    weights.prepare(transposed: false)
  }

  func forward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>) {
    let (at, rows, width) = (slice.place * units, slice.rows, 4 * units)
    let after = at + slice.stride * units
    let (cells, hiddens) = (plan[cells], plan[hiddens] + after)
    let (inner, values) = (plan[inner] + 4 * at, gates.values + 4 * at)
    fillRows(inner, with: nil, rows: rows, columns: width)
    if !slice.isFirst { weights.addProduct(hidden, rows: rows, to: inner) }
    weights.product.forEachSliceOfAStep(of: rows) { first, rows in
      let (place, values) = (first * units, values + first * width)
      recurrentNorm.normalize(inner + first * width, place: slice.place + first, rows: rows)
      Scalar.add(inner + first * width, to: values, count: rows * width)
      if let bias = weights.bias {
        for row in 0..<rows { Scalar.add(bias.values, to: values + row * width, count: width) }
      }
      gates.forward(
        place: slice.place + first, rows: rows, previousCell: cells + at + place,
        cell: cells + after + place, hidden: hiddens + place)
    }
  }

  func beginBackward() { weights.prepare(transposed: true) }

  func backward(_ slice: StepSlice, hidden: UnsafePointer<Scalar>, needsHidden: Bool) {
    let (at, rows, width) = (slice.place * units, slice.rows, 4 * units)
    let first = slice.first * units
    let (hiddenGradient, cellGradient) = (plan[hiddenGradient] + first, plan[cellGradient] + first)
    let (before, after) = (plan[cells] + at, plan[cells] + at + slice.stride * units)
    let inner = plan[inner] + 4 * at
    weights.product.forEachSliceOfAStep(of: rows) { first, rows in
      let (place, number) = (first * units, slice.place + first)
      gates.backward(
        place: number, rows: rows, previousCell: before + place, cell: after + place,
        hiddenGradient: hiddenGradient + place, cellGradient: cellGradient + place)
      recurrentNorm.goBack(
        gates.gradients + number * width, place: number, rows: rows, into: inner + first * width)
    }
    guard needsHidden else { return }
    weights.goBackToHidden(inner, rows: rows, into: hiddenGradient, accumulate: false)
  }

  func skipBackward(_ slice: StepSlice) {
    gates.skipBackward(place: slice.place, rows: slice.rows)
    Scalar.fill(
      plan[inner] + 4 * slice.place * units, with: 0, count: 4 * slice.rows * units)
  }

  func endBackward(
    input: InputRows<Scalar>, hiddens: UnsafePointer<Scalar>, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    let (gradient, ofProducts) = (gates.gradients, plan[inner])
    sink.add(weights.recurrentKernel, left: hiddens, right: ofProducts, inner: rows)
    // From here on it holds the gradient of the products with the inputs.
    kernelNorm.goBack(gradient, place: 0, rows: rows, into: ofProducts)
    weights.goBackToInput(
      ofProducts, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    weights.addBiasGradient(gradient, rows: rows, sink: sink)
    kernelNorm.addGradients(gradient, rows: rows, sink: sink)
    recurrentNorm.addGradients(gradient, rows: rows, sink: sink)
    stateNorm.addKeptGradients(rows: rows, sink: sink)
  }
}
