import Kernels

/// `x / y`.
enum DivideOperation: MergeOperation {
  static let className = "TrueDivide"
  static let inputCount: Int? = 2

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.divide(result, by: values, count: count)
  }

  /// `g / y`, and `−g · (x / y) / y`.
  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    gradient.update(from: merged.gradient, count: merged.count)
    Scalar.divide(gradient, by: merged.inputs[1], count: merged.count)
    guard input > 0 else { return }
    Scalar.multiplyElements(gradient, merged.result, into: gradient, count: merged.count)
    Scalar.scale(gradient, by: -1, count: merged.count)
  }
}

/// `x` to the power of `y`.
enum PowerOperation: MergeOperation {
  static let className = "Power"
  static let inputCount: Int? = 2

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    for index in 0..<count { result[index] = power(result[index], values[index]) }
  }

  /// `g · y · x^(y − 1)`, and `g · x^y · ln x` where x is above 0.
  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    let (bases, exponents) = (merged.inputs[0], merged.inputs[1])
    for index in 0..<merged.count {
      let (base, exponent) = (bases[index], exponents[index])
      let change =
        input == 0
        ? exponent * power(base, exponent - 1)
        : base > 0 ? merged.result[index] * Scalar(Elementary.logarithm(Double(base))) : 0
      gradient[index] = merged.gradient[index] * change
    }
  }

  private static func power<Scalar: KernelScalar>(_ base: Scalar, _ exponent: Scalar) -> Scalar {
    if exponent == 1 { return base }
    if exponent == 2 { return base * base }
    if exponent == 0.5 { return base.squareRoot() }
    let (x, y) = (Double(base), Double(exponent))
    if let whole = Int(exactly: y), abs(whole) <= 64 { return Scalar(Elementary.power(x, whole)) }
    return x < 0 ? .nan : Scalar(Elementary.power(x, y))
  }
}
