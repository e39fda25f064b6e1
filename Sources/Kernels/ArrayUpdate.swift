/// The numbers of one update of an array of weights by a formula that ``WeightUpdate`` does not have; they are of float32
/// whatever the weights are.
package struct ArrayUpdate: Sendable {
  /// `g` is the gradient, `w` the weights, and `m`, `u`, `v` what is kept for them.
  package enum Rule: Sendable {
    /// `m ← m + a · (g − m)`, `u ← max(b · u, |g|)`, and the weights move by `rate · m / (u + ε)`.
    case adamax
    /// The weights move by `rate · sign(a · m + (1 − a) · g)`, and `m ← b · m + (1 − b) · g`.
    case lion
    /// Follows the regularized leader: with `p` as `a`, `n ← n + g²` and
    /// `z ← z + g + d · w − (nᵖ − nᵖ of before) / rate · w`, the weights are `(z cut to ± b − z) / (nᵖ / rate + 2c)`.
    case ftrl
    /// Adam's move, `m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)` with `c` and `d` as what `m` and `v` are multiplied by, made as
    /// long as the weights are, times the rate.
    case lamb
    /// Squared gradients as the product of the means of rows and of columns.
    case adafactor
  }

  package var rule: Rule
  package var rate: Float
  package var a: Float = 0
  package var b: Float = 0
  package var c: Float = 0
  package var d: Float = 0
  package var epsilon: Float = 0
  /// What the gradient is multiplied by, and then cut off at.
  package var scale: Float = 1
  package var clip: Float = .infinity
  /// The part of itself that a weight loses.
  package var decay: Float = 0

  package init(_ rule: Rule, rate: Float) { (self.rule, self.rate) = (rule, rate) }
}

/// An array of weights with its gradient and what an optimizer keeps for it.
package struct UpdatedArray<Scalar> {
  /// The matrices `[rows, columns]` that it is made of; none if it is a vector.
  let matrices: Int
  let rows: Int
  let columns: Int
  let count: Int
  let weights: UnsafeMutablePointer<Scalar>
  let gradients: UnsafeMutablePointer<Scalar>
  let first, second, third: UnsafeMutablePointer<Scalar>

  package init(
    shape: [Int], weights: UnsafeMutablePointer<Scalar>, gradients: UnsafeMutablePointer<Scalar>,
    first: UnsafeMutablePointer<Scalar>, second: UnsafeMutablePointer<Scalar>,
    third: UnsafeMutablePointer<Scalar>
  ) {
    count = shape.reduce(1, *)
    (rows, columns) =
      shape.count < 2 ? (1, count) : (shape[shape.count - 2], shape[shape.count - 1])
    matrices = shape.count < 2 ? 0 : shape.dropLast(2).reduce(1, *)
    (self.weights, self.gradients) = (weights, gradients)
    (self.first, self.second, self.third) = (first, second, third)
  }
}

