/// The orthogonal factor of a QR factorisation, by Householder's reflections in blocks (Schreiber & Van Loan 1989), of
/// products that give the same bits everywhere.
package enum OrthogonalMatrix {
  /// The reflections of a block.
  private static let block = 32

  /// Replaces a matrix by the `Q` of its factorisation `Q · R`, with signs such that the diagonal of `R` is positive,
  /// as `keras.initializers.Orthogonal` does.
  ///
  /// - Parameter matrix: `[columns, rows]`, a column behind the other, with `rows ≥ columns`. Column `j` of `Q` is row
  ///   `j` of the result.
  package static func factor(_ matrix: inout [Float], rows: Int, columns: Int) {
    precondition(rows >= columns && matrix.count == rows * columns)
    var reflections = [Float](repeating: 0, count: rows * columns)
    var signs = [Float](repeating: 1, count: columns)
    var triangles: [[Float]] = []
    let starts = Array(stride(from: 0, to: columns, by: block))
    for first in starts {
      let last = min(columns, first + block)
      let scales = reflect(
        &matrix, first..<last, rows: rows, into: &reflections, signs: &signs)
      let triangle = triangle(reflections, scales: scales, first: first, rows: rows)
      apply(
        triangle, isTransposed: false, reflections, first: first, rows: rows, to: &matrix,
        last..<columns)
      triangles.append(triangle)
    }
    // The columns of Q are what the reflections make of those of the identity, the last block first.
    matrix = [Float](repeating: 0, count: rows * columns)
    for column in 0..<columns { matrix[column * rows + column] = 1 }
    for (first, triangle) in zip(starts, triangles).reversed() {
      apply(
        triangle, isTransposed: true, reflections, first: first, rows: rows, to: &matrix,
        first..<columns)
    }
    for column in 0..<columns where signs[column] < 0 {
      for row in 0..<rows { matrix[column * rows + row].negate() }
    }
  }

  /// Finds the reflections `x − scale · (v · x) · v` that turn columns upper triangular, one by one, and applies each
  /// to the columns of the block behind it.
  ///
  /// - Parameter signs: Receives those of the diagonal.
  /// - Returns: The scale of each.
  private static func reflect(
    _ matrix: inout [Float], _ columns: Range<Int>, rows: Int, into reflections: inout [Float],
    signs: inout [Float]
  ) -> [Float] {
    columns.map { column in
      let (at, count) = (column * rows + column, rows - column)
      return matrix.withUnsafeMutableBufferPointer { matrix in
        reflections.withUnsafeMutableBufferPointer { reflections in
          guard let columnValues = matrix.baseAddress, let all = reflections.baseAddress else {
            return 0
          }
          let (x, v) = (columnValues + at, all + at)
          let norm = Float.sums(x, count: count).squares.squareRoot()
          v.update(from: x, count: count)
          let size = norm * (norm + Double(abs(x[0])))
          guard size > 0 else { return 0 }
          // Away from zero, so that nothing cancels.
          signs[column] = x[0] < 0 ? 1 : -1
          v[0] = Float(Double(x[0]) - Double(signs[column]) * norm)
          let scale = Float(1 / size)
          for other in column + 1..<max(column + 1, columns.upperBound) {
            let values = columnValues + other * rows + column
            let part = -scale * Float.dot(values, v, count: count)
            for row in 0..<count { values[row] += part * v[row] }
          }
          return scale
        }
      }
    }
  }

  /// The `T` with which the reflections of a block are together `I − V · T · Vᵀ`: `[count, count]`.
  private static func triangle(
    _ reflections: [Float], scales: [Float], first: Int, rows: Int
  ) -> [Float] {
    let count = scales.count
    var products = [Float](repeating: 0, count: count * count)
    reflections.withUnsafeBufferPointer { reflections in
      guard let base = reflections.baseAddress else { return }
      let block = base + first * rows
      Float.multiply(
        block, transposeLeft: false, block, transposeRight: true, rows: count, columns: count,
        inner: rows, into: &products, accumulate: false)
    }
    var triangle = [Float](repeating: 0, count: count * count)
    for column in 0..<count {
      triangle[column * count + column] = scales[column]
      for row in 0..<column {
        var sum: Float = 0
        for index in row..<column {
          sum += triangle[row * count + index] * products[index * count + column]
        }
        triangle[row * count + column] = -scales[column] * sum
      }
    }
    return triangle
  }

  /// `x ← x − V · Tᵀ · Vᵀ · x` for columns of the matrix, or with `T` if it is transposed once more.
  private static func apply(
    _ triangle: [Float], isTransposed: Bool, _ reflections: [Float], first: Int, rows: Int,
    to matrix: inout [Float], _ columns: Range<Int>
  ) {
    guard !columns.isEmpty else { return }
    let count = min(block, (reflections.count / rows) - first)
    var parts = [Float](repeating: 0, count: columns.count * count)
    var turned = parts
    matrix.withUnsafeMutableBufferPointer { matrix in
      reflections.withUnsafeBufferPointer { reflections in
        guard let values = matrix.baseAddress.map({ $0 + columns.lowerBound * rows }),
          let block = reflections.baseAddress.map({ $0 + first * rows })
        else { return }
        Float.multiply(
          values, transposeLeft: false, block, transposeRight: true, rows: columns.count,
          columns: count, inner: rows, into: &parts, accumulate: false)
        Float.multiply(
          parts, transposeLeft: false, triangle, transposeRight: isTransposed,
          rows: columns.count, columns: count, inner: count, into: &turned, accumulate: false)
        for index in turned.indices { turned[index].negate() }
        Float.multiply(
          turned, transposeLeft: false, block, transposeRight: false, rows: columns.count,
          columns: rows, inner: count, into: values, accumulate: true)
      }
    }
  }
}
