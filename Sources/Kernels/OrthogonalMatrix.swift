/// The orthogonal factor of a QR factorisation, by LAPACK.
public enum OrthogonalMatrix {
  /// Replaces `matrix` by the `Q` of its factorisation `Q · R`, with signs such that the diagonal of
  /// `R` is positive, as `keras.initializers.Orthogonal` does.
  ///
  /// - Parameter matrix: `[columns, rows]` row-major, that is LAPACK's column-major
  ///   `rows × columns`, with `rows ≥ columns`. Column `j` of `Q` is row `j` of the result.
  public static func factor(_ matrix: inout [Double], rows: Int, columns: Int) {
    precondition(rows >= columns && matrix.count == rows * columns)
    var (height, width, status): (Int32, Int32, Int32) = (Int32(rows), Int32(columns), 0)
    var reflectors = [Double](repeating: 0, count: columns)
    var workSize = Int32(64 * columns)
    var work = [Double](repeating: 0, count: Int(workSize))
    OpenBLAS.shared.dgeqrf(
      &height, &width, &matrix, &height, &reflectors, &work, &workSize, &status)
    let signs = (0..<columns).map { matrix[$0 * rows + $0] < 0 ? -1.0 : 1.0 }
    OpenBLAS.shared.dorgqr(
      &height, &width, &width, &matrix, &height, reflectors, &work, &workSize, &status)
    for column in 0..<columns where signs[column] < 0 {
      for row in 0..<rows { matrix[column * rows + row].negate() }
    }
  }
}
