/// Solves linear equations of a symmetric, positive definite matrix by Cholesky's factors.
enum Cholesky {
  /// - Parameters:
  ///   - matrix: `[size, size]`, of which the lower triangle is read.
  ///   - right: `[size, columns]`.
  /// - Returns: What the matrix is to be multiplied by to give the right side, `[size, columns]`; `nil` if the matrix is
  ///   not positive definite.
  static func solve(_ matrix: [Double], _ right: [Double], size: Int) -> [Double]? {
    guard size > 0 else { return [] }
    let columns = right.count / size
    var factors = matrix
    for row in 0..<size {
      for column in 0...row {
        var sum = factors[row * size + column]
        for inner in 0..<column {
          sum -= factors[row * size + inner] * factors[column * size + inner]
        }
        guard row != column || sum > 0 else { return nil }
        factors[row * size + column] =
          row == column ? sum.squareRoot() : sum / factors[column * size + column]
      }
    }
    var solution = right
    for step in 0..<columns {
      for row in 0..<size {
        var sum = solution[row * columns + step]
        for inner in 0..<row {
          sum -= factors[row * size + inner] * solution[inner * columns + step]
        }
        solution[row * columns + step] = sum / factors[row * size + row]
      }
      for row in (0..<size).reversed() {
        var sum = solution[row * columns + step]
        for inner in row + 1..<size {
          sum -= factors[inner * size + row] * solution[inner * columns + step]
        }
        solution[row * columns + step] = sum / factors[row * size + row]
      }
    }
    return solution
  }
}
