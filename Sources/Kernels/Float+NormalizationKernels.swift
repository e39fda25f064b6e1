import CKernels

extension Float {
  package static func normalizeRows(
    _ values: UnsafePointer<Float>, gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
    epsilon: Float, scales: UnsafeMutablePointer<Float>, normalized: UnsafeMutablePointer<Float>,
    into result: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    kernels.normalize_rows(
      values, gamma, beta, epsilon, scales, normalized, result, rows, columns)
  }

  package static func normalizeRowsGradient(
    _ gradient: UnsafePointer<Float>, normalized: UnsafePointer<Float>,
    gamma: UnsafePointer<Float>?, scales: UnsafePointer<Float>,
    into valueGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    kernels.normalize_rows_gradient(
      gradient, normalized, gamma, scales, valueGradient, rows, columns)
  }

  package static func columnMoments(
    _ matrix: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?,
    mean: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>, rows: Int,
    columns: Int
  ) {
    kernels.column_moments(matrix, mask, mean, variance, rows, columns)
  }

  package static func moveAverage(
    _ average: UnsafeMutablePointer<Float>, to values: UnsafePointer<Float>, kept: Float,
    count: Int
  ) {
    kernels.move_average(average, values, kept, count)
  }

  package static func inverseRoots(
    _ values: UnsafePointer<Float>, epsilon: Float, into result: UnsafeMutablePointer<Float>,
    count: Int
  ) {
    kernels.inverse_roots(values, epsilon, result, count)
  }

  package static func normalizeColumns(
    _ matrix: UnsafePointer<Float>, mean: UnsafePointer<Float>, scales: UnsafePointer<Float>,
    gamma: UnsafePointer<Float>?, beta: UnsafePointer<Float>?,
    normalized: UnsafeMutablePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int,
    columns: Int
  ) {
    kernels.normalize_columns(
      matrix, mean, scales, gamma, beta, normalized, result, rows, columns)
  }

  package static func normalizeColumnsGradient(
    _ gradient: UnsafePointer<Float>, normalized: UnsafePointer<Float>,
    gamma: UnsafePointer<Float>?, scales: UnsafePointer<Float>, sums: UnsafePointer<Float>,
    products: UnsafePointer<Float>, mask: UnsafePointer<UInt8>?, hasMoments: Bool,
    into valueGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    kernels.normalize_columns_gradient(
      gradient, normalized, gamma, scales, sums, products, mask, hasMoments ? 1 : 0,
      valueGradient, rows, columns)
  }
}
