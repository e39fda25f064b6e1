/// Activations of matrices `[rows, columns]`, and the way back through them.
package protocol ActivationKernels: BinaryFloatingPoint, Sendable {
  /// The activation of `values`, in place.
  static func activate(
    _ values: UnsafeMutablePointer<Self>, by activation: Activation, rows: Int, columns: Int)

  /// Turns the gradient of the results into that of the values before the activation, in place.
  ///
  /// - Parameters:
  ///   - before: The values before the activation; only those of activations that need them are looked at, see
  ///     ``Activation/needsValuesBefore``.
  ///   - after: The results.
  static func activationGradient(
    _ gradient: UnsafeMutablePointer<Self>, of activation: Activation,
    before: UnsafePointer<Self>, after: UnsafePointer<Self>, rows: Int, columns: Int)

  /// `eˣ / Σ eˣ` of each row, in place.
  static func softmax(_ values: UnsafeMutablePointer<Self>, rows: Int, columns: Int)
  /// The gradient of the values before a softmax by that of its results, in place.
  static func softmaxGradient(
    _ gradient: UnsafeMutablePointer<Self>, after: UnsafePointer<Self>, rows: Int, columns: Int)

  // The same for functions of each of `count` values.
  static func reluGradient(
    _ gradient: UnsafeMutablePointer<Self>, before: UnsafePointer<Self>, count: Int)
  static func rectifierGradient(
    _ gradient: UnsafeMutablePointer<Self>, of rectifier: Rectifier,
    before: UnsafePointer<Self>, count: Int)
  static func hyperbolicTangentGradient(
    _ gradient: UnsafeMutablePointer<Self>, after: UnsafePointer<Self>, count: Int)
  static func sigmoidGradient(
    _ gradient: UnsafeMutablePointer<Self>, after: UnsafePointer<Self>, count: Int)

  // Functions of each of `count` values, in place.
  static func exponential(_ values: UnsafeMutablePointer<Self>, count: Int)
  static func hyperbolicTangent(_ values: UnsafeMutablePointer<Self>, count: Int)
  static func sigmoid(_ values: UnsafeMutablePointer<Self>, count: Int)
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension ActivationKernels where Self: ElementKernels {
  package static func activate(
    _ values: UnsafeMutablePointer<Self>, by activation: Activation, rows: Int, columns: Int
  ) {
    switch activation {
    case .linear: return
    case .softmax: softmax(values, rows: rows, columns: columns)
    case .tanh: hyperbolicTangent(values, count: rows * columns)
    case .sigmoid: sigmoid(values, count: rows * columns)
    case .exponential: exponential(values, count: rows * columns)
    case .relu: rectify(values, count: rows * columns)
    case .logSoftmax: logSoftmax(values, rows: rows, columns: columns)
    default:
      for index in 0..<rows * columns {
        values[index] = Self(activation.value(Double(values[index])))
      }
    }
  }

  package static func activationGradient(
    _ gradient: UnsafeMutablePointer<Self>, of activation: Activation,
    before: UnsafePointer<Self>, after: UnsafePointer<Self>, rows: Int, columns: Int
  ) {
    let count = rows * columns
    switch activation {
    case .linear: return
    case .relu: reluGradient(gradient, before: before, count: count)
    case .tanh: hyperbolicTangentGradient(gradient, after: after, count: count)
    case .sigmoid: sigmoidGradient(gradient, after: after, count: count)
    case .exponential: multiplyElements(gradient, after, into: gradient, count: count)
    case .softmax: softmaxGradient(gradient, after: after, rows: rows, columns: columns)
    case .logSoftmax: logSoftmaxGradient(gradient, after: after, rows: rows, columns: columns)
    default:
      for index in 0..<count {
        gradient[index] *= Self(activation.slope(Double(before[index]), Double(after[index])))
      }
    }
  }

  private static func logSoftmax(_ values: UnsafeMutablePointer<Self>, rows: Int, columns: Int) {
    for row in 0..<rows {
      let values = values + row * columns
      var largest = values[0]
      for column in 1..<max(1, columns) { largest = max(largest, values[column]) }
      var sum = 0.0
      for column in 0..<columns { sum += Elementary.exponential(Double(values[column] - largest)) }
      let shift = largest + Self(Elementary.logarithm(sum))
      for column in 0..<columns { values[column] -= shift }
    }
  }

  private static func logSoftmaxGradient(
    _ gradient: UnsafeMutablePointer<Self>, after: UnsafePointer<Self>, rows: Int, columns: Int
  ) {
    for row in 0..<rows {
      let (gradient, after) = (gradient + row * columns, after + row * columns)
      var sum: Self = 0
      for column in 0..<columns { sum += gradient[column] }
      for column in 0..<columns {
        gradient[column] -= Self(Elementary.exponential(Double(after[column]))) * sum
      }
    }
  }
}
