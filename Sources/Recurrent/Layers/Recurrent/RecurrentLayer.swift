import Kernels

/// Runs a cell over the steps of a sequence as `keras.layers.RNN` does: forwards or backwards, with masks, dropout
/// and kept states. Rows do not meet before the last step, so that threads share them.
///
/// Shapes: input `[timeSteps, rows, inputs]`, output `[timeSteps or 1, rows, units]`; the states that it is given to begin
/// with, and those after the last step that it gives, `[rows, units]`.
/// Memory: `batch × 2 × units` scalars for each state from the model's plan, beside the cell's;
/// `batch × timeSteps × (2 × inputs + 2)` more where the inputs are reversed or left out, `batch × timeSteps × units` where
/// the hidden state is, and where outputs of steps that do not count differ from the state.
final class RecurrentLayer<Scalar: KernelScalar>: Layer {
  private let options: RecurrentOptions
  private let cell: any RecurrentCell<Scalar>
  private let units, inputs, timeSteps: Int
  private let number: Int

  private let plan: MemoryPlan<Scalar>
  private let kept: [MemoryPlan<Scalar>.Region]  // [batch, units] each, where the next batch begins
  private let ordered: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs], as they are computed
  /// The same of inputs that are symbols.
  private let orderedNumbers: StepBuffer<Int32>  // [timeSteps, rows]
  private let orderedValues: MemoryPlan<Scalar>.Region  // [timeSteps, rows]
  private let orderedGradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs]
  /// The hidden state before each step, without what dropout leaves out.
  private let dropped: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  private let output: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  /// The gradients of the states of rows that a step skips.
  private let waiting: [MemoryPlan<Scalar>.Region]  // [rows, units] each
  private let inputDropout: MemoryPlan<Scalar>.Region  // [rows, inputs]
  private let hiddenDropout: MemoryPlan<Scalar>.Region  // [rows, units]
  /// Whether it is given the states to begin with.
  private let hasInitialStates: Bool
  /// Whether outputs of steps that do not count may differ from the hidden state.
  private let hasOwnOutput: Bool

  // The batch under way.
  private var input: InputRows<Scalar>?
  private var mask: UnsafePointer<UInt8>?  // [timeSteps, rows], in time's order
  private var dropsInputs = false
  private var dropsHidden = false

  init(
    _ options: RecurrentOptions, _ builder: LayerBuilder<Scalar>, cell: any RecurrentCell<Scalar>
  ) {
    self.options = options
    self.cell = cell
    units = options.units
    inputs = builder.input.features
    timeSteps = builder.input.steps
    number = builder.number
    hasInitialStates = builder.inputs.count > 1
    let plan = builder.plan
    self.plan = plan
    let (state, all) = (builder.batch * units, builder.batch * units * timeSteps)
    kept = cell.states.map { _ in plan.reserve(options.isStateful ? state : 0) }
    let arranges = options.goesBackwards || options.dropout > 0
    ordered = plan.reserve(arranges ? timeSteps * builder.batch * inputs : 0)
    orderedNumbers = StepBuffer(count: arranges ? timeSteps * builder.batch : 0, of: -1)
    orderedValues = plan.reserve(arranges ? timeSteps * builder.batch : 0)
    orderedGradient = plan.reserve(arranges ? timeSteps * builder.batch * inputs : 0)
    dropped = plan.reserve(options.recurrentDropout > 0 ? all : 0)
    let isMasked = builder.isMasked && !options.ignoresMask
    hasOwnOutput = isMasked && (options.isStateful || options.zeroOutputForMask)
    output = plan.reserve(hasOwnOutput ? all : 0)
    waiting = cell.states.map { _ in plan.reserve(isMasked ? state : 0) }
    inputDropout = plan.reserve(options.dropout > 0 ? builder.batch * inputs : 0)
    hiddenDropout = plan.reserve(options.recurrentDropout > 0 ? state : 0)
  }

  var states: [UnsafeMutableBufferPointer<Scalar>] {
    options.isStateful ? kept.map { plan.buffer($0) } : []
  }

  /// The states after the last step.
  func furtherOutput(
    _ index: Int, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar>? {
    plan[cell.states[index - 1]] + timeSteps * batch.rows * units
  }

  func forward(
    _ inputs: LayerInputs<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let rows = batch.rows
    let state = rows * units
    mask = options.ignoresMask ? nil : batch.mask
    dropsInputs = batch.isTraining && options.dropout > 0
    dropsHidden = batch.isTraining && options.recurrentDropout > 0
    if dropsInputs || dropsHidden {
      var generator = batch.dropoutGenerator(layer: number)
      if dropsInputs {
        generator.dropOut(plan[inputDropout], count: rows * self.inputs, rate: options.dropout)
      }
      if dropsHidden {
        generator.dropOut(plan[hiddenDropout], count: state, rate: options.recurrentDropout)
      }
    }
    let arranged: InputRows<Scalar> =
      if let symbols = batch.symbols {
        .symbols(arrange(symbols, rows: rows))
      } else {
        .values(arrange(inputs.values[0], rows: rows))
      }
    self.input = arranged
    for (index, region) in cell.states.enumerated() {
      if hasInitialStates {
        plan[region].update(from: inputs.values[1 + index], count: state)
      } else if options.isStateful {
        plan[region].update(from: plan[kept[index]], count: state)
      } else {
        Scalar.fill(plan[region], with: 0, count: state)
      }
    }

    cell.beginForward(arranged, rows: timeSteps * rows)
    forEachSlice(of: rows) { first, count in
      for step in 0..<timeSteps { forward(step: step, first: first, rows: count, of: rows) }
    }

    let last = timeSteps * state
    if options.isStateful {
      for (index, region) in cell.states.enumerated() {
        plan[kept[index]].update(from: plan[region] + last, count: state)
      }
    }
    let output = hasOwnOutput && mask != nil ? plan[output] : plan[cell.states[0]] + state
    if options.returnsSequences { return output }
    batch.mask = nil
    return output + last - state
  }

  /// One step of some rows.
  @inline(__always)
  private func forward(step: Int, first: Int, rows: Int, of stride: Int) {
    let slice = StepSlice(
      step: step, first: first, rows: rows, stride: stride,
      isFirst: step == 0 && !options.isStateful && !hasInitialStates)
    let (at, state) = (slice.place * units, stride * units)
    let mask = mask.map { $0 + time(step) * stride + first }
    let counted = countedRows(mask, rows: rows)
    let hiddens = plan[cell.states[0]]
    if counted > 0 {
      var hidden = hiddens + at
      if dropsHidden {
        hidden = plan[dropped] + at
        Scalar.multiplyElements(
          hiddens + at, plan[hiddenDropout] + first * units, into: hidden, count: rows * units)
      }
      cell.forward(slice, hidden: hidden)
    }
    if let mask, counted < rows {
      // The states of rows that do not count stay as they are.
      for region in cell.states {
        let values = plan[region] + at
        for row in 0..<rows where mask[row] == 0 {
          (values + state + row * units).update(from: values + row * units, count: units)
        }
      }
    }
    guard hasOwnOutput, let mask else { return }
    let output = plan[output] + at
    for row in 0..<rows {
      let to = output + row * units
      if mask[row] != 0 {
        to.update(from: hiddens + at + state + row * units, count: units)
      } else if step == 0 || options.zeroOutputForMask {
        Scalar.fill(to, with: 0, count: units)
      } else {
        to.update(from: to - state, count: units)
      }
    }
  }

  /// Back-propagation through the steps of this batch; what came before it is a constant.
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>,
    inputGradients: UnsafePointer<UnsafeMutablePointer<Scalar>?>, in batch: BatchContext<Scalar>,
    sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let rows = batch.rows
    let inputGradient = inputGradients[0]
    for (index, region) in cell.stateGradients.enumerated() {
      if options.returnsState, let gradient = batch.furtherGradients?[index] {
        plan[region].update(from: gradient, count: rows * units)
      } else {
        Scalar.fill(plan[region], with: 0, count: rows * units)
      }
    }
    cell.beginBackward()
    forEachSlice(of: rows) { first, count in
      for step in stride(from: timeSteps - 1, through: 0, by: -1) {
        backward(outputGradient, step: step, first: first, rows: count, of: rows)
      }
    }
    if hasInitialStates {
      for (index, region) in cell.stateGradients.enumerated() {
        inputGradients[1 + index]?.update(from: plan[region], count: rows * units)
      }
    }
    let isArranged = options.goesBackwards || dropsInputs
    cell.endBackward(
      input: input, hiddens: dropsHidden ? plan[dropped] : plan[cell.states[0]],
      rows: timeSteps * rows,
      inputGradient: inputGradient != nil && isArranged ? plan[orderedGradient] : inputGradient,
      sink: sink)
    if let inputGradient, isArranged { giveBack(to: inputGradient, rows: rows) }
  }

  /// One step back of some rows.
  @inline(__always)
  private func backward(
    _ outputGradient: UnsafePointer<Scalar>, step: Int, first: Int, rows: Int, of stride: Int
  ) {
    let slice = StepSlice(
      step: step, first: first, rows: rows, stride: stride,
      isFirst: step == 0 && !options.isStateful && !hasInitialStates)
    let (at, begin) = (slice.place * units, first * units)
    let mask = mask.map { $0 + time(step) * stride + first }
    let counted = countedRows(mask, rows: rows)
    let hiddenGradient = plan[cell.stateGradients[0]] + begin
    if options.returnsSequences || step == timeSteps - 1 {
      let gradient = outputGradient + (options.returnsSequences ? at : begin)
      if let mask, options.zeroOutputForMask {
        for row in 0..<rows where mask[row] != 0 {
          let place = row * units
          Scalar.add(gradient + place, to: hiddenGradient + place, count: units)
        }
      } else {
        Scalar.add(gradient, to: hiddenGradient, count: rows * units)
      }
    }
    guard counted > 0 else { return cell.skipBackward(slice) }
    // The gradients of rows that do not count wait until the step is done.
    if let mask, counted < rows { setAside(mask, first: first, rows: rows) }
    let hidden = (dropsHidden ? plan[dropped] : plan[cell.states[0]]) + at
    cell.backward(slice, hidden: hidden, needsHidden: step > 0 || hasInitialStates)
    if dropsHidden {
      Scalar.multiplyElements(
        hiddenGradient, plan[hiddenDropout] + begin, into: hiddenGradient, count: rows * units)
    }
    if let mask, counted < rows { takeBack(mask, first: first, rows: rows) }
  }

  private func setAside(_ mask: UnsafePointer<UInt8>, first: Int, rows: Int) {
    for (index, region) in cell.stateGradients.enumerated() {
      let (values, aside) = (plan[region] + first * units, plan[waiting[index]] + first * units)
      for row in 0..<rows where mask[row] == 0 {
        (aside + row * units).update(from: values + row * units, count: units)
        Scalar.fill(values + row * units, with: 0, count: units)
      }
    }
  }

  private func takeBack(_ mask: UnsafePointer<UInt8>, first: Int, rows: Int) {
    for (index, region) in cell.stateGradients.enumerated() {
      let (values, aside) = (plan[region] + first * units, plan[waiting[index]] + first * units)
      for row in 0..<rows where mask[row] == 0 {
        (values + row * units).update(from: aside + row * units, count: units)
      }
    }
  }

  /// The step in time that is computed as number `step`.
  private func time(_ step: Int) -> Int { options.goesBackwards ? timeSteps - 1 - step : step }

  /// The inputs in the order of the steps, without what dropout leaves out; where that changes nothing they stay
  /// where they are.
  @inline(__always)
  private func arrange(_ input: UnsafePointer<Scalar>, rows: Int) -> UnsafePointer<Scalar> {
    guard options.goesBackwards || dropsInputs else { return input }
    let (ordered, size) = (plan[ordered], rows * inputs)
    for step in 0..<timeSteps {
      let (from, to) = (input + time(step) * size, ordered + step * size)
      if dropsInputs {
        Scalar.multiplyElements(from, plan[inputDropout], into: to, count: size)
      } else {
        to.update(from: from, count: size)
      }
    }
    return UnsafePointer(ordered)
  }

  /// The same of symbols.
  private func arrange(_ symbols: SymbolRows<Scalar>, rows: Int) -> SymbolRows<Scalar> {
    guard options.goesBackwards || dropsInputs, let numbers = orderedNumbers.values.baseAddress
    else { return symbols }
    let values = plan[orderedValues]
    let factors = dropsInputs ? UnsafePointer(plan[inputDropout]) : nil
    for step in 0..<timeSteps {
      let from = symbols.from(time(step) * rows)
      (numbers + step * rows).update(from: from.numbers, count: rows)
      Scalar.multiply(
        from, by: factors, rows: rows, columns: inputs, into: values + step * rows)
    }
    return SymbolRows(numbers: UnsafePointer(numbers), values: UnsafePointer(values))
  }

  /// The gradient of the inputs, in time's order.
  @inline(__always)
  private func giveBack(to inputGradient: UnsafeMutablePointer<Scalar>, rows: Int) {
    let (gradient, size) = (plan[orderedGradient], rows * inputs)
    for step in 0..<timeSteps {
      let (from, to) = (gradient + step * size, inputGradient + time(step) * size)
      if dropsInputs {
        Scalar.multiplyElements(from, plan[inputDropout], into: to, count: size)
      } else {
        to.update(from: from, count: size)
      }
    }
  }

  /// Runs `body` for slices of the rows: in a large layer each on a thread of its own, otherwise for all at once.
  @inline(__always)
  private func forEachSlice(of rows: Int, _ body: (_ first: Int, _ rows: Int) -> Void) {
    let grains = (rows + Self.rowsOfASlice - 1) / Self.rowsOfASlice
    let parts = ComputeThreads.parts(
      of: rows * timeSteps * cell.sharedWork, enough: Self.enough)
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
