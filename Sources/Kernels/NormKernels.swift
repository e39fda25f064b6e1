/// The sizes of weights and gradients, and bounds for them.
package protocol NormKernels: BinaryFloatingPoint, Sendable {
  /// The sums of the sizes and of the squares of values.
  static func sums(
    _ values: UnsafePointer<Self>, count: Int
  ) -> (sizes: Double, squares: Double)

  /// Draws the length of each row of `matrix` `[rows, columns]` into bounds.
  static func bindRows(
    of matrix: UnsafeMutablePointer<Self>, to bounds: NormBounds, rows: Int, columns: Int)

  /// Draws the length of each column of `matrix` `[rows, columns]` into bounds.
  ///
  /// - Parameter scratch: Room for `columns` values.
  static func bindColumns(
    of matrix: UnsafeMutablePointer<Self>, to bounds: NormBounds, rows: Int, columns: Int,
    scratch: UnsafeMutablePointer<Self>)
}

/// Bounds of a length, which it is drawn into: by all of the way if the rate is 1.
package struct NormBounds: Equatable, Sendable {
  package var least, most, rate: Double

  package init(least: Double, most: Double, rate: Double) {
    (self.least, self.most, self.rate) = (least, most, rate)
  }

  /// What Keras adds so that nothing is divided by zero, `keras.backend.epsilon()`.
  private static let epsilon = 1e-7

  /// What a vector of this length is multiplied by.
  func factor(_ norm: Double) -> Double {
    let desired = rate * min(max(norm, least), most) + (1 - rate) * norm
    return desired / (Self.epsilon + norm)
  }
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension NormKernels where Self: ElementKernels {
  package static func bindRows(
    of matrix: UnsafeMutablePointer<Self>, to bounds: NormBounds, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let values = matrix + row * columns
      let norm = sums(values, count: columns).squares.squareRoot()
      scale(values, by: Self(bounds.factor(norm)), count: columns)
    }
  }

  package static func bindColumns(
    of matrix: UnsafeMutablePointer<Self>, to bounds: NormBounds, rows: Int, columns: Int,
    scratch: UnsafeMutablePointer<Self>
  ) {
    scratch.update(repeating: 0, count: columns)
    for row in 0..<rows {
      let values = matrix + row * columns
      addProducts(values, values, to: scratch, count: columns)
    }
    for column in 0..<columns {
      scratch[column] = Self(bounds.factor(Double(scratch[column].squareRoot())))
    }
    for row in 0..<rows {
      let values = matrix + row * columns
      multiplyElements(values, scratch, into: values, count: columns)
    }
  }
}
