import Kernels

/// What an LSTM makes of its gates i, f, c, o before their activations, with the previous cell state, and back.
///
/// Shapes: gates `[rows, 4 × units]`, states `[rows, units]`.
/// Memory: `rows × 5 × units` scalars from the model's plan; where a step is not one kernel `rows × 4 × units` more, and as
/// many again where the gradient of an activation needs what it was applied to.
struct LSTMGates<Scalar: KernelScalar> {
  private let units: Int
  private let activation, recurrentActivation: Activation
  /// What the gates see of the cell state.
  private let peepholes: LSTMPeepholes<Scalar>?
  /// What the cell state is normalized by.
  private let norm: RowNormalization<Scalar>?
  /// Whether a step is one kernel.
  private let isFused: Bool
  /// Whether the gates are kept as they are before their activations.
  private let keepsBefore: Bool
  private let plan: MemoryPlan<Scalar>
  private let gates, before, gradient: MemoryRegion  // [rows, 4 × units]
  private let activeCells: MemoryRegion  // [rows, units]

  init(
    units: Int, activation: Activation, recurrentActivation: Activation, rows: Int,
    plan: MemoryPlan<Scalar>, peepholes: LSTMPeepholes<Scalar>? = nil,
    norm: RowNormalization<Scalar>? = nil
  ) {
    self.units = units
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.plan = plan
    self.peepholes = peepholes
    self.norm = norm
    isFused =
      activation == .tanh && recurrentActivation == .sigmoid && peepholes == nil && norm == nil
    keepsBefore = activation.needsValuesBefore || recurrentActivation.needsValuesBefore
    gates = plan.reserve(4 * rows * units)
    activeCells = plan.reserve(rows * units)
    before = keepsBefore ? plan.reserve(4 * rows * units) : gates
    gradient = isFused ? gates : plan.reserve(4 * rows * units)
  }

  /// Where the gates go before their activations.
  var values: UnsafeMutablePointer<Scalar> { plan[gates] }
  /// The gradients of that.
  var gradients: UnsafeMutablePointer<Scalar> { plan[gradient] }

  /// Computes cell and hidden state of some rows.
  ///
  /// - Parameter place: The first row.
  @inline(__always)
  func forward(
    place: Int, rows: Int, previousCell: UnsafePointer<Scalar>,
    cell: UnsafeMutablePointer<Scalar>, hidden: UnsafeMutablePointer<Scalar>
  ) {
    let (gates, active) = (plan[gates] + 4 * place * units, plan[activeCells] + place * units)
    if isFused {
      return Scalar.lstmForward(
        gates: gates, previousCell: previousCell, cell: cell, tanhCell: active, hidden: hidden,
        rows: rows, units: units)
    }
    let before = plan[before] + 4 * place * units
    for row in 0..<rows {
      let (first, row) = (4 * row * units, row * units)
      let (gates, cell) = (gates + first, cell + row)
      peepholes?.addBefore(previousCell + row, to: gates)
      activate(gates, 0..<3, before: before + first)
      Scalar.multiplyElements(gates + units, previousCell + row, into: cell, count: units)
      Scalar.addProducts(gates, gates + 2 * units, to: cell, count: units)
    }
    norm?.normalize(cell, place: place, rows: rows)
    active.update(from: cell, count: rows * units)
    Scalar.activate(active, by: activation, rows: rows, columns: units)
    for row in 0..<rows {
      let (first, row) = (4 * row * units, row * units)
      peepholes?.addAfter(cell + row, to: gates + first)
      activate(gates + first, 3..<4, before: before + first)
      Scalar.multiplyElements(
        gates + first + 3 * units, active + row, into: hidden + row, count: units)
    }
  }

  /// Turns the gradients of both states into that of the previous cell state, in its place, and those of the gates.
  @inline(__always)
  func backward(
    place: Int, rows: Int, previousCell: UnsafePointer<Scalar>, cell: UnsafePointer<Scalar>,
    hiddenGradient: UnsafeMutablePointer<Scalar>, cellGradient: UnsafeMutablePointer<Scalar>
  ) {
    let (gates, active) = (plan[gates] + 4 * place * units, plan[activeCells] + place * units)
    if isFused {
      return Scalar.lstmBackward(
        gates: gates, previousCell: previousCell, tanhCell: active,
        hiddenGradient: hiddenGradient, cellGradient: cellGradient, rows: rows, units: units)
    }
    let (gradient, before) = (plan[gradient] + 4 * place * units, plan[before] + 4 * place * units)
    for row in 0..<rows {
      let (first, row) = (4 * row * units, row * units)
      let (outputs, ofHidden) = (first + 3 * units, hiddenGradient + row)
      Scalar.multiplyElements(ofHidden, active + row, into: gradient + outputs, count: units)
      // The gradient of activation(c), in its place for a moment.
      Scalar.multiplyElements(ofHidden, gates + outputs, into: ofHidden, count: units)
      activateBackward(gradient + first, 3..<4, before: before + first, gates: gates + first)
    }
    Scalar.activationGradient(
      hiddenGradient, of: activation, before: cell, after: active, rows: rows, columns: units)
    Scalar.add(hiddenGradient, to: cellGradient, count: rows * units)
    if let peepholes {
      for row in 0..<rows {
        peepholes.goBackAfter(gradient + 4 * row * units, to: cellGradient + row * units)
      }
    }
    norm?.goBack(cellGradient, place: place, rows: rows, into: cellGradient)
    for row in 0..<rows {
      let (first, row) = (4 * row * units, row * units)
      let (gates, gradient, ofCell) = (gates + first, gradient + first, cellGradient + row)
      Scalar.multiplyElements(ofCell, gates + 2 * units, into: gradient, count: units)
      Scalar.multiplyElements(ofCell, previousCell + row, into: gradient + units, count: units)
      Scalar.multiplyElements(ofCell, gates, into: gradient + 2 * units, count: units)
      Scalar.multiplyElements(ofCell, gates + units, into: ofCell, count: units)
      activateBackward(gradient, 0..<3, before: before + first, gates: gates)
      peepholes?.goBackBefore(gradient, to: ofCell)
    }
  }

  /// Notes that some rows have no gradients.
  func skipBackward(place: Int, rows: Int) {
    Scalar.fill(gradients + 4 * place * units, with: 0, count: 4 * rows * units)
    norm?.skipBackward(place: place, rows: rows)
  }

  /// Activates some of the gates of a row.
  @inline(__always)
  private func activate(
    _ gates: UnsafeMutablePointer<Scalar>, _ numbers: Range<Int>,
    before: UnsafeMutablePointer<Scalar>
  ) {
    for gate in numbers {
      let values = gates + gate * units
      if keepsBefore { (before + gate * units).update(from: values, count: units) }
      Scalar.activate(values, by: activation(of: gate), rows: 1, columns: units)
    }
  }

  /// The gradients of some of the gates of a row before their activations.
  @inline(__always)
  private func activateBackward(
    _ gradient: UnsafeMutablePointer<Scalar>, _ numbers: Range<Int>,
    before: UnsafePointer<Scalar>, gates: UnsafePointer<Scalar>
  ) {
    for gate in numbers {
      let place = gate * units
      Scalar.activationGradient(
        gradient + place, of: activation(of: gate), before: before + place, after: gates + place,
        rows: 1, columns: units)
    }
  }

  private func activation(of gate: Int) -> Activation {
    gate == 2 ? activation : recurrentActivation
  }
}
