import CKernels
import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Float: KernelScalar {
  public static func multiply(
    _ left: UnsafePointer<Float>, transposeLeft: Bool,
    _ right: UnsafePointer<Float>, transposeRight: Bool,
    rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    let beta: Float = accumulate ? 1 : 0
    if rows == 1 {
      // A single row: a matrix-vector product has less to set up.
      let (height, width) = transposeRight ? (columns, inner) : (inner, columns)
      cblas_sgemv(
        CblasRowMajor, transposeRight ? CblasNoTrans : CblasTrans, blasint(height), blasint(width),
        1, right, blasint(width), left, 1, beta, result, 1)
    } else {
      cblas_sgemm(
        CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
        transposeRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
        blasint(inner), 1, left, blasint(transposeLeft ? rows : inner), right,
        blasint(transposeRight ? inner : columns), beta, result, blasint(columns))
    }
  }

  public static func lstmForward(
    gates: UnsafeMutablePointer<Float>, previousCell: UnsafePointer<Float>,
    cell: UnsafeMutablePointer<Float>, tanhCell: UnsafeMutablePointer<Float>,
    hidden: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) {
    kernels.lstm_forward(gates, previousCell, cell, tanhCell, hidden, rows, units)
  }

  public static func lstmBackward(
    gates: UnsafeMutablePointer<Float>, previousCell: UnsafePointer<Float>,
    tanhCell: UnsafePointer<Float>, hiddenGradient: UnsafePointer<Float>,
    cellGradient: UnsafeMutablePointer<Float>, rows: Int, units: Int
  ) {
    kernels.lstm_backward(
      gates, previousCell, tanhCell, hiddenGradient, cellGradient, rows, units)
  }

  public static func adam(
    weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    momentum: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>,
    count: Int, step: Float, oneMinusBeta1: Float, oneMinusBeta2: Float, epsilon: Float
  ) {
    kernels.adam(
      weights, gradients, momentum, velocity, count, step, oneMinusBeta1, oneMinusBeta2, epsilon)
  }

  public static func exponential(_ values: UnsafeMutablePointer<Float>, count: Int) {
    kernels.exp(values, count)
  }

  /// The kernels of the instruction set in use.
  private static var kernels: ckernels_table { ckernels_selected().pointee }

  public static func naturalLogarithm(_ value: Float) -> Float { logf(value) }
  public static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
}
