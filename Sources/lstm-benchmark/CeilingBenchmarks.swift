import LSTMToolkit

/// The fastest that matrix products get on this machine: large square ones.
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

/// The fastest that memory is read: one vector times a matrix far larger than the caches.
struct MemoryBenchmark: Benchmark {
  private static let (rows, columns) = (8192, 8192)
  private let matrix, left, result: AlignedMemory<Float>
  let unit = "byte"
  var unitsPerRound: Double { Double(Self.rows * Self.columns * MemoryLayout<Float>.size) }

  init() throws {
    matrix = try AlignedMemory(count: Self.rows * Self.columns)
    left = try AlignedMemory(count: Self.rows)
    result = try AlignedMemory(count: Self.columns)
    matrix.base.update(repeating: 0.5, count: matrix.count)
  }

  func round() -> Double {
    seconds {
      Float.multiply(
        left.base, transposeLeft: false, matrix.base, transposeRight: true, rows: 1,
        columns: Self.columns, inner: Self.rows, into: result.base, accumulate: false)
    }
  }
}
