import Files
import Kernels

/// The axes that a layer goes over, as an option of Keras' has them: one number or several, the batch being 0.
struct NormalizedAxes {
  private let axes: [Int]
  private let option: JSONValue

  /// - Throws: ``ConfigurationError`` naming the option.
  init(_ options: LayerOptions, _ name: String = "axis") throws(ConfigurationError) {
    option = options[name]
    let numbers = option.array ?? [option]
    axes = numbers.compactMap(\.integer)
    guard axes.count == numbers.count, axes.allSatisfy({ $0 != 0 && (-5...5).contains($0) }) else {
      throw options.error(name, "is not supported")
    }
  }

  /// Whether it is the last axis, of any input.
  var isLast: Bool { axes == [-1] }

  /// Whether it is the last axis of a sequence.
  var isFeatures: Bool { axes == [2] }

  /// How many there are.
  var count: Int { axes.count }

  /// Which values of an input belong together.
  ///
  /// - Throws: ``ConfigurationError`` if it does not have the axes, or they have no fixed size.
  func span(of input: SampleShape, _ className: String) throws(ConfigurationError) -> AxisSpan {
    let count = input.rank
    let numbers = axes.map { $0 < 0 ? $0 + count : $0 }
    guard numbers.allSatisfy({ (1..<count).contains($0) }), Set(numbers).count == numbers.count,
      !numbers.isEmpty
    else {
      throw ConfigurationError("\(className) cannot go over the axes \(option.shortText)")
    }
    guard !input.isRowOfAxes || numbers == [count - 1] else {
      throw ConfigurationError("\(className) of so many axes goes over the last one only")
    }
    guard input.isSequence, !input.isRowOfAxes, numbers.contains(1) else { return .features }
    guard input.timeSteps != nil else {
      throw ConfigurationError("\(className) over axis 1 needs a fixed number of time steps")
    }
    return numbers.count == 2 ? .stepsAndFeatures : .steps
  }
}

/// Which values of a sample belong together.
enum AxisSpan {
  /// Those of a step.
  case features
  /// Those of a feature.
  case steps
  /// All.
  case stepsAndFeatures

  /// The sizes of the axes that they lie on.
  func sizes(of input: SampleShape) -> [Int] {
    switch self {
    case .features: [input.features]
    case .steps: [input.steps]
    case .stepsAndFeatures: [input.steps, input.features]
    }
  }

  /// How many belong together.
  func columns(of input: SampleShape) -> Int { sizes(of: input).reduce(1, *) }

  /// Puts the values that belong together beside each other.
  ///
  /// - Parameters:
  ///   - values: `[steps, rows, features]`.
  ///   - packed: As many, in rows of those that belong together.
  func pack<Scalar: KernelScalar>(
    _ values: UnsafePointer<Scalar>, of input: SampleShape, rows: Int,
    into packed: UnsafeMutablePointer<Scalar>
  ) {
    let (size, columns) = (rows * input.features, columns(of: input))
    let part = self == .steps ? 1 : input.features
    for step in 0..<input.steps {
      Scalar.copyRows(
        values + step * size, step: part,
        to: packed + (self == .features ? step * size : step * part), step: columns,
        rows: size / part, columns: part)
    }
  }

  /// Puts them back.
  func unpack<Scalar: KernelScalar>(
    _ packed: UnsafePointer<Scalar>, of input: SampleShape, rows: Int,
    into values: UnsafeMutablePointer<Scalar>
  ) {
    let (size, columns) = (rows * input.features, columns(of: input))
    let part = self == .steps ? 1 : input.features
    for step in 0..<input.steps {
      Scalar.copyRows(
        packed + (self == .features ? step * size : step * part), step: columns,
        to: values + step * size, step: part, rows: size / part, columns: part)
    }
  }
}
