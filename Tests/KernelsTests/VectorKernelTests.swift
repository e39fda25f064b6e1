import CKernels
import Foundation
import Kernels
import Testing

/// The vector kernels against the C library and against the double-precision loops, on every
/// instruction set this processor has.
@Suite struct VectorKernelTests {
  private func onEachInstructionSet(_ body: (ckernels_table, String) throws -> Void) rethrows {
    for index in 0..<ckernels_available_count() {
      guard let table = ckernels_available(index) else { continue }
      try body(table.pointee, String(cString: table.pointee.name))
    }
  }

  @Test func theWidestInstructionSetIsSelected() {
    let names = (0..<ckernels_available_count()).compactMap { index in
      ckernels_available(index).map { String(cString: $0.pointee.name) }
    }
    #expect(names.first == "baseline")
    let wanted = ProcessInfo.processInfo.environment["LSTM_INSTRUCTION_SET"]
    #expect(InstructionSet.selected.rawValue == wanted ?? names.last)
  }

  /// Values over the range where a gate is not saturated, and some far outside.
  private var values: [Float] {
    (0..<20_001).map { Float($0 - 10_000) * 0.0021 } + [0, -0.0, 1e-30, -1e-30, 1e-4, 50, -50, 80]
  }

  @Test func exponentialIsWithinTwoUnitsInTheLastPlace() {
    onEachInstructionSet { kernels, set in
      var results = values
      kernels.exp(&results, results.count)
      for (x, result) in zip(values, results) {
        let exact = exp(Double(x))
        let error = abs(Double(result) - exact) / Double(Float(exact).ulp)
        #expect(error <= 2, "exp(\(x)) on \(set) is \(error) ulp off")
      }
    }
  }

  @Test func tanhAndSigmoidAreWithinAMillionth() {
    onEachInstructionSet { kernels, set in
      var tanhs = values
      var sigmoids = values
      kernels.tanh(&tanhs, tanhs.count)
      kernels.sigmoid(&sigmoids, sigmoids.count)
      for (index, x) in values.enumerated() {
        #expect(abs(Double(tanhs[index]) - tanh(Double(x))) <= 2e-7, "tanh(\(x)) on \(set)")
        #expect(
          abs(Double(sigmoids[index]) - 1 / (1 + exp(-Double(x)))) <= 2e-7,
          "sigmoid(\(x)) on \(set)")
      }
    }
  }

  /// Sizes around the vector widths, so that every tail is met.
  @Test(arguments: [1, 3, 4, 7, 8, 13, 16, 17, 31, 50])
  func gatesAgreeWithDoublePrecision(units: Int) {
    onEachInstructionSet { kernels, set in
      let rows = 3
      let wave = { (count: Int, phase: Double) in (0..<count).map { sin(Double($0) * 1.3 + phase) }
      }
      var gates = wave(rows * 4 * units, 0.1)
      let previousCell = wave(rows * units, 0.2)
      let hiddenGradient = wave(rows * units, 0.3)
      var cellGradient = wave(rows * units, 0.4)
      var (cell, tanhCell, hidden) = (previousCell, previousCell, previousCell)

      var floatGates = gates.map { Float($0) }
      let floatPreviousCell = previousCell.map { Float($0) }
      let floatHiddenGradient = hiddenGradient.map { Float($0) }
      var floatCellGradient = cellGradient.map { Float($0) }
      var (floatCell, floatTanh, floatHidden) = (
        floatPreviousCell, floatPreviousCell, floatPreviousCell
      )

      Double.lstmForward(
        gates: &gates, previousCell: previousCell, cell: &cell, tanhCell: &tanhCell,
        hidden: &hidden, rows: rows, units: units)
      kernels.lstm_forward(
        &floatGates, floatPreviousCell, &floatCell, &floatTanh, &floatHidden, rows, units)
      expectClose(floatHidden, hidden, "hidden on \(set)")
      expectClose(floatCell, cell, "cell on \(set)")

      Double.lstmBackward(
        gates: &gates, previousCell: previousCell, tanhCell: tanhCell,
        hiddenGradient: hiddenGradient, cellGradient: &cellGradient, rows: rows, units: units)
      kernels.lstm_backward(
        &floatGates, floatPreviousCell, floatTanh, floatHiddenGradient, &floatCellGradient, rows,
        units)
      expectClose(floatGates, gates, "gate gradients on \(set)")
      expectClose(floatCellGradient, cellGradient, "cell gradient on \(set)")
    }
  }

  private func expectClose(_ found: [Float], _ expected: [Double], _ what: String) {
    for (a, b) in zip(found, expected) {
      #expect(abs(Double(a) - b) <= 1e-6 * max(1, abs(b)), "\(what)")
    }
  }
}
