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
    let parts = ComputeThreads.parts(
      of: rows * columns * inner, enough: rows == 1 ? enoughOfARow : enough)
    // Each thread computes some of the rows, or some of the columns.
    let splitsRows = rows > columns
    let size = splitsRows ? rows : columns
    let grains = (size + grain - 1) / grain
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * grain
      let count = min(size, grains * (part + 1) / parts * grain) - first
      let (rowCount, columnCount) = splitsRows ? (count, columns) : (rows, count)
      let (leftStride, rightStride) = (
        transposeLeft ? rows : inner, transposeRight ? inner : columns
      )
      let left = left + (splitsRows ? (transposeLeft ? first : first * inner) : 0)
      let right = right + (splitsRows ? 0 : transposeRight ? first * inner : first)
      let result = result + (splitsRows ? first * columns : first)
      if rows == 1 {
        // The matrix is read once, and there is nothing to pack.
        OpenBLAS.shared.sgemv(
          CblasRowMajor, transposeRight ? CblasNoTrans : CblasTrans,
          blasint(transposeRight ? columnCount : inner),
          blasint(transposeRight ? inner : columnCount), 1, right, blasint(rightStride), left, 1,
          accumulate ? 1 : 0, result, 1)
      } else {
        OpenBLAS.shared.sgemm(
          CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
          transposeRight ? CblasTrans : CblasNoTrans, blasint(rowCount), blasint(columnCount),
          blasint(inner), 1, left, blasint(leftStride), right, blasint(rightStride),
          accumulate ? 1 : 0, result, blasint(columns))
      }
    }
  }

  // The rows or columns that a thread takes at once, and the multiplications from which a second one helps.
  private static var grain: Int { 32 }
  private static var enough: Int { 1 << 20 }
  private static var enoughOfARow: Int { 1 << 18 }

  /// Up to here our own products, which have nothing to set up, are faster than BLAS.
  private static var smallRows: Int { 32 }
  private static var smallProduct: Int { 1 << 18 }

  public static func packedCount(inner: Int, columns: Int) -> Int {
    let panel = Int(CKERNELS_PANEL)
    return inner * ((columns + panel - 1) / panel * panel)
  }

  public static func pack(
    _ matrix: UnsafePointer<Float>, transposed: Bool, inner: Int, columns: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    kernels.pack(matrix, packed, inner, columns, transposed ? 1 : 0)
  }

  public static func multiply(
    _ left: UnsafePointer<Float>, packed: UnsafePointer<Float>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Float>, accumulate: Bool
  ) {
    kernels.multiply_packed(left, packed, result, rows, columns, inner, accumulate ? 1 : 0)
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

  public static func update(
    _ update: WeightUpdate<Float>, weights: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>,
    second: UnsafeMutablePointer<Float>, third: UnsafeMutablePointer<Float>, count: Int
  ) {
    var update = update.kernel
    kernels.update(&update, weights, gradients, first, second, third, count)
  }

  public static func sums(
    _ values: UnsafePointer<Float>, count: Int
  ) -> (sizes: Double, squares: Double) {
    var (sizes, squares) = (0.0, 0.0)
    kernels.sums(values, count, &sizes, &squares)
    return (sizes, squares)
  }

  public static func outerProducts(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Float>
  ) {
    kernels.outer_products(left, right, result, rows, columns, inner)
  }

  public static func softmax(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    kernels.softmax(values, rows, columns)
  }

  /// The kernels of the instruction set in use.
  private static var kernels: ckernels_table { ckernels_selected().pointee }

  public static func naturalLogarithm(_ value: Float) -> Float { logf(value) }
  public static func power(_ base: Float, _ exponent: Float) -> Float { powf(base, exponent) }
}

/// Whether none of the values is infinite or not a number.
public func areFinite(_ values: UnsafeBufferPointer<Float>) -> Bool {
  guard let base = values.baseAddress else { return true }
  return ckernels_selected().pointee.all_finite(base, values.count) != 0
}
