import Kernels

/// One step of a recurrent layer, with its weights and what it keeps for the way back.
///
/// Steps are counted in the order in which they are computed. Shapes: hidden and cell state `[rows, units]`;
/// only an LSTM has a cell state, for the others those pointers are not looked at.
protocol RecurrentCell<Scalar>: AnyObject {
  associatedtype Scalar: KernelScalar

  /// Computes what the inputs of all steps, `[steps, rows, inputs]`, contribute.
  func project(_ input: UnsafePointer<Scalar>, steps: Int, rows: Int)

  func forward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, hidden: UnsafeMutablePointer<Scalar>,
    cell: UnsafeMutablePointer<Scalar>)

  /// Turns the gradients of this step's states into those of the states before, and keeps those of its own
  /// values; rows whose `mask` is 0 have none, and their states' gradients stay as they are.
  func backward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, cell: UnsafePointer<Scalar>,
    hiddenGradient: UnsafeMutablePointer<Scalar>, cellGradient: UnsafeMutablePointer<Scalar>,
    mask: UnsafePointer<UInt8>?)

  /// After all steps back: the gradient of the inputs, where it is asked for, then those of the weights.
  ///
  /// - Parameter hiddens: The hidden states before each step, `[steps, rows, units]`.
  func finish(
    input: UnsafePointer<Scalar>, hiddens: UnsafePointer<Scalar>, steps: Int, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>)
}

/// Runs a cell over the steps of a sequence as `keras.layers.RNN` does: backwards, with masks, dropout and
/// kept states.
///
/// Shapes: input `[timeSteps, rows, inputs]`, output `[timeSteps or 1, rows, units]`.
/// Memory: `batch × ((timeSteps + 1) × 4 + 5) × units + 2 × batch × timeSteps × inputs` scalars from the
/// model's plan, beside the cell's.
final class RecurrentLayer<Scalar: KernelScalar>: Layer {
  private let options: RecurrentOptions
  private let cell: any RecurrentCell<Scalar>
  private let hasCellState: Bool
  private let units, inputs, timeSteps: Int
  private let number: Int

