import Kernels

/// The hardware limit of arithmetic: multiply-adds in registers, on all threads at once.
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

/// The hardware limit of memory bandwidth: far more values than the caches hold, each read once, on all threads at once.
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
