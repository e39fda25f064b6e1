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
    if !transposeLeft, rows <= smallRows, rows * columns * inner <= smallProduct {
      let multiply = transposeRight ? kernels.multiply_transposed : kernels.multiply
      multiply?(left, right, result, rows, columns, inner, accumulate ? 1 : 0)
      return
    }
    cblas_sgemm(
      CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
      transposeRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
      blasint(inner), 1, left, blasint(transposeLeft ? rows : inner), right,
      blasint(transposeRight ? inner : columns), accumulate ? 1 : 0, result, blasint(columns))
  }

  /// Up to here our own products, which have nothing to set up, are faster than BLAS.
  private static var smallRows: Int { 32 }
  private static var smallProduct: Int { 1 << 18 }

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

  public static func adam(
    weights: UnsafeMutablePointer<Float>, left: UnsafePointer<Float>?,
    right: UnsafePointer<Float>, rows: Int, columns: Int, inner: Int,
    momentum: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>, step: Float,
    oneMinusBeta1: Float, oneMinusBeta2: Float, epsilon: Float
  ) {
    kernels.adam_product(
      weights, momentum, velocity, left, right, rows, columns, inner, step, oneMinusBeta1,
      oneMinusBeta2, epsilon)
  }

  public static func softmax(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    kernels.softmax(values, rows, columns)
  }

  /// The kernels of the instruction set in use.
  private static var kernels: ckernels_table { ckernels_selected().pointee }

  public static func naturalLogarithm(_ value: Float) -> Float { logf(value) }
  public static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
}
