import CKernels
import Testing

@testable import Kernels

/// The matrix products and what is fused with them, against plain loops in double precision, on every
/// instruction set this processor has.
@Suite struct ProductTests {
  struct Size: CustomStringConvertible, Sendable {
    let rows, columns, inner: Int
    var description: String { "[\(rows), \(inner)] · [\(inner), \(columns)]" }
  }

  /// Around the widths of vectors and blocks, so that every tail is met.
  static let sizes = [
    Size(rows: 1, columns: 1, inner: 1), Size(rows: 1, columns: 200, inner: 50),
    Size(rows: 3, columns: 17, inner: 5), Size(rows: 4, columns: 64, inner: 16),
    Size(rows: 5, columns: 65, inner: 33), Size(rows: 9, columns: 130, inner: 3),
    Size(rows: 25, columns: 26, inner: 16), Size(rows: 2, columns: 70, inner: 1030),
  ]

  private func wave(_ count: Int, _ phase: Double) -> [Float] {
    (0..<count).map { Float(((Double($0) * 0.7 + phase).truncatingRemainder(dividingBy: 2)) - 1) }
  }

  /// `left · right` with `left` `[rows, inner]` and `right` `[inner, columns]`.
  private func product(_ left: [Float], _ right: [Float], _ size: Size) -> [Double] {
    (0..<size.rows * size.columns).map { at in
      let (row, column) = (at / size.columns, at % size.columns)
      return (0..<size.inner).reduce(0.0) {
        $0 + Double(left[row * size.inner + $1]) * Double(right[$1 * size.columns + column])
      }
    }
  }

  private func transposed(_ matrix: [Float], rows: Int, columns: Int) -> [Float] {
    (0..<matrix.count).map { matrix[$0 % rows * columns + $0 / rows] }
  }

