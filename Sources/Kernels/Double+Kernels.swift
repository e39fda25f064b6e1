import COpenBLAS

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Double: KernelScalar {
  public static func multiply(
    _ left: UnsafePointer<Double>, transposeLeft: Bool,
    _ right: UnsafePointer<Double>, transposeRight: Bool,
    rows: Int, columns: Int, inner: Int,
    into result: UnsafeMutablePointer<Double>, accumulate: Bool
  ) {
    OpenBLAS.shared.dgemm(
      CblasRowMajor, transposeLeft ? CblasTrans : CblasNoTrans,
      transposeRight ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns),
      blasint(inner), 1, left, blasint(transposeLeft ? rows : inner), right,
      blasint(transposeRight ? inner : columns), accumulate ? 1 : 0, result, blasint(columns))
  }

  public static func packedCount(inner: Int, columns: Int) -> Int { inner * columns }

  public static func pack(
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

  public static func multiply(
    _ left: UnsafePointer<Double>, packed: UnsafePointer<Double>, rows: Int, columns: Int,
    inner: Int, into result: UnsafeMutablePointer<Double>, accumulate: Bool
  ) {
    multiply(
      left, transposeLeft: false, packed, transposeRight: false, rows: rows, columns: columns,
      inner: inner, into: result, accumulate: accumulate)
  }

  public static func lstmForward(
    gates: UnsafeMutablePointer<Double>, previousCell: UnsafePointer<Double>,
    cell: UnsafeMutablePointer<Double>, tanhCell: UnsafeMutablePointer<Double>,
    hidden: UnsafeMutablePointer<Double>, rows: Int, units: Int
  ) {
    for row in 0..<rows {
      let gate = gates + row * 4 * units
      for unit in 0..<units {
        let at = row * units + unit
        let i = sigmoid(gate[unit])
        let f = sigmoid(gate[units + unit])
        let g = tanh(gate[2 * units + unit])
        let o = sigmoid(gate[3 * units + unit])
        (gate[unit], gate[units + unit]) = (i, f)
        (gate[2 * units + unit], gate[3 * units + unit]) = (g, o)
        cell[at] = f * previousCell[at] + i * g
        tanhCell[at] = tanh(cell[at])
        hidden[at] = o * tanhCell[at]
      }
    }
  }

  public static func lstmBackward(
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

  public static func adam(
    weights: UnsafeMutablePointer<Double>, gradients: UnsafePointer<Double>,
    momentum: UnsafeMutablePointer<Double>, velocity: UnsafeMutablePointer<Double>,
    count: Int, step: Double, oneMinusBeta1: Double, oneMinusBeta2: Double, epsilon: Double
  ) {
    for index in 0..<count {
      let g = gradients[index]
      momentum[index] += (g - momentum[index]) * oneMinusBeta1
      velocity[index] += (g * g - velocity[index]) * oneMinusBeta2
      weights[index] -= momentum[index] * step / (velocity[index].squareRoot() + epsilon)
    }
  }

  public static func adam(
    weights: UnsafeMutablePointer<Double>, left: UnsafePointer<Double>?,
    right: UnsafePointer<Double>, rows: Int, columns: Int, inner: Int,
    momentum: UnsafeMutablePointer<Double>, velocity: UnsafeMutablePointer<Double>, step: Double,
    oneMinusBeta1: Double, oneMinusBeta2: Double, epsilon: Double
  ) {
    for row in 0..<rows {
      for column in 0..<columns {
        var gradient = 0.0
        for k in 0..<inner {
          gradient += (left?[k * rows + row] ?? 1) * right[k * columns + column]
        }
        let at = row * columns + column
        adam(
          weights: weights + at, gradients: &gradient, momentum: momentum + at,
          velocity: velocity + at, count: 1, step: step, oneMinusBeta1: oneMinusBeta1,
          oneMinusBeta2: oneMinusBeta2, epsilon: epsilon)
      }
    }
  }

  public static func update(
    _ update: WeightUpdate<Double>, weights: UnsafeMutablePointer<Double>,
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

  public static func sums(
    _ values: UnsafePointer<Double>, count: Int
  ) -> (sizes: Double, squares: Double) {
    var (sizes, squares) = (0.0, 0.0)
    for index in 0..<count {
      sizes += abs(values[index])
      squares += values[index] * values[index]
    }
    return (sizes, squares)
  }

  public static func outerProducts(
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

  public static func softmax(_ values: UnsafeMutablePointer<Double>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let values = UnsafeMutableBufferPointer(start: values + row * columns, count: columns)
      let largest = values.max() ?? 0
      for index in values.indices { values[index] = exp(values[index] - largest) }
      let sum = values.reduce(0, +)
      for index in values.indices { values[index] /= sum }
    }
  }

  public static func naturalLogarithm(_ value: Double) -> Double { log(value) }
  public static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  private static func sigmoid(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
}
