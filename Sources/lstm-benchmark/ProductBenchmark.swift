import Kernels

/// A product of large square matrices.
struct ProductBenchmark: Benchmark {
  private static let size = 1536
  private let left, right, result: AlignedMemory<Float>
  let unit = "floating-point operation"
  var unitsPerRound: Double { 2 * Double(Self.size * Self.size * Self.size) }

  init() throws {
    left = try AlignedMemory(count: Self.size * Self.size)
    right = try AlignedMemory(count: Self.size * Self.size)
    result = try AlignedMemory(count: Self.size * Self.size)
    left.base.update(repeating: 0.5, count: left.count)
    right.base.update(repeating: 0.25, count: right.count)
  }

  func round() -> Double {
    seconds {
      Float.multiply(
        left.base, transposeLeft: false, right.base, transposeRight: false, rows: Self.size,
        columns: Self.size, inner: Self.size, into: result.base, accumulate: false)
    }
  }
}
