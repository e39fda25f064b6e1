import Kernels

/// `keras.layers.LSTM`.
struct LSTMDescription: LayerDescription {
  static let className = "LSTM"
  static let options = RecurrentOptions.defaults.merging([
    "recurrent_activation": "sigmoid", "unit_forget_bias": true,
  ]) { _, new in new }

  let recurrent: RecurrentOptions
  let recurrentActivation: Activation
  private let bias: WeightOptions
  var needsSequence: Bool { true }
  var isStateful: Bool { recurrent.isStateful }
  var stateNames: [String] { ["hidden", "cell"] }
  var stateUnits: Int { recurrent.units }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options)
    recurrentActivation = try options.activation("recurrent_activation")
    var bias = recurrent.bias
    if try options.flag("unit_forget_bias"), bias.initializer == .zeros {
      bias.initializer = .unitForgetBias
    }
    self.bias = bias
  }

  func output(of input: SampleShape) -> SampleShape { recurrent.output(of: input) }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let (units, cell) = (recurrent.units, "lstm_cell")
    return [
      ParameterShape("kernel", in: cell, [input.features, 4 * units], recurrent.kernel),
      ParameterShape(
        "recurrent_kernel", in: cell, [units, 4 * units], recurrent.recurrentKernel),
    ] + (recurrent.usesBias ? [ParameterShape("bias", in: cell, [4 * units], bias)] : [])
  }

  /// With Keras' default activations, every step of every row, ``LSTM`` computes it, otherwise ``LSTMCell``.
  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let isPlain =
      recurrent.activation == .tanh && recurrentActivation == .sigmoid && recurrent.usesBias
      && !recurrent.goesBackwards && recurrent.dropout == 0 && recurrent.recurrentDropout == 0
      && !builder.isMasked
    return isPlain
      ? LSTM(recurrent, builder)
      : RecurrentLayer(recurrent, builder, cell: LSTMCell(self, builder), hasCellState: true)
  }
}

/// Long short-term memory (Hochreiter & Schmidhuber 1997; with a forget gate, Gers et al. 2000), as
/// `keras.layers.LSTM` computes it:
///
///     i, f, g, o = σ, σ, tanh, σ of (xₜ · kernel + hₜ₋₁ · recurrentKernel + bias)
///     cₜ = f ∘ cₜ₋₁ + i ∘ g
///     hₜ = o ∘ tanh(cₜ)
///
/// Gate order i, f, c, o as in Keras, where c is the candidate g.
///
/// Shapes: input `[timeSteps, rows, inputs]`, hidden and cell `[batch, units]`, output
/// `[timeSteps or 1, rows, units]`.
/// Memory: `batch × (timeSteps × 7 + 6) × units` scalars from the model's plan, and for large layers a
/// packed recurrent kernel of `4 × units²`, rounded up.
final class LSTM<Scalar: KernelScalar>: Layer {
  private let units, batch, timeSteps, inputs: Int
  private let stateful, returnSequences: Bool

  private let parameters: ParameterStore<Scalar>
  private let kernel, recurrentKernel, bias: ParameterStore<Scalar>.Matrix