  private let plan: MemoryPlan<Scalar>
  private let ordered: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs], as they are computed
  private let orderedGradient: MemoryPlan<Scalar>.Region  // [timeSteps, rows, inputs]
  private let hiddens: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units], the state first
  /// The hidden state before each step, without what dropout leaves out.
  private let dropped: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  private let cells: MemoryPlan<Scalar>.Region  // [1 + timeSteps, rows, units], the state first
  private let output: MemoryPlan<Scalar>.Region  // [timeSteps, rows, units]
  private let hiddenGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let cellGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let carriedGradient: MemoryPlan<Scalar>.Region  // [rows, units]
  private let inputDropout: MemoryPlan<Scalar>.Region  // [rows, inputs]
  private let hiddenDropout: MemoryPlan<Scalar>.Region  // [rows, units]
  private let hiddenState: MemoryPlan<Scalar>.Region  // [batch, units]
  private let cellState: MemoryPlan<Scalar>.Region  // [batch, units]
  /// The mask of the batch under way, `[timeSteps, rows]`, in time's order.
  private var mask: UnsafePointer<UInt8>?

  init(
    _ options: RecurrentOptions, _ builder: LayerBuilder<Scalar>,
    cell: any RecurrentCell<Scalar>, hasCellState: Bool
  ) {
    self.options = options
    self.cell = cell
    self.hasCellState = hasCellState
    units = options.units
    inputs = builder.input.features
    timeSteps = builder.input.steps
    number = builder.number
    plan = builder.plan
    let (state, all) = (builder.batch * units, builder.batch * units * timeSteps)
    ordered = plan.reserve(timeSteps * builder.batch * inputs)
    orderedGradient = plan.reserve(timeSteps * builder.batch * inputs)
    hiddens = plan.reserve(all + state)
    dropped = plan.reserve(all)
    cells = plan.reserve(hasCellState ? all + state : 0)
    output = plan.reserve(all)
    hiddenGradient = plan.reserve(state)
    cellGradient = plan.reserve(state)
    carriedGradient = plan.reserve(state)
    inputDropout = plan.reserve(builder.batch * inputs)
    hiddenDropout = plan.reserve(state)
    hiddenState = plan.reserve(state)
    cellState = plan.reserve(hasCellState ? state : 0)
  }

  var states: [UnsafeMutableBufferPointer<Scalar>] {
    guard options.isStateful else { return [] }
    return [plan.buffer(hiddenState)] + (hasCellState ? [plan.buffer(cellState)] : [])
  }

  /// The step in time that is computed as number `step`.
  private func time(_ step: Int) -> Int { options.goesBackwards ? timeSteps - 1 - step : step }

  @specialized(where Scalar == Float)
  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let rows = batch.rows
    let state = rows * units
    mask = batch.mask
    let (ordered, hiddens, cells) = (plan[ordered], plan[hiddens], plan[cells])
    let (dropped, output) = (plan[dropped], plan[output])
    var generator = batch.dropoutGenerator(layer: number)
    let (rate, hiddenRate) =
      batch.isTraining ? (options.dropout, options.recurrentDropout) : (0, 0)
    generator.dropOut(plan[inputDropout], count: rows * inputs, rate: rate)
    generator.dropOut(plan[hiddenDropout], count: state, rate: hiddenRate)
    for step in 0..<timeSteps {
      let from = input + time(step) * rows * inputs
      let to = ordered + step * rows * inputs
      for index in 0..<rows * inputs { to[index] = from[index] * plan[inputDropout][index] }
    }
    if options.isStateful {
      hiddens.update(from: plan[hiddenState], count: state)
      if hasCellState { cells.update(from: plan[cellState], count: state) }
    } else {
      hiddens.update(repeating: 0, count: state)
      if hasCellState { cells.update(repeating: 0, count: state) }
    }

    cell.project(ordered, steps: timeSteps, rows: rows)
    for step in 0..<timeSteps {
      let (before, after) = (step * state, (step + 1) * state)
      for index in 0..<state {
        dropped[before + index] = hiddens[before + index] * plan[hiddenDropout][index]
      }
      let (cellBefore, cellAfter) = hasCellState ? (before, after) : (0, 0)
      cell.forward(
        step: step, rows: rows, previousHidden: dropped + before,
        previousCell: cells + cellBefore, hidden: hiddens + after, cell: cells + cellAfter)
      (output + before).update(from: hiddens + after, count: state)
      guard let mask = mask.map({ $0 + time(step) * rows }) else { continue }
      for row in 0..<rows where mask[row] == 0 {
        let row = row * units
        (hiddens + after + row).update(from: hiddens + before + row, count: units)
        if hasCellState { (cells + after + row).update(from: cells + before + row, count: units) }
        if step == 0 || options.zeroOutputForMask {
          (output + before + row).update(repeating: 0, count: units)
        } else {
          (output + before + row).update(from: output + before - state + row, count: units)
        }
      }
    }

    let last = timeSteps * state
    if options.isStateful {
      plan[hiddenState].update(from: hiddens + last, count: state)
      if hasCellState { plan[cellState].update(from: cells + last, count: state) }
    }
    if options.returnsSequences { return output }
    batch.mask = nil
    return output + last - state
  }

  @specialized(where Scalar == Float)
  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let rows = batch.rows
    let state = rows * units
    let (dropped, cells) = (plan[dropped], plan[cells])
    let (hiddenGradient, cellGradient) = (plan[hiddenGradient], plan[cellGradient])
    let carried = plan[carriedGradient]
    for gradient in [hiddenGradient, cellGradient, carried] {
      gradient.update(repeating: 0, count: state)
    }
    for step in stride(from: timeSteps - 1, through: 0, by: -1) {
      let before = step * state
      let mask = mask.map { $0 + time(step) * rows }
      for row in 0..<rows {
        for unit in row * units..<(row + 1) * units {
          var gradient = carried[unit]
          if options.returnsSequences {
            gradient += outputGradient[before + unit]
          } else if step == timeSteps - 1 {
            gradient += outputGradient[unit]
          }
          if mask.map({ $0[row] == 0 }) ?? false {
            // The output was that of the step before.
            carried[unit] = options.zeroOutputForMask ? 0 : gradient
          } else {
            carried[unit] = 0
            hiddenGradient[unit] += gradient
          }
        }
      }
      let (cellBefore, cellAfter) = hasCellState ? (before, before + state) : (0, 0)
      cell.backward(
        step: step, rows: rows, previousHidden: dropped + before,
        previousCell: cells + cellBefore, cell: cells + cellAfter,
        hiddenGradient: hiddenGradient, cellGradient: cellGradient, mask: mask)
      for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true {
        for unit in row * units..<(row + 1) * units {
          hiddenGradient[unit] *= plan[hiddenDropout][unit]
        }
      }
    }
    let gradient = plan[orderedGradient]
    cell.finish(
      input: plan[ordered], hiddens: dropped, steps: timeSteps, rows: rows,
      inputGradient: inputGradient == nil ? nil : gradient, sink: sink)
    guard let inputGradient else { return }
    for step in 0..<timeSteps {
      let to = inputGradient + time(step) * rows * inputs
      let from = gradient + step * rows * inputs
      for index in 0..<rows * inputs { to[index] = from[index] * plan[inputDropout][index] }
    }
  }
}
