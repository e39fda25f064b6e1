extension Double {
  package static func normalizeRows(
    _ values: UnsafePointer<Double>, gamma: UnsafePointer<Double>?, beta: UnsafePointer<Double>?,
    epsilon: Double, scales: UnsafeMutablePointer<Double>,
    normalized: UnsafeMutablePointer<Double>, into result: UnsafeMutablePointer<Double>,
    rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let first = row * columns
      var (mean, variance) = (0.0, 0.0)
      for column in 0..<columns { mean += values[first + column] }
      mean /= Double(columns)
      for column in 0..<columns {
        let difference = values[first + column] - mean
        variance += difference * difference
      }
      scales[row] = 1 / (variance / Double(columns) + epsilon).squareRoot()
      for column in 0..<columns {
        let value = (values[first + column] - mean) * scales[row]
        normalized[first + column] = value
        result[first + column] = value * (gamma?[column] ?? 1) + (beta?[column] ?? 0)
      }
    }
  }

  package static func normalizeRowsGradient(
    _ gradient: UnsafePointer<Double>, normalized: UnsafePointer<Double>,
    gamma: UnsafePointer<Double>?, scales: UnsafePointer<Double>,
    into valueGradient: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let first = row * columns
      var (sum, products) = (0.0, 0.0)
      for column in 0..<columns {
        let own = gradient[first + column] * (gamma?[column] ?? 1)
        valueGradient[first + column] = own
        sum += own
        products += own * normalized[first + column]
      }
      for at in first..<first + columns {
        let shared = (sum + normalized[at] * products) / Double(columns)
        valueGradient[at] = scales[row] * (valueGradient[at] - shared)
      }
    }
  }

  package static func columnMoments(
    _ matrix: UnsafePointer<Double>, mask: UnsafePointer<UInt8>?,
    mean: UnsafeMutablePointer<Double>, variance: UnsafeMutablePointer<Double>, rows: Int,
    columns: Int
  ) {
    let counted = Double(max(1, countedRows(mask, rows: rows)))
    for column in 0..<columns {
      var (sum, squares) = (0.0, 0.0)
      for row in 0..<rows where counts(mask, row) { sum += matrix[row * columns + column] }
      mean[column] = sum / counted
      for row in 0..<rows where counts(mask, row) {
        let difference = matrix[row * columns + column] - mean[column]
        squares += difference * difference
      }
      variance[column] = squares / counted
    }
  }

  package static func moveAverage(
    _ average: UnsafeMutablePointer<Double>, to values: UnsafePointer<Double>, kept: Double,
    count: Int
  ) {
    for index in 0..<count { average[index] = average[index] * kept + values[index] * (1 - kept) }
  }

  package static func inverseRoots(
    _ values: UnsafePointer<Double>, epsilon: Double, into result: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    for index in 0..<count { result[index] = 1 / (values[index] + epsilon).squareRoot() }
  }

  package static func normalizeColumns(
    _ matrix: UnsafePointer<Double>, mean: UnsafePointer<Double>, scales: UnsafePointer<Double>,
    gamma: UnsafePointer<Double>?, beta: UnsafePointer<Double>?,
    normalized: UnsafeMutablePointer<Double>, into result: UnsafeMutablePointer<Double>,
    rows: Int, columns: Int
  ) {
    for at in 0..<rows * columns {
      let column = at % columns
      normalized[at] = (matrix[at] - mean[column]) * scales[column]
      result[at] = normalized[at] * (gamma?[column] ?? 1) + (beta?[column] ?? 0)
    }
  }

  package static func normalizeColumnsGradient(
    _ gradient: UnsafePointer<Double>, normalized: UnsafePointer<Double>,
    gamma: UnsafePointer<Double>?, scales: UnsafePointer<Double>, sums: UnsafePointer<Double>,
    products: UnsafePointer<Double>, mask: UnsafePointer<UInt8>?, hasMoments: Bool,
    into valueGradient: UnsafeMutablePointer<Double>, rows: Int, columns: Int
  ) {
    let counted = Double(max(1, countedRows(mask, rows: rows)))
    for row in 0..<rows {
      // Rows that do not count had no part in mean and variance.
      let isShared = hasMoments && counts(mask, row)
      for column in 0..<columns {
        let at = row * columns + column
        let shared =
          isShared ? (sums[column] + normalized[at] * products[column]) / counted : 0
        valueGradient[at] = scales[column] * (gamma?[column] ?? 1) * (gradient[at] - shared)
      }
    }
  }
}