/// Updates of whole arrays, and what goes with updates of any kind.
package protocol ArrayUpdateKernels: NormKernels {
  /// Updates an array; its gradient is written over.
  static func update(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>)

  /// `average ← momentum · average + (1 − momentum) · values`.
  static func average(
    _ values: UnsafePointer<Self>, into average: UnsafeMutablePointer<Self>, momentum: Float,
    count: Int)

  /// `values ← (values + others) / divisor`.
  static func mean(
    _ values: UnsafeMutablePointer<Self>, _ others: UnsafePointer<Self>, divisor: Float, count: Int)
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension ArrayUpdateKernels {
  package static func average(
    _ values: UnsafePointer<Self>, into average: UnsafeMutablePointer<Self>, momentum: Float,
    count: Int
  ) {
    let (old, new) = (Self(momentum), Self(1 - momentum))
    for index in 0..<count { average[index] = old * average[index] + new * values[index] }
  }

  package static func mean(
    _ values: UnsafeMutablePointer<Self>, _ others: UnsafePointer<Self>, divisor: Float, count: Int
  ) {
    let divisor = Self(divisor)
    for index in 0..<count { values[index] = (values[index] + others[index]) / divisor }
  }

  package static func update(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (scale, clip, decay) = (Self(numbers.scale), Self(numbers.clip), Self(numbers.decay))
    let (weights, gradients) = (array.weights, array.gradients)
    for index in 0..<array.count {
      gradients[index] = min(max(gradients[index] * scale, -clip), clip)
      weights[index] -= weights[index] * decay
    }
    switch numbers.rule {
    case .adamax: adamax(numbers, array)
    case .lion: lion(numbers, array)
    case .ftrl: ftrl(numbers, array)
    case .lamb: lamb(numbers, array)
    case .adafactor: adafactor(numbers, array)
    }
  }

  private static func adamax(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (a, b, epsilon, rate) = (
      Self(numbers.a), Self(numbers.b), Self(numbers.epsilon), Self(numbers.rate)
    )
    for index in 0..<array.count {
      let gradient = array.gradients[index]
      array.first[index] += (gradient - array.first[index]) * a
      array.second[index] = max(b * array.second[index], abs(gradient))
      array.weights[index] -= rate * array.first[index] / (array.second[index] + epsilon)
    }
  }

  private static func lion(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (a, b, rate) = (Self(numbers.a), Self(numbers.b), Self(numbers.rate))
    for index in 0..<array.count {
      let (gradient, mean) = (array.gradients[index], array.first[index])
      let direction = mean * a + gradient * (1 - a)
      array.weights[index] -= direction > 0 ? rate : direction < 0 ? -rate : 0
      array.first[index] = mean * b + gradient * (1 - b)
    }
  }

  private static func ftrl(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (cut, twice, shrinkage) = (Self(numbers.b), Self(2 * numbers.c), Self(numbers.d))
    let rate = Self(numbers.rate)
    func power(_ x: Self) -> Self {
      numbers.a == 0.5
        ? x.squareRoot() : Self(Elementary.power(Double(x), Double(numbers.a)))
    }
    for index in 0..<array.count {
      let (gradient, weight) = (array.gradients[index], array.weights[index])
      let sum = array.first[index] + gradient * gradient
      let now = power(sum)
      array.second[index] +=
        gradient + shrinkage * weight - (now - power(array.first[index])) / rate * weight
      let leader = array.second[index]
      array.weights[index] = (min(max(leader, -cut), cut) - leader) / (now / rate + twice)
      array.first[index] = sum
    }
  }

  private static func lamb(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (a, b, epsilon) = (Self(numbers.a), Self(numbers.b), Self(numbers.epsilon))
    let (c, d) = (Self(numbers.c), Self(numbers.d))
    for index in 0..<array.count {
      let gradient = array.gradients[index]
      array.first[index] += (gradient - array.first[index]) * a
      array.second[index] += (gradient * gradient - array.second[index]) * b
      array.gradients[index] =
        array.first[index] * c / ((array.second[index] * d).squareRoot() + epsilon)
    }
    let weights = sums(array.weights, count: array.count).squares.squareRoot()
    let move = sums(array.gradients, count: array.count).squares.squareRoot()
    let ratio: Double = weights > 0 && move > 0 ? weights / move : 1
    let rate = Self(ratio) * Self(numbers.rate)
    for index in 0..<array.count { array.weights[index] -= rate * array.gradients[index] }
  }

  private static func rootOfMeanSquares(
    _ values: UnsafeMutablePointer<Self>, _ count: Int
  ) -> Double {
    (sums(values, count: count).squares / Double(max(1, count))).squareRoot()
  }

  private static func adafactor(_ numbers: ArrayUpdate, _ array: UpdatedArray<Self>) {
    let (old, new, least) = (Self(numbers.a), Self(1 - numbers.a), Self(numbers.b))
    let (rows, columns, gradients) = (array.rows, array.columns, array.gradients)
    // The squares are products of means of rows, which the second array has, and of columns, in the third.
    for matrix in 0..<array.matrices {
      let (from, mean, across) = (
        gradients + matrix * rows * columns, array.second + matrix * rows,
        array.third + matrix * columns
      )
      for row in 0..<rows {
        var sum = 0.0
        for column in 0..<columns {
          let gradient = from[row * columns + column]
          sum += Double(gradient * gradient + least)
        }
        mean[row] = old * mean[row] + new * Self(sum / Double(columns))
      }
      for column in 0..<columns {
        var sum = 0.0
        for row in 0..<rows {
          let gradient = from[row * columns + column]
          sum += Double(gradient * gradient + least)
        }
        across[column] = old * across[column] + new * Self(sum / Double(rows))
      }
      var all = 0.0
      for row in 0..<rows { all += Double(mean[row]) }
      let whole = Self(all / Double(rows))
      for row in 0..<rows {
        for column in 0..<columns {
          array.first[(matrix * rows + row) * columns + column] = mean[row] / whole * across[column]
        }
      }
    }
    for index in 0..<array.count {
      let gradient = gradients[index]
      if array.matrices == 0 {
        array.first[index] = old * array.first[index] + new * (gradient * gradient + least)
      }
      gradients[index] = gradient / array.first[index].squareRoot()
    }
    let size = rootOfMeanSquares(gradients, array.count) / Double(numbers.d)
    let length = max(Double(numbers.c), rootOfMeanSquares(array.weights, array.count))
    let (rate, divisor) = (Self(length) * Self(numbers.rate), Self(max(1, size)))
    for index in 0..<array.count { array.weights[index] -= rate * (gradients[index] / divisor) }
  }
}