  private func expectClose(_ found: [Float], _ expected: [Double], inner: Int, _ what: String) {
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) {
      #expect(abs(Double(a) - b) <= 2e-7 * Double(inner) + 1e-6, "\(what)")
    }
  }

  @Test(arguments: sizes) func productsAreThoseOfDoublePrecision(size: Size) {
    let left = wave(size.rows * size.inner, 0.1)
    let right = wave(size.inner * size.columns, 0.2)
    let rightTransposed = transposed(right, rows: size.inner, columns: size.columns)
    let begin = wave(size.rows * size.columns, 0.3)
    let expected = product(left, right, size)
    let added = zip(expected, begin).map { $0 + Double($1) }
    for index in 0..<ckernels_available_count() {
      guard let kernels = ckernels_available(index)?.pointee else { continue }
      let name = String(cString: kernels.name)
      for accumulate in [false, true] {
        let wanted = accumulate ? added : expected
        let flag: Int32 = accumulate ? 1 : 0
        let leftTransposed = transposed(left, rows: size.rows, columns: size.inner)
        var result = begin
        for turned in 0..<4 {
          let (isLeftTurned, isRightTurned) = (turned & 1 == 1, turned & 2 == 2)
          result = begin
          (isLeftTurned ? leftTransposed : left).withUnsafeBufferPointer { left in
            (isRightTurned ? rightTransposed : right).withUnsafeBufferPointer { right in
              result.withUnsafeMutableBufferPointer { result in
                var product = ckernels_product(
                  left: left.baseAddress, left_row: isLeftTurned ? 1 : size.inner,
                  left_inner: isLeftTurned ? size.rows : 1, right: right.baseAddress,
                  right_inner: isRightTurned ? 1 : size.columns,
                  right_column: isRightTurned ? size.inner : 1, result: result.baseAddress,
                  result_row: size.columns, rows: size.rows, columns: size.columns,
                  inner: size.inner, accumulate: flag)
                kernels.multiply(&product)
              }
            }
          }
          expectClose(result, wanted, inner: size.inner, "multiply \(turned) on \(name)")
        }

        for (matrix, isTransposed) in [(right, Int32(0)), (rightTransposed, Int32(1))] {
          var packed = [Float](
            repeating: .nan, count: Float.packedCount(inner: size.inner, columns: size.columns))
          kernels.pack(matrix, &packed, size.inner, size.columns, isTransposed)
          result = begin
          kernels.multiply_packed(
            left, packed, &result, size.rows, size.columns, size.inner, 0, size.columns, flag)
          expectClose(result, wanted, inner: size.inner, "multiply_packed on \(name)")
          // In two parts.
          let whole = result
          let half = min(size.columns, Int(CKERNELS_PANEL))
          result = begin
          for (from, count) in [(half, size.columns - half), (0, half)] where count > 0 {
            kernels.multiply_packed(
              left, packed, &result, size.rows, size.columns, size.inner, from, count, flag)
          }
          #expect(result == whole, "parts of multiply_packed on \(name)")
        }
      }
    }
  }

  /// Through the module's own sharing between threads.
  @Test(arguments: [
    Size(rows: 1, columns: 2048, inner: 600), Size(rows: 300, columns: 70, inner: 90),
    Size(rows: 40, columns: 700, inner: 64),
  ])
  func largeProductsAreThoseOfDoublePrecision(size: Size) {
    let left = wave(size.rows * size.inner, 0.1)
    let right = wave(size.inner * size.columns, 0.2)
    let expected = product(left, right, size)
    let leftTransposed = transposed(left, rows: size.rows, columns: size.inner)
    let rightTransposed = transposed(right, rows: size.inner, columns: size.columns)
    for (transposeLeft, transposeRight) in [(false, false), (true, false), (false, true)] {
      var result = [Float](repeating: .nan, count: size.rows * size.columns)
      Float.multiply(
        transposeLeft ? leftTransposed : left, transposeLeft: transposeLeft,
        transposeRight ? rightTransposed : right, transposeRight: transposeRight,
        rows: size.rows, columns: size.columns, inner: size.inner, into: &result,
        accumulate: false)
      expectClose(
        result, expected, inner: size.inner, "transposed: \(transposeLeft), \(transposeRight)")
    }
  }

  private func adam<Scalar: KernelScalar>() -> WeightUpdate<Scalar> {
    var update = WeightUpdate<Scalar>(.adam, rate: 0.01)
    (update.a, update.b, update.epsilon) = (0.1, 0.001, 1e-7)
    return update
  }

  @Test(arguments: [1, 3, 8]) func adamOnAProductIsAdamOnItsResult(inner: Int) {
    let (rows, columns) = (7, 37)
    let left = wave(inner * rows, 0.4)
    let right = wave(inner * columns, 0.5)
    for isBias in [false, true] {
      let rows = isBias ? 1 : rows
      for index in 0..<ckernels_available_count() {
        guard let kernels = ckernels_available(index)?.pointee else { continue }
        let name = String(cString: kernels.name)
        var weights = wave(rows * columns, 0.6)
        var momentum = wave(rows * columns, 0.7)
        // Not near zero, where the quotient is ill-conditioned.
        var velocity = wave(rows * columns, 0.8).map { abs($0) + 0.1 }
        var expected = (
          weights.map { Double($0) }, momentum.map { Double($0) }, velocity.map { Double($0) }
        )
        var unused = expected.0
        let doubles = (left.map { Double($0) }, right.map { Double($0) })
        doubles.0.withUnsafeBufferPointer { left in
          Double.update(
            adam(), left: isBias ? nil : left.baseAddress, right: doubles.1, rows: rows,
            columns: columns, inner: inner, weights: &expected.0, first: &expected.1,
            second: &expected.2, third: &unused)
        }
        left.withUnsafeBufferPointer { left in
          var numbers = (adam() as WeightUpdate<Float>).kernel
          var third: [Float] = []
          kernels.update_product(
            &numbers, &weights, isBias ? nil : left.baseAddress, right, rows, columns, inner,
            &momentum, &velocity, &third)
        }
        expectClose(weights, expected.0, inner: inner, "weights on \(name)")
        expectClose(momentum, expected.1, inner: inner, "momentum on \(name)")
        expectClose(velocity, expected.2, inner: inner, "velocity on \(name)")
      }
    }
  }

  @Test(arguments: [1, 3, 16, 26, 65]) func softmaxIsThatOfDoublePrecision(columns: Int) {
    let values = wave(4 * columns, 0.9).map { 20 * $0 }
    var expected = values.map { Double($0) }
    Double.softmax(&expected, rows: 4, columns: columns)
    for index in 0..<ckernels_available_count() {
      guard let kernels = ckernels_available(index)?.pointee else { continue }
      var result = values
      kernels.softmax(&result, 4, columns)
      for (a, b) in zip(result, expected) { #expect(abs(Double(a) - b) <= 1e-6) }
    }
  }
}
