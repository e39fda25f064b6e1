import CKernels
import Testing

@testable import Kernels

/// Every instruction set of this processor gives the bits of the one that computes without any, whatever the inputs.
@Suite struct SameBitsTests {
  /// Numbers around one and, if they are special, some of any size, subnormal, infinite and none.
  private struct Values {
    var state: UInt64
    let isSpecial: Bool

    mutating func next() -> UInt32 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt32(truncatingIfNeeded: state >> 32)
    }

    mutating func values(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        let bits = next()
        if isSpecial, bits % 8 == 0 { return Float(bitPattern: next()) }
        return Float(bits >> 8) * 0x1p-22 - 2
      }
    }
  }

  /// What `body` computes on each instruction set is the same.
  private func expectSame(
    _ what: String, _ body: (ckernels_table, inout Values) -> [[Float]]
  ) throws {
    for isSpecial in [false, true] {
      var expected: [[UInt32]] = []
      for index in 0..<ckernels_available_count() {
        let kernels = try #require(ckernels_available(index)).pointee
        var values = Values(state: 7, isSpecial: isSpecial)
        // Processors differ in the bits of what is not a number.
        let found = body(kernels, &values).map { $0.map { $0.isNaN ? 0x7fc0_0000 : $0.bitPattern } }
        if index == 0 { expected = found }
        #expect(
          found == expected, "\(what) on \(String(cString: kernels.name)), special: \(isSpecial)")
      }
    }
  }

  static let sizes = [1, 3, 4, 5, 8, 13, 16, 17, 33, 50, 97]

  /// Beside small ones some that are cut into blocks, and some whose left matrix is packed.
  static let productShapes =
    sizes.flatMap { rows in sizes.map { (rows, $0, [1, 7, 64]) } }
    + [(9, 400, [20]), (261, 33, [530]), (300, 70, [90]), (17, 97, [600])]

  @Test(arguments: productShapes) func products(rows: Int, columns: Int, inners: [Int]) throws {
    for inner in inners {
      try expectSame("[\(rows), \(inner)] · [\(inner), \(columns)]") { kernels, values in
        let (left, right) = (values.values(rows * inner), values.values(inner * columns))
        var results: [[Float]] = []
        for kind in 0..<8 {
          var result = values.values(rows * columns)
          left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
              result.withUnsafeMutableBufferPointer { result in
                let (isLeftTurned, isRightTurned) = (kind & 1 == 1, kind & 2 == 2)
                var product = ckernels_product(
                  left: left.baseAddress, left_row: isLeftTurned ? 1 : inner,
                  left_inner: isLeftTurned ? rows : 1, right: right.baseAddress,
                  right_inner: isRightTurned ? 1 : columns,
                  right_column: isRightTurned ? inner : 1, result: result.baseAddress,
                  result_row: columns, rows: rows, columns: columns, inner: inner,
                  accumulate: kind < 4 ? 0 : 1)
                kernels.multiply(&product)
              }
            }
          }
          results.append(result)
          var packed = [Float](
            repeating: 0, count: Float.packedCount(inner: inner, columns: columns))
          kernels.pack(right, &packed, inner, columns, Int32(kind & 1))
          kernels.multiply_packed(
            left, packed, &result, rows, columns, inner, 0, columns, Int32(kind >> 2))
          results.append(result)
        }
        return results
      }
    }
  }

  @Test(arguments: sizes) func functionsAndSteps(units: Int) throws {
    try expectSame("\(units) units") { kernels, values in
      let all = 2 * units
      var gates = values.values(4 * all)
      let (before, gradient) = (values.values(all), values.values(all))
      var cellGradient = values.values(all)
      var (cell, tanhCell, hidden) = (before, before, before)
      kernels.lstm_forward(&gates, before, &cell, &tanhCell, &hidden, 2, units)
      let forward = gates
      kernels.lstm_backward(&gates, before, tanhCell, gradient, &cellGradient, 2, units)
      var (exponentials, tanhs) = (values.values(all), values.values(all))
      var (sigmoids, softmaxes) = (values.values(all), values.values(all))
      kernels.exp(&exponentials, all)
      kernels.tanh(&tanhs, all)
      kernels.sigmoid(&sigmoids, all)
      kernels.softmax(&softmaxes, 2, units)
      var (sizes, squares) = (0.0, 0.0)
      kernels.sums(forward, 4 * all, &sizes, &squares)
      let dot = kernels.dot(before, gradient, all)
      return [
        exponentials, tanhs, sigmoids, softmaxes, forward, gates, cell, tanhCell, hidden,
        cellGradient,
        [Float(sizes), Float(squares), dot],
      ]
    }
  }

  @Test(arguments: WeightUpdate.Rule.allCases) func updates(
    rule: WeightUpdate.Rule
  ) throws {
    for isPlain in [false, true] {
      var update = WeightUpdate(rule, rate: 0.01)
      (update.a, update.b, update.c, update.d, update.e) = (0.7, 0.3, 0.5, 0.6, 1.4)
      update.epsilon = 1e-7
      if !isPlain { (update.l1, update.l2, update.scale, update.clip) = (0.1, 0.2, 0.8, 0.5) }
      for columns in Self.sizes {
        try expectSame("\(rule), \(columns) columns") { kernels, values in
          var numbers = update.kernel
          let (rows, inner) = (5, 3)
          let arrays = (0..<4).map { _ in values.values(rows * columns).map { abs($0) } }
          var (weights, first, second, third) = (arrays[0], arrays[1], arrays[2], arrays[3])
          let (left, right) = (values.values(inner * rows), values.values(inner * columns))
          let gradients = values.values(rows * columns)
          kernels.update(
            &numbers, &weights, gradients, &first, &second, &third, rows * columns)
          kernels.update_product(
            &numbers, &weights, left, right, rows, columns, inner, &first, &second, &third)
          return [weights, first, second, third]
        }
      }
    }
  }
}
