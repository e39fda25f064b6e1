import CKernels
import Foundation
import Testing

@testable import Kernels

/// Steps of recurrent layers, on every instruction set this processor has, against the formulas in double precision;
/// the instruction sets agree bit for bit.
@Suite struct RecurrentStepTests {
  private func wave(_ count: Int, _ phase: Double) -> [Double] {
    (0..<count).map { 2 * sin(Double($0) * 1.3 + phase) }
  }

  private func expectClose(_ found: [Float], _ exact: [Double], _ name: String) {
    #expect(
      zip(found, exact).allSatisfy { abs(Double($0) - $1) <= 2e-6 * max(1, abs($1)) }, "\(name)")
  }

  private func forEachInstructionSet(
    _ body: (ckernels_table, String) throws -> [[Float]]
  ) throws {
    var first: [[Float]]?
    for index in 0..<ckernels_available_count() {
      let kernels = try #require(ckernels_available(index)).pointee
      let values = try body(kernels, String(cString: kernels.name))
      #expect(first == nil || first == values)
      first = values
    }
  }

  /// Sizes around the vector widths, so that every tail is met.
  @Test(arguments: [1, 5, 16, 33]) func gruStepsAgreeWithDoublePrecision(units: Int) throws {
    let rows = 3
    let (size, state) = (rows * 3 * units, rows * units)
    let (inputs, contributions) = (wave(size, 1), wave(size, 2))
    let (previous, gradient) = (wave(state, 3), wave(state, 4))
    var (gates, hidden) = (inputs, [Double](repeating: 0, count: state))
    Double.gruForward(
      gates: &gates, inner: contributions, previousHidden: previous, hidden: &hidden, rows: rows,
      units: units)
    var (back, inner, hiddenGradient) = (gates, contributions, gradient)
    Double.gruBackward(
      gates: &back, inner: &inner, previousHidden: previous, hiddenGradient: &hiddenGradient,
      rows: rows, units: units)
    try forEachInstructionSet { kernels, name in
      var gatesFound = inputs.map { Float($0) }
      var hiddenFound = [Float](repeating: 0, count: state)
      var innerFound = contributions.map { Float($0) }
      var gradientFound = gradient.map { Float($0) }
      let previous = previous.map { Float($0) }
      kernels.gru_forward(&gatesFound, innerFound, previous, &hiddenFound, rows, units)
      expectClose(gatesFound, gates, name)
      expectClose(hiddenFound, hidden, name)
      kernels.gru_backward(&gatesFound, &innerFound, previous, &gradientFound, rows, units)
      expectClose(gatesFound, back, name)
      expectClose(innerFound, inner, name)
      expectClose(gradientFound, hiddenGradient, name)
      return [hiddenFound, gatesFound, innerFound, gradientFound]
    }
  }

  @Test(arguments: [1, 5, 16, 33]) func plainStepsAgreeWithDoublePrecision(count: Int) throws {
    let (before, gradient) = (wave(count, 1), wave(count, 2))
    var (hidden, back) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    Double.rnnForward(before, hidden: &hidden, count: count)
    Double.rnnBackward(hidden: hidden, hiddenGradient: gradient, gradient: &back, count: count)
    try forEachInstructionSet { kernels, name in
      var hiddenFound = [Float](repeating: 0, count: count)
      var backFound = hiddenFound
      kernels.rnn_forward(before.map { Float($0) }, &hiddenFound, count)
      kernels.rnn_backward(hiddenFound, gradient.map { Float($0) }, &backFound, count)
      expectClose(hiddenFound, hidden, name)
      expectClose(backFound, back, name)
      return [hiddenFound, backFound]
    }
  }
}
