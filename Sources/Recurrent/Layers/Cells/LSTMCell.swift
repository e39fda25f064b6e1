import Kernels

/// The cell of ``LSTM`` with any activations, as `keras.layers.LSTMCell` computes it.
///
/// Memory: `batch × timeSteps × 13 × units` scalars.
final class LSTMCell<Scalar: KernelScalar>: RecurrentCell {
  private let units: Int
  private let activation, recurrentActivation: Activation
  private let weights: CellWeights<Scalar>
  private let plan: MemoryPlan<Scalar>
  private let before: MemoryPlan<Scalar>.Region  // [steps, rows, 4 × units], before the activations
  private let gates: MemoryPlan<Scalar>.Region  // [steps, rows, 4 × units]
  private let activeCells: MemoryPlan<Scalar>.Region  // [steps, rows, units], activation(c)
  private let gradient: MemoryPlan<Scalar>.Region  // [steps, rows, 4 × units]

  init(_ description: LSTMDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.recurrent.units
    activation = description.recurrent.activation
    recurrentActivation = description.recurrentActivation
    weights = CellWeights(builder, usesBias: description.recurrent.usesBias)
    plan = builder.plan
    let all = builder.input.steps * builder.batch * units
    before = plan.reserve(4 * all)
    gates = plan.reserve(4 * all)
    activeCells = plan.reserve(all)
    gradient = plan.reserve(4 * all)
  }

  /// The activation of gate 0 to 3: i, f, c, o.
  private func activation(ofGate gate: Int) -> Activation {
    gate == 2 ? activation : recurrentActivation
  }

  @specialized(where Scalar == Float)
  func project(_ input: UnsafePointer<Scalar>, steps: Int, rows: Int) {
    weights.project(input, rows: steps * rows, into: plan[before])
  }

  @specialized(where Scalar == Float)
  func forward(
    step: Int, rows: Int, previousHidden: UnsafePointer<Scalar>,
    previousCell: UnsafePointer<Scalar>, hidden: UnsafeMutablePointer<Scalar>,
    cell: UnsafeMutablePointer<Scalar>
  ) {
    let at = step * rows * units
    let (before, gates) = (plan[before] + 4 * at, plan[gates] + 4 * at)
    let active = plan[activeCells] + at
    Scalar.multiply(
      previousHidden, transposeLeft: false, weights.recurrentKernel.values, transposeRight: false,
      rows: rows, columns: 4 * units, inner: units, into: before, accumulate: true)
    gates.update(from: before, count: 4 * rows * units)
    for row in 0..<rows {
      let gates = gates + 4 * row * units
      for gate in 0..<4 {
        activation(ofGate: gate).apply(gates + gate * units, rows: 1, columns: units)
      }
      for unit in 0..<units {
        let index = row * units + unit
        cell[index] =
          gates[units + unit] * previousCell[index] + gates[unit] * gates[2 * units + unit]
        active[index] = cell[index]
      }
      activation.apply(active + row * units, rows: 1, columns: units)
      for unit in 0..<units {
        hidden[row * units + unit] = gates[3 * units + unit] * active[row * units + unit]
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
    let at = step * rows * units
    for row in 0..<rows {
      let gradient = plan[gradient] + 4 * (at + row * units)
      if let mask, mask[row] == 0 {
        gradient.update(repeating: 0, count: 4 * units)
        continue
      }
      let gates = plan[gates] + 4 * (at + row * units)
      let active = plan[activeCells] + at + row * units
      let (dh, dc) = (hiddenGradient + row * units, cellGradient + row * units)
      for unit in 0..<units {
        gradient[3 * units + unit] = dh[unit] * active[unit]
        // The gradient of activation(c), in its place for a moment.
        dh[unit] *= gates[3 * units + unit]
      }
      activation.applyGradient(
        dh, before: cell + row * units, after: active, rows: 1, columns: units)
      for unit in 0..<units {
        dc[unit] += dh[unit]
        gradient[unit] = dc[unit] * gates[2 * units + unit]
        gradient[units + unit] = dc[unit] * previousCell[row * units + unit]
        gradient[2 * units + unit] = dc[unit] * gates[unit]
        dc[unit] *= gates[units + unit]
      }
      for gate in 0..<4 {
        activation(ofGate: gate).applyGradient(
          gradient + gate * units, before: plan[before] + 4 * (at + row * units) + gate * units,
          after: gates + gate * units, rows: 1, columns: units)
      }
      Scalar.multiply(
        gradient, transposeLeft: false, weights.recurrentKernel.values, transposeRight: true,
        rows: 1,
        columns: units, inner: 4 * units, into: dh, accumulate: false)
    }
  }

  @specialized(where Scalar == Float)
  func finish(
    input: UnsafePointer<Scalar>, hiddens: UnsafePointer<Scalar>, steps: Int, rows: Int,
    inputGradient: UnsafeMutablePointer<Scalar>?, sink: any GradientSink<Scalar>
  ) {
    weights.finish(
      gradient: plan[gradient], input: input, hiddens: hiddens, rows: steps * rows,
      inputGradient: inputGradient, sink: sink)
  }
}
