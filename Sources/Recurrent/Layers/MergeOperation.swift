import Kernels

/// What several inputs are merged by, value by value.
protocol MergeOperation: Sendable {
  /// Keras' class name.
  static var className: String { get }
  /// The inputs that it takes; `nil` if any number.
  static var inputCount: Int? { get }
  /// What stands for steps that do not count, in Keras 3; `nil` if they are merged as they are.
  static var neutral: Double? { get }
  /// Whether each value of the result is one of the inputs'. Where no step counts it is the first one's.
  static var picksOne: Bool { get }

  /// Merges an input after the first into the result.
  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int)

  /// Completes the result.
  static func finish<Scalar: KernelScalar>(
    _ result: UnsafeMutablePointer<Scalar>, of inputs: Int, count: Int)

  /// The gradient of one input. It is asked for in the order of the inputs.
  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>)
}

extension MergeOperation {
  static var inputCount: Int? { nil }
  static var neutral: Double? { nil }
  static var picksOne: Bool { false }

  static func finish<Scalar: KernelScalar>(
    _ result: UnsafeMutablePointer<Scalar>, of inputs: Int, count: Int
  ) {}
}

/// What was merged, what came out, and the gradient of that, which may be written over.
struct MergedValues<Scalar: KernelScalar> {
  let inputs: [UnsafePointer<Scalar>]
  let result: UnsafePointer<Scalar>
  let gradient: UnsafeMutablePointer<Scalar>
  let count: Int
}

/// `keras.layers.Add`: `x₁ + x₂ + …`
enum AddOperation: MergeOperation {
  static let className = "Add"

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.add(values, to: result, count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    gradient.update(from: merged.gradient, count: merged.count)
  }
}

/// `keras.layers.Subtract`: `x₁ − x₂`.
enum SubtractOperation: MergeOperation {
  static let className = "Subtract"
  static let inputCount: Int? = 2

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.add(values, times: -1, to: result, count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    gradient.update(from: merged.gradient, count: merged.count)
    if input > 0 { Scalar.scale(gradient, by: -1, count: merged.count) }
  }
}

/// `keras.layers.Average`: `(x₁ + … + xₙ) / n`.
enum AverageOperation: MergeOperation {
  static let className = "Average"

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.add(values, to: result, count: count)
  }

  static func finish<Scalar: KernelScalar>(
    _ result: UnsafeMutablePointer<Scalar>, of inputs: Int, count: Int
  ) {
    Scalar.scale(result, by: 1 / Scalar(inputs), count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    gradient.update(from: merged.gradient, count: merged.count)
    Scalar.scale(gradient, by: 1 / Scalar(merged.inputs.count), count: merged.count)
  }
}

/// `keras.layers.Multiply`: `x₁ ∘ x₂ ∘ …`
enum MultiplyOperation: MergeOperation {
  static let className = "Multiply"
  static let neutral: Double? = 1

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.multiplyElements(result, values, into: result, count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    gradient.update(from: merged.gradient, count: merged.count)
    for other in 0..<merged.inputs.count where other != input {
      Scalar.multiplyElements(
        gradient, merged.inputs[other], into: gradient, count: merged.count)
    }
  }
}

/// `keras.layers.Maximum`; of equal values the gradient is the first one's.
enum MaximumOperation: MergeOperation {
  static let className = "Maximum"
  static let neutral: Double? = -Double.infinity
  static let picksOne = true

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.takeLarger(values, sign: 1, to: result, count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.fill(gradient, with: 0, count: merged.count)
    Scalar.moveWhereEqual(
      merged.inputs[input], merged.result, amounts: merged.gradient, to: gradient,
      count: merged.count)
  }
}

/// `keras.layers.Minimum`; of equal values the gradient is the first one's.
enum MinimumOperation: MergeOperation {
  static let className = "Minimum"
  static let neutral: Double? = Double.infinity
  static let picksOne = true

  static func merge<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, into result: UnsafeMutablePointer<Scalar>, count: Int
  ) {
    Scalar.takeLarger(values, sign: -1, to: result, count: count)
  }

  static func gradient<Scalar: KernelScalar>(
    of input: Int, _ merged: MergedValues<Scalar>, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    MaximumOperation.gradient(of: input, merged, into: gradient)
  }
}
