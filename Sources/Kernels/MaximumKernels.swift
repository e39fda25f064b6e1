import CKernels

/// The largest of values place by place, and the gradients of those that it comes from. All arrays have `count` values.
package protocol MaximumKernels: BinaryFloatingPoint, Sendable {
  /// Puts in the place of each of `maxima` what is larger, or smaller with a sign of −1, or not a number.
  static func takeLarger(
    _ values: UnsafePointer<Self>, sign: Self, to maxima: UnsafeMutablePointer<Self>, count: Int)

  /// `sums += amounts` where `left = right`.
  static func addWhereEqual(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>, amounts: UnsafePointer<Self>,
    to sums: UnsafeMutablePointer<Self>, count: Int)

  /// The same; what was added is 0 then, so that of several places that are equal the first gets it.
  static func moveWhereEqual(
    _ left: UnsafePointer<Self>, _ right: UnsafePointer<Self>,
    amounts: UnsafeMutablePointer<Self>, to sums: UnsafeMutablePointer<Self>, count: Int)

  /// `values /= divisors`.
  static func divide(
    _ values: UnsafeMutablePointer<Self>, by divisors: UnsafePointer<Self>, count: Int)
}

extension Float {
  package static func takeLarger(
    _ values: UnsafePointer<Float>, sign: Float, to maxima: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.take_larger(values, sign, maxima, count)
  }

  package static func addWhereEqual(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, amounts: UnsafePointer<Float>,
    to sums: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.add_where_equal(left, right, amounts, sums, count)
  }

  package static func moveWhereEqual(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>,
    amounts: UnsafeMutablePointer<Float>, to sums: UnsafeMutablePointer<Float>, count: Int
  ) {
    kernels.move_where_equal(left, right, amounts, sums, count)
  }

  package static func divide(
    _ values: UnsafeMutablePointer<Float>, by divisors: UnsafePointer<Float>, count: Int
  ) {
    kernels.divide_elements(values, divisors, count)
  }
}

extension Double {
  package static func takeLarger(
    _ values: UnsafePointer<Double>, sign: Double, to maxima: UnsafeMutablePointer<Double>,
    count: Int
  ) {
    for index in 0..<count
    where values[index] * sign > maxima[index] * sign || values[index].isNaN {
      maxima[index] = values[index]
    }
  }

  package static func addWhereEqual(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>,
    amounts: UnsafePointer<Double>, to sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count where left[index] == right[index] { sums[index] += amounts[index] }
  }

  package static func moveWhereEqual(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>,
    amounts: UnsafeMutablePointer<Double>, to sums: UnsafeMutablePointer<Double>, count: Int
  ) {
    for index in 0..<count where left[index] == right[index] {
      sums[index] += amounts[index]
      amounts[index] = 0
    }
  }

  package static func divide(
    _ values: UnsafeMutablePointer<Double>, by divisors: UnsafePointer<Double>, count: Int
  ) {
    for index in 0..<count { values[index] /= divisors[index] }
  }
}
