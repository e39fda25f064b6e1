extension Double {
  package static func multiplyElements(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>,
    into result: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count { result[index] = left[index] * right[index] }
  }

  package static func add(
    _ values: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count { sums[index] += values[index] }
  }

  package static func add(
    _ values: UnsafePointer<Double>, times factor: Double, to sums: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    for index in 0..<count { sums[index].addProduct(values[index], factor) }
  }

  package static func addProducts(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>,
    to sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count { sums[index] += left[index] * right[index] }
  }

  package static func addRows(
    of matrix: UnsafePointer<Double>, mask: UnsafePointer<UInt8>?, rows: Int, columns: Int,
    to sums: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows where counts(mask, row) {
      add(matrix + row * columns, to: sums, count: columns)
    }
  }

  package static func scale(_ values: UnsafeMutablePointer<Double>, by factor: Double, count: Int) {
    for index in 0..<count { values[index] *= factor }
  }

  package static func rectify(_ values: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { values[index] = max(values[index], 0) }
  }

  package static func rectify(
    _ values: UnsafeMutablePointer<Double>, by rectifier: Rectifier, count: Int
  ) {
    for index in 0..<count { values[index] = rectifier.value(values[index]) }
  }

  package static func mix(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, weights: UnsafePointer<Double>,
    into result: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count {
      result[index] = weights[index] * left[index] + (1 - weights[index]) * right[index]
    }
  }

  package static func mixGradient(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, weights: UnsafePointer<Double>,
    gradient: UnsafeMutablePointer<Double>, ofWeights: UnsafeMutablePointer<Double>,
    ofRight: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count {
      ofWeights[index] = gradient[index] * (left[index] - right[index])
      ofRight[index] = gradient[index] * (1 - weights[index])
      gradient[index] *= weights[index]
    }
  }

  package static func addPenalties(
    of weights: UnsafePointer<Double>, l1: Double, l2: Double,
    to gradients: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count {
      let weight = weights[index]
      gradients[index] += l2 * weight + (weight > 0 ? l1 : weight < 0 ? -l1 : 0)
    }
  }

  package static func markRows(
    of matrix: UnsafePointer<Double>, with value: Double, rows: Int, columns: Int,
    in marks: UnsafeMutablePointer<UInt8>
  ) {
    for row in 0..<rows {
      let values = matrix + row * columns
      marks[row] = (0..<columns).contains { values[$0] != value } ? 1 : 0
    }
  }

  package static func drawFactors(
    _ draws: Philox, rate: Double, into factors: UnsafeMutablePointer<Double>, count: Int
  ) {
    let leftOut = Philox.drawsBelow(rate)
    for index in 0..<count {
      let draw = draws.draw(draws.position &+ UInt64(index)) >> 11
      factors[index] = draw < leftOut ? 0 : 1 / (1 - rate)
    }
  }
}

/// Whether a mask counts a row; all do without one.
@inline(__always)
func counts(_ mask: UnsafePointer<UInt8>?, _ row: Int) -> Bool { mask.map { $0[row] != 0 } ?? true }
