import Kernels

/// What an LSTM makes of its gates i, f, c, o before their activations, with the previous cell state, and back.
///
/// Shapes: gates `[rows, 4 × units]`, states `[rows, units]`.
/// Memory: `rows × 5 × units` scalars from the model's plan; with other activations than tanh and sigmoid `rows × 8 ×
/// units` more.
struct LSTMGates<Scalar: KernelScalar> {
  private let units: Int
  private let activation, recurrentActivation: Activation
  /// Whether a step is one kernel.
  private let isFused: Bool
  private let plan: MemoryPlan<Scalar>
  private let gates, before, gradient: MemoryRegion  // [rows, 4 × units]
  private let activeCells: MemoryRegion  // [rows, units]

  init(
    units: Int, activation: Activation, recurrentActivation: Activation, rows: Int,
    plan: MemoryPlan<Scalar>
  ) {
    self.units = units
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.plan = plan
    isFused = activation == .tanh && recurrentActivation == .sigmoid
    gates = plan.reserve(4 * rows * units)
    activeCells = plan.reserve(rows * units)
    before = isFused ? gates : plan.reserve(4 * rows * units)
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
    (plan[before] + 4 * place * units).update(from: gates, count: 4 * rows * units)
    forEachGate(rows: rows) { place, activation in
      Scalar.activate(gates + place, by: activation, rows: 1, columns: units)
    }
    for row in 0..<rows {
      let (gates, row) = (gates + 4 * row * units, row * units)
      Scalar.multiplyElements(gates + units, previousCell + row, into: cell + row, count: units)
      Scalar.addProducts(gates, gates + 2 * units, to: cell + row, count: units)
    }
    active.update(from: cell, count: rows * units)
    Scalar.activate(active, by: activation, rows: rows, columns: units)
    for row in 0..<rows {
      Scalar.multiplyElements(
        gates + (4 * row + 3) * units, active + row * units, into: hidden + row * units,
        count: units)
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
    let gradient = plan[gradient] + 4 * place * units
    for row in 0..<rows {
      let (outputs, row) = ((4 * row + 3) * units, row * units)
      let ofHidden = hiddenGradient + row
      Scalar.multiplyElements(ofHidden, active + row, into: gradient + outputs, count: units)
      // The gradient of activation(c), in its place for a moment.
      Scalar.multiplyElements(ofHidden, gates + outputs, into: ofHidden, count: units)
    }
    Scalar.activationGradient(
      hiddenGradient, of: activation, before: cell, after: active, rows: rows, columns: units)
    Scalar.add(hiddenGradient, to: cellGradient, count: rows * units)
    for row in 0..<rows {
      let (gates, gradient) = (gates + 4 * row * units, gradient + 4 * row * units)
      let (ofCell, previous) = (cellGradient + row * units, previousCell + row * units)
      Scalar.multiplyElements(ofCell, gates + 2 * units, into: gradient, count: units)
      Scalar.multiplyElements(ofCell, previous, into: gradient + units, count: units)
      Scalar.multiplyElements(ofCell, gates, into: gradient + 2 * units, count: units)
      Scalar.multiplyElements(ofCell, gates + units, into: ofCell, count: units)
    }
    let before = plan[before] + 4 * place * units
    forEachGate(rows: rows) { place, activation in
      Scalar.activationGradient(
        gradient + place, of: activation, before: before + place, after: gates + place, rows: 1,
        columns: units)
    }
  }

  /// Calls `body` with where the gates i, f, c, o of each row begin, and the activation of each.
  @inline(__always)
  private func forEachGate(rows: Int, _ body: (_ place: Int, _ activation: Activation) -> Void) {
    for gate in 0..<4 * rows {
      body(gate * units, gate % 4 == 2 ? activation : recurrentActivation)
    }
  }
}
