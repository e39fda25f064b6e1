import COpenBLAS

/// The threads of matrix products.
public enum ComputeThreads {
  /// Sets the number of threads that matrix products use from now on. The same number gives the same
  /// bits; the engine asks for one.
  public static func use(_ count: Int) {
    openblas_set_num_threads(Int32(clamping: max(1, count)))
  }
}
