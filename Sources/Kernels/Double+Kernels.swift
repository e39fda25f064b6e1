extension Double: KernelScalar {
  package static func multiply(
    _ left: UnsafePointer<Double>, transposeLeft: Bool,
    _ right: UnsafePointer<Double>, transposeRight: Bool,
    rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Double>, accumulate: Bool
  ) {
    let (leftRow, leftInner) = transposeLeft ? (1, rows) : (inner, 1)
    let (rightInner, rightColumn) = transposeRight ? (1, inner) : (columns, 1)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = accumulate ? result[row * columns + column] : 0
        for k in 0..<inner {
          sum +=
            left[row * leftRow + k * leftInner] * right[k * rightInner + column * rightColumn]
        }
        result[row * columns + column] = sum
      }
    }
  }

  package static func packedCount(inner: Int, columns: Int) -> Int { inner * columns }

  package static func pack(
    _ matrix: UnsafePointer<Double>, transposed: Bool, inner: Int, columns: Int,
    into packed: UnsafeMutablePointer<Double>
  ) {
    for k in 0..<inner {
      for column in 0..<columns {
        packed[k * columns + column] =
          matrix[transposed ? column * inner + k : k * columns + column]
      }
    }
  }

  package static func multiply(
    _ left: UnsafePointer<Double>, packed: UnsafePointer<Double>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Double>, accumulate: Bool, sharesColumns: Bool
  ) {
    multiply(
      left, transposeLeft: false, packed, transposeRight: false, rows: rows, columns: columns,
      inner: inner, into: result, accumulate: accumulate)
  }

  package static func lstmForward(
    gates: UnsafeMutablePointer<Double>, previousCell: UnsafePointer<Double>,
    cell: UnsafeMutablePointer<Double>, tanhCell: UnsafeMutablePointer<Double>,
    hidden: UnsafeMutablePointer<Double>, rows: Int, units: Int
  ) {
    for row in 0..<rows {
      let gate = gates + row * 4 * units
      for unit in 0..<units {
        let at = row * units + unit
        let i = Elementary.sigmoid(gate[unit])
        let f = Elementary.sigmoid(gate[units + unit])
        let g = Elementary.hyperbolicTangent(gate[2 * units + unit])
        let o = Elementary.sigmoid(gate[3 * units + unit])
        (gate[unit], gate[units + unit]) = (i, f)
        (gate[2 * units + unit], gate[3 * units + unit]) = (g, o)
        cell[at] = f * previousCell[at] + i * g
        tanhCell[at] = Elementary.hyperbolicTangent(cell[at])
        hidden[at] = o * tanhCell[at]
      }
    }
  }

  package static func lstmBackward(
    gates: UnsafeMutablePointer<Double>, previousCell: UnsafePointer<Double>,
    tanhCell: UnsafePointer<Double>, hiddenGradient: UnsafePointer<Double>,
    cellGradient: UnsafeMutablePointer<Double>, rows: Int, units: Int
  ) {
    for row in 0..<rows {
      let gate = gates + row * 4 * units
      for unit in 0..<units {
        let at = row * units + unit
        let (i, f) = (gate[unit], gate[units + unit])
        let (g, o) = (gate[2 * units + unit], gate[3 * units + unit])
        let (dh, t) = (hiddenGradient[at], tanhCell[at])
        let dc = cellGradient[at] + dh * o * (1 - t * t)
        gate[unit] = dc * g * i * (1 - i)
        gate[units + unit] = dc * previousCell[at] * f * (1 - f)
        gate[2 * units + unit] = dc * i * (1 - g * g)
        gate[3 * units + unit] = dh * t * o * (1 - o)
        cellGradient[at] = dc * f
      }
    }
  }

  package static func gruForward(
    gates: UnsafeMutablePointer<Double>, inner: UnsafePointer<Double>,
    previousHidden: UnsafePointer<Double>, hidden: UnsafeMutablePointer<Double>, rows: Int,
    units: Int
  ) {
    for row in 0..<rows {
      let (gate, inner) = (gates + row * 3 * units, inner + row * 3 * units)
      for unit in 0..<units {
        let at = row * units + unit
        let z = Elementary.sigmoid(gate[unit] + inner[unit])
        let r = Elementary.sigmoid(gate[units + unit] + inner[units + unit])
        let g = Elementary.hyperbolicTangent(gate[2 * units + unit] + r * inner[2 * units + unit])
        (gate[unit], gate[units + unit], gate[2 * units + unit]) = (z, r, g)
        hidden[at] = z * previousHidden[at] + (1 - z) * g
      }
    }
  }

  package static func gruBackward(
    gates: UnsafeMutablePointer<Double>, inner: UnsafeMutablePointer<Double>,
    previousHidden: UnsafePointer<Double>, hiddenGradient: UnsafeMutablePointer<Double>, rows: Int,
    units: Int
  ) {
    for row in 0..<rows {
      let (gate, inner) = (gates + row * 3 * units, inner + row * 3 * units)
      for unit in 0..<units {
        let at = row * units + unit
        let (z, r, g) = (gate[unit], gate[units + unit], gate[2 * units + unit])
        let dh = hiddenGradient[at]
        let dz = dh * (previousHidden[at] - g) * z * (1 - z)
        let dg = dh * (1 - z) * (1 - g * g)
        let dr = dg * inner[2 * units + unit] * r * (1 - r)
        (gate[unit], gate[units + unit], gate[2 * units + unit]) = (dz, dr, dg)
        (inner[unit], inner[units + unit], inner[2 * units + unit]) = (dz, dr, dg * r)
        hiddenGradient[at] = dh * z
      }
    }
  }

  package static func rnnForward(
    _ before: UnsafePointer<Double>, hidden: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count { hidden[index] = Elementary.hyperbolicTangent(before[index]) }
  }

  package static func rnnBackward(
    hidden: UnsafePointer<Double>, hiddenGradient: UnsafePointer<Double>,
    gradient: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count {
      gradient[index] = hiddenGradient[index] * (1 - hidden[index] * hidden[index])
    }
  }

  package static func update(
    _ update: WeightUpdate, weights: UnsafeMutablePointer<Double>,
    gradients: UnsafePointer<Double>, first: UnsafeMutablePointer<Double>,
    second: UnsafeMutablePointer<Double>, third: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count {
      var kept = (first[index], second[index], third[index])
      update.apply(
        &weights[index], gradient: gradients[index], first: &kept.0, second: &kept.1,
        third: &kept.2)
      // Several may be one array that the rule does not keep; such a one stays as it is.
      if kept.0 != first[index] { first[index] = kept.0 }
      if kept.1 != second[index] { second[index] = kept.1 }
      if kept.2 != third[index] { third[index] = kept.2 }
    }
  }

  package static func update(
    _ update: WeightUpdate, left: UnsafePointer<Double>?, right: UnsafePointer<Double>,
    rows: Int,
    columns: Int, inner: Int, weights: UnsafeMutablePointer<Double>,
    first: UnsafeMutablePointer<Double>, second: UnsafeMutablePointer<Double>,
    third: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var gradient = 0.0
        for k in 0..<inner {
          gradient += (left?[k * rows + row] ?? 1) * right[k * columns + column]
        }
        let at = row * columns + column
        self.update(
          update, weights: weights + at, gradients: &gradient, first: first + at,
          second: second + at, third: third + at, count: 1)
      }
    }
  }

  package static func sums(
    _ values: UnsafePointer<Double>, count: Int
  ) -> (sizes: Double, squares: Double) {
    var (sizes, squares) = (0.0, 0.0)
    for index in 0..<count {
      sizes += abs(values[index])
      squares += values[index] * values[index]
    }
    return (sizes, squares)
  }

  package static func outerProducts(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for k in 0..<inner { sum += left[k * rows + row] * right[k * columns + column] }
        result[row * columns + column] = sum
      }
    }
  }

  package static func exponential(_ values: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { values[index] = Elementary.exponential(values[index]) }
  }

  package static func hyperbolicTangent(_ values: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { values[index] = Elementary.hyperbolicTangent(values[index]) }
  }

  package static func sigmoid(_ values: UnsafeMutablePointer<Double>, count: Int) {
    for index in 0..<count { values[index] = Elementary.sigmoid(values[index]) }
  }

  package static func softmax(_ values: UnsafeMutablePointer<Double>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let values = UnsafeMutableBufferPointer(start: values + row * columns, count: columns)
      let largest = values.max() ?? 0
      for index in values.indices {
        values[index] = Elementary.exponential(values[index] - largest)
      }
      let sum = values.reduce(0, +)
      for index in values.indices { values[index] /= sum }
    }
  }

  package static func reluGradient(
    _ gradient: UnsafeMutablePointer<Double>, before: UnsafePointer<Double>, count: Int
  ) {
    for index in 0..<count { gradient[index] *= before[index] > 0 ? 1 : 0 }
  }

  package static func rectifierGradient(
    _ gradient: UnsafeMutablePointer<Double>, of rectifier: Rectifier,
    before: UnsafePointer<Double>, count: Int
  ) {
    for index in 0..<count { gradient[index] *= rectifier.derivative(before[index]) }
  }

  package static func hyperbolicTangentGradient(
    _ gradient: UnsafeMutablePointer<Double>, after: UnsafePointer<Double>, count: Int
  ) {
    for index in 0..<count { gradient[index] *= 1 - after[index] * after[index] }
  }

  package static func sigmoidGradient(
    _ gradient: UnsafeMutablePointer<Double>, after: UnsafePointer<Double>, count: Int
  ) {
    for index in 0..<count { gradient[index] *= after[index] * (1 - after[index]) }
  }

  package static func softmaxGradient(
    _ gradient: UnsafeMutablePointer<Double>, after: UnsafePointer<Double>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let (gradient, after) = (gradient + row * columns, after + row * columns)
      var sum = 0.0
      for column in 0..<columns { sum += gradient[column] * after[column] }
      for column in 0..<columns { gradient[column] = after[column] * (gradient[column] - sum) }
    }
  }
}
