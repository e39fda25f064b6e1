import CKernels

/// What a time step of an sLSTM has. `gates` `[rows, 4 × units]` are i, f, z, o; the others are `[rows, units]`.
package struct SLSTMStep<Scalar> {
  package typealias States = (
    cell: UnsafeMutablePointer<Scalar>, normalizer: UnsafeMutablePointer<Scalar>,
    stabilizer: UnsafeMutablePointer<Scalar>
  )

  let gates: UnsafeMutablePointer<Scalar>
  let previous, states: States
  /// The slope of the forget gate's exponent.
  let forgetSlope: UnsafeMutablePointer<Scalar>

  package init(
    gates: UnsafeMutablePointer<Scalar>, previous: States, states: States,
    forgetSlope: UnsafeMutablePointer<Scalar>
  ) {
    self.gates = gates
    self.previous = previous
    self.states = states
    self.forgetSlope = forgetSlope
  }
}

/// A time step of an sLSTM (Beck et al. 2024), whose gates are exponential: `m` is subtracted from the exponents, and
/// `n` is the sum of what the cell is a sum of, so that neither changes the hidden state but by what is too large.
///
///     m = max(ĩ, k), i = e^(ĩ − m), f = e^(k − m), with k = ln σ(f̃) + m' or f̃ + m', or ĩ where n' = 0
///     c = f ∘ c' + i ∘ tanh z̃, n = f ∘ n' + i, h = σ(õ) ∘ c / n
package protocol SLSTMKernels: BinaryFloatingPoint, Sendable {
  /// Turns `gates` from pre-activations into the gates, and computes the states.
  ///
  /// - Parameter forgetsExponentially: Whether the forget gate is e to its pre-activation, not a sigmoid of it.
  static func slstmForward(
    _ step: SLSTMStep<Self>, hidden: UnsafeMutablePointer<Self>, forgetsExponentially: Bool,
    rows: Int, units: Int)

  /// The same step backward: `gates` turns into the gradients of the pre-activations, and `gradients` from those of the
  /// states into those of the states before.
  static func slstmBackward(
    _ step: SLSTMStep<Self>, hiddenGradient: UnsafePointer<Self>,
    gradients: SLSTMStep<Self>.States, rows: Int, units: Int)
}

extension Float {
  package static func slstmForward(
    _ step: SLSTMStep<Float>, hidden: UnsafeMutablePointer<Float>, forgetsExponentially: Bool,
    rows: Int, units: Int
  ) {
    var step = step.kernel
    kernels.slstm_forward(&step, hidden, forgetsExponentially ? 1 : 0, rows, units)
  }

  package static func slstmBackward(
    _ step: SLSTMStep<Float>, hiddenGradient: UnsafePointer<Float>,
    gradients: SLSTMStep<Float>.States, rows: Int, units: Int
  ) {
    var step = step.kernel
    kernels.slstm_backward(
      &step, hiddenGradient, gradients.cell, gradients.normalizer, gradients.stabilizer, rows,
      units)
  }
}

extension SLSTMStep<Float> {
  var kernel: ckernels_slstm {
    ckernels_slstm(
      gates: gates, previous_cell: previous.cell, previous_normalizer: previous.normalizer,
      previous_stabilizer: previous.stabilizer, cell: states.cell, normalizer: states.normalizer,
      stabilizer: states.stabilizer, forget_slope: forgetSlope)
  }
}

extension Double {
  package static func slstmForward(
    _ step: SLSTMStep<Double>, hidden: UnsafeMutablePointer<Double>, forgetsExponentially: Bool,
    rows: Int, units: Int
  ) {
    for at in 0..<rows * units {
      let gates = step.gates + at / units * 4 * units + at % units
      let (a, b) = (gates[0], gates[units])
      let previous = step.previous.normalizer[at]
      var kept = forgetsExponentially ? b : -Elementary.softplus(-b)
      kept = previous == 0 ? a : kept + step.previous.stabilizer[at]
      let m = max(a, kept)
      let (i, f) = (Elementary.exponential(a - m), Elementary.exponential(kept - m))
      let z = Elementary.hyperbolicTangent(gates[2 * units])
      let o = Elementary.sigmoid(gates[3 * units])
      (gates[0], gates[units], gates[2 * units], gates[3 * units]) = (i, f, z, o)
      step.forgetSlope[at] = forgetsExponentially ? 1 : Elementary.sigmoid(-b)
      step.states.cell[at] = f * step.previous.cell[at] + i * z
      step.states.normalizer[at] = f * previous + i
      step.states.stabilizer[at] = m
      hidden[at] = o * step.states.cell[at] / step.states.normalizer[at]
    }
  }

  package static func slstmBackward(
    _ step: SLSTMStep<Double>, hiddenGradient: UnsafePointer<Double>,
    gradients: SLSTMStep<Double>.States, rows: Int, units: Int
  ) {
    for at in 0..<rows * units {
      let gates = step.gates + at / units * 4 * units + at % units
      let (i, f, z, o) = (gates[0], gates[units], gates[2 * units], gates[3 * units])
      let previous = step.previous.normalizer[at]
      // 0 of a row that has not counted yet, which has no gradients.
      let n = step.states.normalizer[at] == 0 ? 1 : step.states.normalizer[at]
      let (q, dh) = (step.states.cell[at] / n, hiddenGradient[at])
      let dc = gradients.cell[at] + dh * o / n
      let dn = gradients.normalizer[at] - dh * o / n * q
      // Of the exponents of both gates, and of the stabilizer, which is the larger exponent.
      var (da, dk) = ((dc * z + dn) * i, (dc * step.previous.cell[at] + dn * previous) * f)
      let dm = gradients.stabilizer[at] - da - dk
      if i == 1 { da += dm } else { dk += dm }
      if previous == 0 { (da, dk) = (da + dk, 0) }
      (gates[0], gates[units]) = (da, dk * step.forgetSlope[at])
      (gates[2 * units], gates[3 * units]) = (dc * i * (1 - z * z), dh * q * o * (1 - o))
      (gradients.cell[at], gradients.normalizer[at]) = (dc * f, dn * f)
      gradients.stabilizer[at] = dk
    }
  }
}
