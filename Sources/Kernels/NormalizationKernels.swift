/// Mean and variance of rows and of columns, and what follows from them. Matrices are `[rows, columns]`; `gamma` and
/// `beta` are `[columns]`, ones and zeros if `nil`. Each sum is one chain in ascending order.
package protocol NormalizationKernels: BinaryFloatingPoint, Sendable {
  /// `normalized = (x − mean) · scale` with mean and scale 1 / √(variance + ε) of each row, and
  /// `result = normalized ∘ gamma + beta`.
  ///
  /// - Parameter scales: `[rows]`, is written.
  static func normalizeRows(
    _ values: UnsafePointer<Self>, gamma: UnsafePointer<Self>?, beta: UnsafePointer<Self>?,
    epsilon: Self, scales: UnsafeMutablePointer<Self>, normalized: UnsafeMutablePointer<Self>,
    into result: UnsafeMutablePointer<Self>, rows: Int, columns: Int)

  /// The gradient of the values by that of the result.
  static func normalizeRowsGradient(
    _ gradient: UnsafePointer<Self>, normalized: UnsafePointer<Self>,
    gamma: UnsafePointer<Self>?, scales: UnsafePointer<Self>,
    into valueGradient: UnsafeMutablePointer<Self>, rows: Int, columns: Int)

  /// Mean and variance of each column, over the rows that the mask counts, or all.
  static func columnMoments(
    _ matrix: UnsafePointer<Self>, mask: UnsafePointer<UInt8>?, mean: UnsafeMutablePointer<Self>,
    variance: UnsafeMutablePointer<Self>, rows: Int, columns: Int)

  /// `average = average · kept + values · (1 − kept)`.
  static func moveAverage(
    _ average: UnsafeMutablePointer<Self>, to values: UnsafePointer<Self>, kept: Self, count: Int)

  /// `result = 1 / √(values + ε)`.
  static func inverseRoots(
    _ values: UnsafePointer<Self>, epsilon: Self, into result: UnsafeMutablePointer<Self>,
    count: Int)

  /// The same as ``normalizeRows(_:gamma:beta:epsilon:scales:normalized:into:rows:columns:)`` with mean and scale of
  /// each column.
  static func normalizeColumns(
    _ matrix: UnsafePointer<Self>, mean: UnsafePointer<Self>, scales: UnsafePointer<Self>,
    gamma: UnsafePointer<Self>?, beta: UnsafePointer<Self>?,
    normalized: UnsafeMutablePointer<Self>, into result: UnsafeMutablePointer<Self>, rows: Int,
    columns: Int)

  /// The gradient of the values by that of the result.
  ///
  /// - Parameters:
  ///   - sums: The sums of the rows of `gradient`.
  ///   - products: Those of the rows of `gradient ∘ normalized`.
  ///   - hasMoments: Whether mean and scale are those of these values, of the rows that the mask counts.
  static func normalizeColumnsGradient(
    _ gradient: UnsafePointer<Self>, normalized: UnsafePointer<Self>,
    gamma: UnsafePointer<Self>?, scales: UnsafePointer<Self>, sums: UnsafePointer<Self>,
    products: UnsafePointer<Self>, mask: UnsafePointer<UInt8>?, hasMoments: Bool,
    into valueGradient: UnsafeMutablePointer<Self>, rows: Int, columns: Int)
}
