import CKernels
import Foundation
import Testing

@testable import Kernels

/// What layers do value by value and row by row, on every instruction set this processor has, against the same in double
/// precision; the instruction sets agree bit for bit.
@Suite struct LayerKernelTests {
  private func wave(_ count: Int, _ phase: Double) -> [Double] {
    (0..<count).map { 2 * sin(Double($0) * 1.3 + phase) }
  }

  private func zeros(_ count: Int) -> [Double] { [Double](repeating: 0, count: count) }

  /// Computes with the kernels of each instruction set what is known in double precision.
  private func expect(
    _ exact: [[Double]], _ body: (ckernels_table) -> [[Float]]
  ) throws {
    var first: [[Float]]?
    for index in 0..<ckernels_available_count() {
      let kernels = try #require(ckernels_available(index)).pointee
      let found = body(kernels)
      for (number, (found, exact)) in zip(found, exact).enumerated() {
        #expect(
          zip(found, exact).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max(1, abs($1)) },
          "result \(number) on \(String(cString: kernels.name))")
      }
      #expect(first == nil || first == found)
      first = found
    }
  }

  private func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }

  /// Sizes around the vector widths, so that every tail is met.
  @Test(arguments: [1, 5, 16, 33]) func values(count: Int) throws {
    let (a, b, c) = (wave(count, 1), wave(count, 2), wave(count, 3))
    var (product, sum, gradient) = (zeros(count), c, c)
    var (mixed, ofWeights, ofRight) = (zeros(count), zeros(count), zeros(count))
    Double.multiplyElements(a, b, into: &product, count: count)
    Double.add(a, to: &sum, count: count)
    Double.add(b, times: 0.3, to: &sum, count: count)
    Double.addProducts(a, b, to: &sum, count: count)
    Double.scale(&sum, by: 0.7, count: count)
    Double.addPenalties(of: a, l1: 0.1, l2: 0.2, to: &sum, count: count)
    Double.mix(a, b, weights: c, into: &mixed, count: count)
    Double.mixGradient(
      a, b, weights: c, gradient: &gradient, ofWeights: &ofWeights, ofRight: &ofRight,
      count: count)
    var positive = a
    Double.rectify(&positive, count: count)
    let rectifier = Rectifier(slope: 0.3, threshold: 0.2, limit: 1)
    var rectified = a
    Double.rectify(&rectified, by: rectifier, count: count)
    let exact = [product, sum, mixed, gradient, ofWeights, ofRight, positive, rectified]
    try expect(exact) { kernels in
      let (a, b, c) = (floats(a), floats(b), floats(c))
      var (product, sum, gradient, positive) = (a, c, c, a)
      var (mixed, ofWeights, ofRight) = (a, a, a)
      kernels.multiply_elements(a, b, &product, count)
      kernels.add_elements(a, &sum, count)
      kernels.add_scaled(b, 0.3, &sum, count)
      kernels.add_products(a, b, &sum, count)
      kernels.scale(&sum, 0.7, count)
      kernels.add_penalties(a, 0.1, 0.2, &sum, count)
      kernels.mix(c, a, b, &mixed, count)
      kernels.mix_gradient(c, a, b, &gradient, &ofWeights, &ofRight, count)
      kernels.rectify(&positive, count)
      var (rectified, rectifier) = (a, rectifier.kernel)
      kernels.rectify_by(&rectifier, &rectified, count)
      return [product, sum, mixed, gradient, ofWeights, ofRight, positive, rectified]
    }
  }

  @Test(arguments: [1, 5, 16, 33]) func maxima(count: Int) throws {
    let (a, amounts) = (wave(count, 1), wave(count, 3))
    // Every other value is equal.
    let b = zip(a, wave(count, 2)).enumerated().map { $0 % 2 == 0 ? $1.0 : $1.1 }
    var (largest, smallest) = (b, b)
    Double.takeLarger(a, sign: 1, to: &largest, count: count)
    Double.takeLarger(a, sign: -1, to: &smallest, count: count)
    #expect(largest == zip(a, b).map(max) && smallest == zip(a, b).map(min))
    var (added, moved, left, ratio) = (a, a, amounts, a)
    Double.addWhereEqual(a, b, amounts: amounts, to: &added, count: count)
    Double.moveWhereEqual(a, b, amounts: &left, to: &moved, count: count)
    let divisors = amounts.map { $0 + 3 }
    Double.divide(&ratio, by: divisors, count: count)
    #expect(zip(left, amounts).enumerated().allSatisfy { $1.0 == ($0 % 2 == 0 ? 0 : $1.1) })
    try expect([largest, smallest, added, moved, left, ratio]) { kernels in
      let (a, b) = (floats(a), floats(b))
      var (largest, smallest, added) = (b, b, a)
      var (moved, left, ratio) = (a, floats(amounts), a)
      kernels.take_larger(a, 1, &largest, count)
      kernels.take_larger(a, -1, &smallest, count)
      kernels.add_where_equal(a, b, floats(amounts), &added, count)
      kernels.move_where_equal(a, b, &left, &moved, count)
      kernels.divide_elements(&ratio, floats(divisors), count)
      return [largest, smallest, added, moved, left, ratio]
    }
  }

  /// What is not a number stays, wherever it comes from.
  @Test func maximaOfWhatIsNotANumber() throws {
    for index in 0..<ckernels_available_count() {
      let kernels = try #require(ckernels_available(index)).pointee
      var largest: [Float] = [.nan, 1, -.infinity]
      kernels.take_larger([2, .nan, -3], 1, &largest, 3)
      #expect(largest[0].isNaN && largest[1].isNaN && largest[2] == -3)
    }
  }

  @Test(arguments: [1, 5, 16, 33]) func slopes(columns: Int) throws {
    let (rows, count) = (5, 5 * columns)
    let (gradient, values) = (wave(count, 1), wave(count, 2))
    let rectifier = Rectifier(slope: 0.3, threshold: 0.2, limit: 1)
    var results = [[Double]](repeating: gradient, count: 5)
    Double.reluGradient(&results[0], before: values, count: count)
    Double.hyperbolicTangentGradient(&results[1], after: values, count: count)
    Double.sigmoidGradient(&results[2], after: values, count: count)
    Double.softmaxGradient(&results[3], after: values, rows: rows, columns: columns)
    Double.rectifierGradient(&results[4], of: rectifier, before: values, count: count)
    try expect(results) { kernels in
      var results = [[Float]](repeating: floats(gradient), count: 5)
      var rectifier = rectifier.kernel
      kernels.relu_gradient(&results[0], floats(values), count)
      kernels.tanh_gradient(&results[1], floats(values), count)
      kernels.sigmoid_gradient(&results[2], floats(values), count)
      kernels.softmax_gradient(&results[3], floats(values), rows, columns)
      kernels.rectifier_gradient(&rectifier, &results[4], floats(values), count)
      return results
    }
  }

  @Test(arguments: [1, 5, 16, 33]) func rows(columns: Int) throws {
    let rows = 4
    var matrix = wave(rows * columns, 1)
    for column in 0..<columns { matrix[columns + column] = 0.5 }
    var marks = [UInt8](repeating: 9, count: rows)
    Double.markRows(of: matrix, with: 0.5, rows: rows, columns: columns, in: &marks)
    #expect(marks == [1, 0, 1, 1])
    var sums = wave(columns, 2)
    Double.addRows(of: matrix, mask: marks, rows: rows, columns: columns, to: &sums)
    try expect([sums]) { kernels in
      var floatMarks = [UInt8](repeating: 9, count: rows)
      kernels.mark_rows(floats(matrix), 0.5, &floatMarks, rows, columns)
      #expect(floatMarks == marks)
      var sums = floats(wave(columns, 2))
      kernels.add_rows(floats(matrix), columns, marks, &sums, rows, columns)
      return [sums]
    }
  }

  @Test(arguments: [1, 5, 16, 33], [false, true])
  func normalization(columns: Int, isPlain: Bool) throws {
    let (rows, mask) = (5, [UInt8]([1, 0, 1, 1, 1]))
    let count = rows * columns
    let (values, gradient) = (wave(count, 1), wave(count, 2))
    let gamma = isPlain ? nil : wave(columns, 3)
    let beta = isPlain ? nil : wave(columns, 4)
    var (scales, normalized, result, ofValues) = (
      zeros(rows), zeros(count), zeros(count), zeros(count)
    )
    var (mean, variance, average, roots) = (
      zeros(columns), zeros(columns), wave(columns, 5), zeros(columns)
    )
    var exact: [[Double]] = []
    withPointers(gamma, beta) { gamma, beta in
      Double.normalizeRows(
        values, gamma: gamma, beta: beta, epsilon: 0.01, scales: &scales, normalized: &normalized,
        into: &result, rows: rows, columns: columns)
      Double.normalizeRowsGradient(
        gradient, normalized: normalized, gamma: gamma, scales: scales, into: &ofValues,
        rows: rows, columns: columns)
      exact += [scales, normalized, result, ofValues]
      Double.columnMoments(
        values, mask: mask, mean: &mean, variance: &variance, rows: rows, columns: columns)
      Double.moveAverage(&average, to: variance, kept: 0.9, count: columns)
      Double.inverseRoots(variance, epsilon: 0.01, into: &roots, count: columns)
      Double.normalizeColumns(
        values, mean: mean, scales: roots, gamma: gamma, beta: beta, normalized: &normalized,
        into: &result, rows: rows, columns: columns)
      Double.normalizeColumnsGradient(
        gradient, normalized: normalized, gamma: gamma, scales: roots, sums: mean,
        products: average, mask: mask, hasMoments: true, into: &ofValues, rows: rows,
        columns: columns)
      exact += [mean, variance, average, roots, normalized, result, ofValues]
    }
    try expect(exact) { kernels in
      let (values, gradient) = (floats(values), floats(gradient))
      var scales = [Float](repeating: 0, count: rows)
      var (normalized, result, ofValues) = (values, values, values)
      var mean = [Float](repeating: 0, count: columns)
      var (variance, average, roots) = (mean, floats(wave(columns, 5)), mean)
      var found: [[Float]] = []
      withPointers(gamma.map(floats), beta.map(floats)) { gamma, beta in
        kernels.normalize_rows(
          values, gamma, beta, 0.01, &scales, &normalized, &result, rows, columns)
        kernels.normalize_rows_gradient(
          gradient, normalized, gamma, scales, &ofValues, rows, columns)
        found += [scales, normalized, result, ofValues]
        kernels.column_moments(values, mask, &mean, &variance, rows, columns)
        kernels.move_average(&average, variance, 0.9, columns)
        kernels.inverse_roots(variance, 0.01, &roots, columns)
        kernels.normalize_columns(
          values, mean, roots, gamma, beta, &normalized, &result, rows, columns)
        kernels.normalize_columns_gradient(
          gradient, normalized, gamma, roots, mean, average, mask, 1, &ofValues, rows, columns)
        found += [mean, variance, average, roots, normalized, result, ofValues]
      }
      return found
    }
  }

  /// Rows that have seen nothing yet among them.
  @Test(arguments: [1, 5, 16, 33], [false, true])
  func stepsOfAnSLSTM(units: Int, forgetsExponentially: Bool) throws {
    let (rows, count) = (3, 3 * units)
    let exponents = wave(4 * count, 1).map { 3 * $0 }
    // Normalizers are not negative.
    let before = wave(3 * count, 2).enumerated().map { at, value in
      (count..<2 * count).contains(at) ? at < count + units ? 0 : abs(value) : value
    }
    let gradients = wave(3 * count, 3)
    func compute<Scalar: SLSTMKernels>(
      _ gates: inout [Scalar], _ before: [Scalar], _ gradients: inout [Scalar],
      _ forward: (SLSTMStep<Scalar>, UnsafeMutablePointer<Scalar>) -> Void,
      _ backward: (SLSTMStep<Scalar>, UnsafePointer<Scalar>, SLSTMStep<Scalar>.States) -> Void
    ) -> [[Scalar]] {
      var (before, after) = (before, before)
      var (slope, hidden) = (Array(before[..<count]), Array(before[..<count]))
      var results: [[Scalar]] = []
      gates.withUnsafeMutableBufferPointer { gates in
        before.withUnsafeMutableBufferPointer { before in
          after.withUnsafeMutableBufferPointer { after in
            slope.withUnsafeMutableBufferPointer { slope in
              gradients.withUnsafeMutableBufferPointer { gradients in
                guard let gates = gates.baseAddress, let before = before.baseAddress,
                  let to = after.baseAddress, let slope = slope.baseAddress,
                  let gradients = gradients.baseAddress
                else { return }
                let step = SLSTMStep(
                  gates: gates, previous: (before, before + count, before + 2 * count),
                  states: (to, to + count, to + 2 * count), forgetSlope: slope)
                forward(step, &hidden)
                results = [Array(after)]
                backward(step, hidden, (gradients, gradients + count, gradients + 2 * count))
              }
            }
          }
        }
      }
      return results + [gates, slope, hidden, gradients]
    }
    var (ofGates, ofStates) = (exponents, gradients)
    let exact = compute(
      &ofGates, before, &ofStates,
      {
        Double.slstmForward(
          $0, hidden: $1, forgetsExponentially: forgetsExponentially, rows: rows, units: units)
      },
      { Double.slstmBackward($0, hiddenGradient: $1, gradients: $2, rows: rows, units: units) })
    try expect(exact) { kernels in
      var (ofGates, ofStates) = (floats(exponents), floats(gradients))
      return compute(
        &ofGates, floats(before), &ofStates,
        { step, hidden in
          var step = step.kernel
          kernels.slstm_forward(&step, hidden, forgetsExponentially ? 1 : 0, rows, units)
        },
        { step, ofHidden, gradients in
          var step = step.kernel
          kernels.slstm_backward(
            &step, ofHidden, gradients.cell, gradients.normalizer, gradients.stabilizer, rows,
            units)
        })
    }
  }

  private func withPointers<Scalar>(
    _ one: [Scalar]?, _ other: [Scalar]?,
    _ body: (UnsafePointer<Scalar>?, UnsafePointer<Scalar>?) -> Void
  ) {
    (one ?? []).withUnsafeBufferPointer { first in
      (other ?? []).withUnsafeBufferPointer { second in
        body(one == nil ? nil : first.baseAddress, other == nil ? nil : second.baseAddress)
      }
    }
  }

  /// The same values are left out in both precisions, wherever the draws begin.
  @Test(arguments: [1, 5, 16, 33, 200], [UInt64](0...3)) func factorsOfDropout(
    count: Int, first: UInt64
  ) throws {
    let rate = 0.3
    let draws = Philox(seed: 77 << 30, stream: 4, position: 5 << 34 | first)
    var exact = zeros(count)
    Double.drawFactors(draws, rate: rate, into: &exact, count: count)
    for (index, factor) in exact.enumerated() {
      let uniform = Double(draws.draw(draws.position + UInt64(index)) >> 11) * 0x1p-53
      #expect(factor == (uniform < rate ? 0 : 1 / (1 - rate)))
    }
    try expect([exact]) { kernels in
      var factors = [Float](repeating: 9, count: count)
      var start = ckernels_draws(
        seed: draws.seed, stream: draws.stream, position: draws.position,
        left_out: Philox.drawsBelow(rate), factor: Float(1 / (1 - rate)))
      kernels.draw_factors(&start, &factors, count)
      return [factors]
    }
  }
}
