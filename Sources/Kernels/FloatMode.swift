import CKernels

/// How this thread computes with numbers too small to be normal.
public enum FloatMode {
  /// Runs `body` with subnormal numbers as zeros, as TensorFlow does: gradients and moments of a model that
  /// has learnt its data become that small, and processors are slow with them.
  @inline(__always)
  public static func flushingSubnormals<Result>(_ body: () throws -> Result) rethrows -> Result {
    let mode = ckernels_flush_subnormals()
    defer { ckernels_restore_float_mode(mode) }
    return try body()
  }
}
