/// What layers do value by value and row by row. Each product and each sum is rounded by itself, and results may stand
/// in the place of operands.
package protocol ElementKernels: BinaryFloatingPoint, Sendable {
  static func fill(_ values: UnsafeMutablePointer<Self>, with value: Self, count: Int)

  /// Copies rows of `columns` values that begin `step` values after each other: a step of 0 repeats one row.
  static func copyRows(
    _ from: UnsafePointer<Self>, step fromStep: Int, to: UnsafeMutablePointer<Self>,
    step toStep: Int, rows: Int, columns: Int)

  /// `result = left ∘ right`.
  static func multiplyElements(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>,
    into result: UnsafeMutablePointer<Self>, count: Int)

  /// `sums += values`.
  static func add(_ values: UnsafePointer<Self>, to sums: UnsafeMutablePointer<Self>, count: Int)

  /// `sums += factor · values`.
  static func add(
    _ values: UnsafePointer<Self>, times factor: Self, to sums: UnsafeMutablePointer<Self>,
    count: Int)

  /// `sums += left ∘ right`.
  static func addProducts(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>,
    to sums: UnsafeMutablePointer<Self>, count: Int)

  /// Adds the rows of `matrix` `[rows, columns]` to `sums`, in their order.
  ///
  /// - Parameter mask: Which rows count; all if `nil`.
  static func addRows(
    of matrix: UnsafePointer<Self>, mask: UnsafePointer<UInt8>?, rows: Int, columns: Int,
    to sums: UnsafeMutablePointer<Self>)

  /// `values *= factor`.
  static func scale(_ values: UnsafeMutablePointer<Self>, by factor: Self, count: Int)

  /// Puts 0 in the place of what is below it.
  static func rectify(_ values: UnsafeMutablePointer<Self>, count: Int)

  /// Puts what a rectifier makes of each value in its place.
  static func rectify(
    _ values: UnsafeMutablePointer<Self>, by rectifier: Rectifier, count: Int)

  /// `result = weights ∘ left + (1 − weights) ∘ right`.
  static func mix(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    into result: UnsafeMutablePointer<Self>, count: Int)

  /// The gradients of what was mixed; `gradient` turns from that of the result into that of `left`.
  static func mixGradient(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, weights: UnsafePointer<Self>,
    gradient: UnsafeMutablePointer<Self>, ofWeights: UnsafeMutablePointer<Self>,
    ofRight: UnsafeMutablePointer<Self>, count: Int)

  /// Adds the gradient of `l1 · Σ|w| + l2 / 2 · Σw²` to `gradients`.
  static func addPenalties(
    of weights: UnsafePointer<Self>, l1: Self, l2: Self,
    to gradients: UnsafeMutablePointer<Self>, count: Int)

  /// Marks the rows of `matrix` `[rows, columns]` that have another value than `value` with 1, the others with 0.
  static func markRows(
    of matrix: UnsafePointer<Self>, with value: Self, rows: Int, columns: Int,
    in marks: UnsafeMutablePointer<UInt8>)

  /// What dropout multiplies values by: 0 for a random part `rate`, from 0 to below 1, and 1 / (1 − rate) for the rest.
  ///
  /// - Parameter draws: Where the random numbers begin; each value takes one.
  static func drawFactors(
    _ draws: Philox, rate: Double, into factors: UnsafeMutablePointer<Self>, count: Int)

  /// Normally distributed numbers, the same ones on any number of threads.
  ///
  /// - Parameter draws: Where the random numbers begin; each value takes ``Philox/drawsOfNormal``.
  static func drawNormals(
    _ draws: Philox, mean: Double, deviation: Double, into values: UnsafeMutablePointer<Self>,
    count: Int)
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension ElementKernels {
  package static func fill(_ values: UnsafeMutablePointer<Self>, with value: Self, count: Int) {
    values.update(repeating: value, count: count)
  }

  package static func copyRows(
    _ from: UnsafePointer<Self>, step fromStep: Int, to: UnsafeMutablePointer<Self>,
    step toStep: Int, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      (to + row * toStep).update(from: from + row * fromStep, count: columns)
    }
  }

  package static func drawNormals(
    _ draws: Philox, mean: Double, deviation: Double, into values: UnsafeMutablePointer<Self>,
    count: Int
  ) {
    // The numbers from which a second thread helps.
    let enough = 1 << 14
    ComputeThreads.run(parts: ComputeThreads.parts(of: count, enough: enough)) { part, parts in
      for index in count * part / parts..<count * (part + 1) / parts {
        let normal = draws.normal(draws.position &+ UInt64(index) * Philox.drawsOfNormal)
        values[index] = Self(mean + deviation * normal)
      }
    }
  }
}
