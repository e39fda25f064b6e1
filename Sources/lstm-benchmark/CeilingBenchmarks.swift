import Kernels

/// The most that the processor computes: multiply-adds in registers, on all threads at once.
struct PeakBenchmark: Benchmark {
  private static let rounds = 5_000_000
  let unit = "floating-point operation"
  let unitsPerRound = Double(
    ComputeThreads.count * InstructionSet.multiplyAndAdd(rounds: 1) * rounds)

  func round() -> Double {
    seconds {
      ComputeThreads.run(parts: ComputeThreads.count) { _, _ in
        InstructionSet.multiplyAndAdd(rounds: Self.rounds)
      }
    }
  }
}

/// The fastest that memory is read: values far more than the caches hold, each once, on all threads at once.
struct MemoryBenchmark: Benchmark {
  private let values: AlignedMemory<Float>
  let unit = "byte"
  var unitsPerRound: Double { Double(values.count * MemoryLayout<Float>.size) }

  init() throws {
    values = try AlignedMemory(count: 1 << 26)
    values.base.update(repeating: 0.5, count: values.count)
  }

  func round() -> Double {
    seconds {
      ComputeThreads.run(parts: ComputeThreads.count) { part, parts in
        let first = values.count * part / parts
        let count = values.count * (part + 1) / parts - first
        _ = areFinite(UnsafeBufferPointer(start: values.base + first, count: count))
      }
    }
  }
}

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
