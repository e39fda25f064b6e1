import CKernels
import Foundation
import Testing

@testable import Kernels

/// The updates of optimizers, on every instruction set this processor has, against the formulas in double precision.
@Suite struct UpdateTests {
  private func wave(_ count: Int, _ phase: Double) -> [Double] {
    (0..<count).map { sin(Double($0) * 1.3 + phase) }
  }

  /// Sizes around the vector widths, so that every tail is met.
  @Test(arguments: WeightUpdate.Rule.allCases, [1, 7, 16, 33])
  func rulesAgreeWithDoublePrecision(rule: WeightUpdate.Rule, count: Int) throws {
    for prepared in [false, true] {
      var update = WeightUpdate(rule, rate: 0.01)
      (update.a, update.b, update.c, update.d, update.e) = (0.7, 0.3, 0.5, 0.6, 1.4)
      update.epsilon = 1e-3
      if prepared {
        (update.l1, update.l2, update.scale) = (0.1, 0.2, 0.8)
        (update.clip, update.decay) = (0.5, 0.04)
      }

      let gradients = wave(count, 4)
      let start = [wave(count, 1), wave(count, 2), wave(count, 3), wave(count, 5)]
      // Arrays of squares are not negative, and no mean is above the root of its mean square.
      var (weights, first) = (start[0], start[1].map { abs($0) + 0.5 })
      var (second, third) = (start[2].map { abs($0) + 0.1 }, start[3].map { abs($0) * 0.2 })
      let before = [weights, first, second, third].map { $0.map { Float($0) } }
      Double.update(
        update, weights: &weights, gradients: gradients, first: &first, second: &second,
        third: &third, count: count)
      for index in 0..<ckernels_available_count() {
        let kernels = try #require(ckernels_available(index)).pointee
        let name = String(cString: kernels.name)
        var (found, one, two, three) = (before[0], before[1], before[2], before[3])
        var numbers = update.kernel
        kernels.update(&numbers, &found, gradients.map { Float($0) }, &one, &two, &three, count)
        for (part, values) in [
          (found, weights), (one, first), (two, second), (three, third),
        ] {
          #expect(
            zip(part, values).allSatisfy { abs(Double($0) - $1) <= 1e-5 * max(1, abs($1)) },
            "\(rule) on \(name), prepared: \(prepared)")
        }
      }
    }
  }

  @Test(arguments: [1, 15, 16, 17, 10_000]) func sumsAreThoseOfDoublePrecision(count: Int) throws {
    let values = wave(count, 0.3).map { Float($0) }
    let (sizes, squares) = Double.sums(values.map { Double($0) }, count: count)
    for index in 0..<ckernels_available_count() {
      let kernels = try #require(ckernels_available(index)).pointee
      var (found, foundSquares) = (0.0, 0.0)
      kernels.sums(values, count, &found, &foundSquares)
      #expect(abs(found - sizes) <= 1e-6 * sizes)
      #expect(abs(foundSquares - squares) <= 1e-6 * squares)
    }
  }

  @Test(arguments: [1, 3, 8]) func outerProductsAreSummed(inner: Int) throws {
    let (rows, columns) = (5, 19)
    let (left, right) = (wave(inner * rows, 0.1), wave(inner * columns, 0.7))
    var expected = [Double](repeating: 0, count: rows * columns)
    Double.outerProducts(
      left, right, rows: rows, columns: columns, inner: inner, into: &expected)
    for index in 0..<ckernels_available_count() {
      let kernels = try #require(ckernels_available(index)).pointee
      var found = [Float](repeating: 0, count: rows * columns)
      kernels.outer_products(
        left.map { Float($0) }, right.map { Float($0) }, &found, rows, columns, inner)
      #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) <= 1e-5 })
    }
  }
}