  // Buffers.
  private let plan: MemoryPlan<Scalar>
  private let gates: MemoryPlan<Scalar>.Region  // [timeSteps, rows, 4 × units]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units], the state first
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units], the state first
  private let tanhCells: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let hiddenState: MemoryPlan<Scalar>.Region  // [batch, units]
  private let cellState: MemoryPlan<Scalar>.Region  // [batch, units]
  /// The recurrent kernel, packed once for all steps of a batch, where that pays.
  private let packed: MemoryPlan<Scalar>.Region
  private let isPacked: Bool

  private var input: UnsafePointer<Scalar>?
  private let symbols: OneHotRows<Scalar>

  init(_ options: RecurrentOptions, _ builder: LayerBuilder<Scalar>) {
    units = options.units
    stateful = options.isStateful
    returnSequences = options.returnsSequences
    batch = builder.batch
    timeSteps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan

    parameters = builder.parameters
    kernel = builder.matrix("kernel")
    recurrentKernel = builder.matrix("recurrent_kernel")
    bias = builder.matrix("bias")

    symbols = OneHotRows(rows: timeSteps * batch, columns: inputs)
    gates = plan.reserve(timeSteps * batch * 4 * units)
    hiddens = plan.reserve((timeSteps + 1) * batch * units)
    cells = plan.reserve((timeSteps + 1) * batch * units)
    tanhCells = plan.reserve(timeSteps * batch * units)
    hiddenGradient = plan.reserve(batch * units)
    cellGradient = plan.reserve(batch * units)
    hiddenState = plan.reserve(batch * units)
    cellState = plan.reserve(batch * units)
    isPacked =
      batch >= Self.packedRows && timeSteps >= Self.packedSteps
      && batch * 4 * units * units >= Self.packedProduct
    packed = plan.reserve(
      isPacked
        ? max(
          Scalar.packedCount(inner: units, columns: 4 * units),
          Scalar.packedCount(inner: 4 * units, columns: units)) : 0)
  }

  // From these sizes on a packed recurrent kernel is faster, measured on Zen 4.
  private static var packedRows: Int { 4 }
  private static var packedSteps: Int { 8 }
  private static var packedProduct: Int { 1 << 18 }

  /// The hidden and the cell state: where the next batch of a stateful layer begins.
  var states: [UnsafeMutableBufferPointer<Scalar>] {
    stateful ? [plan.buffer(hiddenState), plan.buffer(cellState)] : []
  }

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let rows = batch.rows
    let state = rows * units
    let gates = plan[gates]
    let (hiddens, cells, tanhCells) = (plan[hiddens], plan[cells], plan[tanhCells])
    if stateful {
      hiddens.update(from: plan[hiddenState], count: state)
      cells.update(from: plan[cellState], count: state)
    } else {
      hiddens.update(repeating: 0, count: state)
      cells.update(repeating: 0, count: state)
    }

    // What the inputs contribute, for all steps at once.
    for row in 0..<timeSteps * rows {
      (gates + row * 4 * units).update(from: bias.values, count: 4 * units)
    }
    symbols.look(at: input, rows: timeSteps * rows)
    if symbols.isFound {
      symbols.addProduct(with: kernel.values, width: 4 * units, to: gates)
    } else {
      Scalar.multiply(
        input, transposeLeft: false, kernel.values, transposeRight: false,
        rows: timeSteps * rows, columns: 4 * units, inner: inputs, into: gates, accumulate: true)
    }

    let packed = plan[packed]
    if isPacked {
      Scalar.pack(
        recurrentKernel.values, transposed: false, inner: units, columns: 4 * units, into: packed)
    }
    forEachSlice(of: rows) { first, rows in
      for step in 0..<timeSteps {
        let before = step * state + first * units
        let gates = gates + 4 * before
        multiply(
          hiddens + before, packed: packed, transposed: false, rows: rows, into: gates,
          accumulate: true)
        Scalar.lstmForward(
          gates: gates, previousCell: cells + before, cell: cells + before + state,
          tanhCell: tanhCells + before, hidden: hiddens + before + state, rows: rows, units: units)
      }
    }

    let last = timeSteps * state
    if stateful {
      plan[hiddenState].update(from: hiddens + last, count: state)
      plan[cellState].update(from: cells + last, count: state)
    }
    return returnSequences ? hiddens + state : hiddens + last
  }

  /// Back-propagation through the steps of this batch; what came before it is a constant.
  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let rows = batch.rows
    let state = rows * units
    let gates = plan[gates]
    let (hiddens, cells, tanhCells) = (plan[hiddens], plan[cells], plan[tanhCells])
    let (hiddenGradient, cellGradient) = (plan[hiddenGradient], plan[cellGradient])
    cellGradient.update(repeating: 0, count: state)
    let packed = plan[packed]
    if isPacked {
      Scalar.pack(
        recurrentKernel.values, transposed: true, inner: 4 * units, columns: units, into: packed)
    }

    forEachSlice(of: rows) { first, rows in
      let hiddenGradient = hiddenGradient + first * units
      for step in stride(from: timeSteps - 1, through: 0, by: -1) {
        let now = step * state + first * units
        if step == timeSteps - 1 {
          hiddenGradient.update(
            from: outputGradient + (returnSequences ? now : first * units), count: rows * units)
        } else {
          // `gates` of the next step already holds gradients.
          multiply(
            gates + 4 * (now + state), packed: packed, transposed: true, rows: rows,
            into: hiddenGradient, accumulate: false)
          if returnSequences {
            let gradient = outputGradient + now
            for index in 0..<rows * units { hiddenGradient[index] += gradient[index] }
          }
        }
        Scalar.lstmBackward(
          gates: gates + 4 * now, previousCell: cells + now, tanhCell: tanhCells + now,
          hiddenGradient: hiddenGradient, cellGradient: cellGradient + first * units, rows: rows,
          units: units)
      }
    }

    let all = timeSteps * rows
    if let inputGradient {
      Scalar.multiply(
        gates, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: inputs, inner: 4 * units, into: inputGradient, accumulate: false)
    }
    // Weights, for all steps at once.
    sink.add(
      kernel, left: input, symbols: symbols, right: gates, inner: all)
    sink.add(
      recurrentKernel, left: hiddens, right: gates, inner: all)
    sink.add(bias, left: nil, right: gates, inner: all)
  }

  /// Multiplies by the recurrent kernel, or by its transpose.
  @inline(__always)
  private func multiply(
    _ left: UnsafePointer<Scalar>, packed: UnsafePointer<Scalar>, transposed: Bool, rows: Int,
    into result: UnsafeMutablePointer<Scalar>, accumulate: Bool
  ) {
    let (columns, inner) = transposed ? (units, 4 * units) : (4 * units, units)
    if isPacked {
      Scalar.multiply(
        left, packed: packed, rows: rows, columns: columns, inner: inner, into: result,
        accumulate: accumulate)
    } else {
      Scalar.multiply(
        left, transposeLeft: false, recurrentKernel.values, transposeRight: transposed,
        rows: rows, columns: columns, inner: inner, into: result, accumulate: accumulate)
    }
  }

  /// Runs `body` for slices of the rows, which do not meet before the last step: in a large layer each on
  /// a thread of its own, otherwise for all of them at once.
  @inline(__always)
  private func forEachSlice(of rows: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    let grains = (rows + Self.rowsOfASlice - 1) / Self.rowsOfASlice
    let parts =
      isPacked
      ? ComputeThreads.parts(of: rows * timeSteps * 4 * units * units, enough: Self.enough) : 1
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * Self.rowsOfASlice
      let last = min(rows, grains * (part + 1) / parts * Self.rowsOfASlice)
      body(first, last - first)
    }
  }

  /// The rows that products take at once.
  private static var rowsOfASlice: Int { 4 }
  /// The multiplications from which a second thread helps.
  private static var enough: Int { 1 << 20 }
}
