import Files
import Kernels

/// A layer or an operation that gives values of its input in another order or shape, each as it is.
protocol SampleViewDescription: LayerDescription {
  /// What a sample becomes.
  ///
  /// - Parameter sizes: The sizes of its axes, without the batch.
  /// - Throws: ``ConfigurationError`` if it has not the axes that are needed.
  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView
  /// The sizes of the output, if they are not those of the view, whose values they have in the same order.
  func outputSizes(_ view: SampleView) -> [Int]
}

extension SampleViewDescription {
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { true }

  func outputSizes(_ view: SampleView) -> [Int] { view.sizes }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.shape(Self.className) { sizes throws(ConfigurationError) in
      outputSizes(try view(sizes))
    }
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MovedValues((try? view(builder.input.knownSizes)).map { [$0] } ?? [], builder)
  }
}

extension SampleShape {
  /// The sizes of the axes of a sample whose steps are known.
  var knownSizes: [Int] { sizes.map { $0 ?? 1 } }

  /// The most values of a sample that are moved.
  private static var mostValues: Int { 1 << 24 }

  /// Checks that there are no more than a layer can hold the places of, as far as the steps are known.
  ///
  /// - Throws: ``ConfigurationError`` naming the layer.
  func checkMovable(_ className: String) throws(ConfigurationError) {
    guard steps.multipliedClamped(by: features) <= Self.mostValues else {
      throw ConfigurationError(
        "\(className) takes \(steps) × \(features) values; it can take \(Self.mostValues)")
    }
  }

  /// The shape of what is made of a sample.
  ///
  /// Where the steps are not known, what `sizes` says for two different numbers of them shows where they go.
  ///
  /// - Parameters:
  ///   - className: What errors call the layer.
  ///   - sizes: The sizes of what is made of a sample of such sizes.
  /// - Throws: ``ConfigurationError`` if that is no sample, or needs a number of steps.
  func shape(
    _ className: String, _ sizes: ([Int]) throws(ConfigurationError) -> [Int]
  ) throws(ConfigurationError) -> SampleShape {
    guard features <= ModelConfiguration.largestAxis, timeSteps ?? 1 <= Int(Int32.max) else {
      throw ConfigurationError("\(className) cannot take so many values")
    }
    func made(steps: Int) throws(ConfigurationError) -> [Int] {
      try sizes(self.sizes.map { $0 ?? steps })
    }
    guard self.sizes.contains(nil) else {
      let made = try made(steps: 1)
      let count = made.reduce(1) { $0.multipliedClamped(by: $1) }
      guard (1...Self.mostValues).contains(count) else {
        throw ConfigurationError(
          "\(className) gives \(made); it must be from 1 to \(Self.mostValues) values")
      }
      return try Self.sample(made, className)
    }
    let (one, other) = (try made(steps: 1_000_003), try made(steps: 1_000_033))
    return try Self.sample(zip(one, other).map { $0 == $1 ? $0 : nil }, className)
  }

  private static func sample(
    _ sizes: [Int?], _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard !sizes.isEmpty else {
      throw ConfigurationError("\(className) leaves one number of each sample; it must be an axis")
    }
    guard let shape = SampleShape(sizes: sizes), sizes.count > 1 || sizes[0] != nil else {
      throw ConfigurationError("\(className) needs a fixed number of time steps")
    }
    return shape
  }
}

/// The axes of samples by the numbers of Keras, which counts the batch.
enum SampleAxis {
  /// An axis of a sample.
  ///
  /// - Parameter new: How many axes there are more when it has been put in.
  /// - Throws: ``ConfigurationError`` if there is none, or it is that of the batch.
  static func index(
    _ axis: Int, of sizes: [Int], new: Int = 0, _ className: String
  ) throws(ConfigurationError) -> Int {
    let rank = sizes.count + 1 + new
    let index = axis < 0 ? axis + rank : axis
    guard (1..<rank).contains(index) else {
      throw ConfigurationError(
        index == 0
          ? "\(className) goes over the samples, each of which is computed by itself"
          : "\(className) takes an input with an axis \(axis), not of \(rank - new) axes")
    }
    return index - 1
  }

  /// Axes of a sample, each once.
  static func indices(
    _ axes: [Int], of sizes: [Int], _ className: String
  ) throws(ConfigurationError) -> [Int] {
    var indices: [Int] = []
    for axis in axes {
      let index = try index(axis, of: sizes, className)
      guard !indices.contains(index) else {
        throw ConfigurationError("\(className) is given the axis \(axis) twice")
      }
      indices.append(index)
    }
    return indices
  }
}

extension LayerOptions {
  /// A whole number.
  func whole(_ option: String) throws(ConfigurationError) -> Int {
    guard let number = self[option].integer, abs(number) <= ModelConfiguration.largestAxis else {
      throw error(option, "is not supported")
    }
    return number
  }

  /// Whole numbers, or one alone.
  func wholes(_ option: String) throws(ConfigurationError) -> [Int] {
    let values = self[option].array ?? [self[option]]
    let numbers = values.compactMap(\.integer)
    guard numbers.count == values.count, values.count <= 8,
      numbers.allSatisfy({ abs($0) <= ModelConfiguration.largestAxis })
    else { throw error(option, "is not supported") }
    return numbers
  }
}
