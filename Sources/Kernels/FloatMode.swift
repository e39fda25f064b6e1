import CKernels

/// How this thread computes with numbers too small to be normal.
///
/// One rule holds wherever a model computes, in training, evaluation and predictions: subnormal numbers count as zeros,
/// as in TensorFlow. A model's passes forward and backward set it on the thread that calls them, and
/// ``ComputeThreads`` compute as the thread does that hands out the work.
public enum FloatMode {
  /// Runs `body` with subnormal numbers as zeros: gradients and moments of a model that has learnt its data become
  /// that small, and processors are slow with them.
  @inline(__always)
  public static func flushingSubnormals<Result>(_ body: () throws -> Result) rethrows -> Result {
    let mode = ckernels_flush_subnormals()
    defer { ckernels_restore_float_mode(mode) }
    return try body()
  }
}
