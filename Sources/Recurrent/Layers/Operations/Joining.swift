import Files
import Kernels

/// `keras.ops.concatenate`: inputs one after the other on an axis.
struct ConcatenateOperationDescription: LayerDescription {
  static let className = "ops.Concatenate"
  static let options: [String: JSONValue] = ["axis": -1]

  private let axis: Int
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { true }
  var takesList: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) { axis = try options.whole("axis") }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    try SampleShape.concatenated(inputs, axis: axis, Self.className)
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    MovedValues(concatenating: axis, builder)
  }
}

/// `keras.ops.stack`: inputs beside each other on a new axis.
struct StackDescription: LayerDescription {
  static let className = "ops.Stack"
  static let options: [String: JSONValue] = ["axis": 1]

  private let axis: Int
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }
  var joinsSteps: Bool { true }
  var takesList: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) { axis = try options.whole("axis") }

  func joined(_ inputs: [SampleShape]) throws(ConfigurationError) -> SampleShape {
    guard let first = inputs.first, inputs.allSatisfy({ $0.sizes == first.sizes }) else {
      throw ConfigurationError("\(Self.className) takes inputs of the same shape")
    }
    return try first.shape(Self.className) { sizes throws(ConfigurationError) in
      var stacked = sizes
      stacked.insert(
        inputs.count, at: try SampleAxis.index(axis, of: sizes, new: 1, Self.className))
      return stacked
    }
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let whole = SampleView(builder.output.knownSizes)
    let index = axis < 0 ? axis + whole.sizes.count : axis - 1
    let maps = builder.inputs.enumerated().map { number, input in
      SampleMap(
        input, to: whole.sliced(axis: index, from: number, count: 1, step: 1), of: builder.output)
    }
    return MovedValues(maps, isComplete: true, builder)
  }
}

extension SampleShape {
  /// Samples one after the other on an axis.
  ///
  /// - Parameter axis: By Keras' numbers.
  /// - Throws: ``ConfigurationError`` if they differ in another axis, or the axis is not known.
  static func concatenated(
    _ inputs: [SampleShape], axis: Int, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard var sizes = inputs.first?.sizes else {
      throw ConfigurationError("\(className) has no inputs")
    }
    let index = try SampleAxis.index(axis, of: sizes.map { $0 ?? 1 }, className)
    for input in inputs.dropFirst() {
      guard input.sizes.count == sizes.count else {
        throw ConfigurationError("the inputs of \(className) have different axes")
      }
      for (other, size) in input.sizes.enumerated() where other != index && size != sizes[other] {
        throw ConfigurationError(
          "the inputs of \(className) have different \(other == 0 ? "steps" : "features")")
      }
      sizes[index] = sizes[index].flatMap { sum in
        input.sizes[index].map { min(sum, ModelConfiguration.largestAxis + 1) + $0 }
      }
    }
    guard (sizes[index] ?? 1) <= ModelConfiguration.largestAxis,
      let shape = SampleShape(sizes: sizes)
    else {
      throw ConfigurationError(
        "the inputs of \(className) have more than \(ModelConfiguration.largestAxis) places on axis "
          + "\(axis)")
    }
    try shape.checkMovable(className)
    return shape
  }
}

extension MovedValues {
  /// The inputs one after the other on an axis, by Keras' numbers.
  convenience init(concatenating axis: Int, _ builder: LayerBuilder<Scalar>) {
    let whole = SampleView(builder.output.knownSizes)
    let index = axis < 0 ? axis + whole.sizes.count : axis - 1
    var first = 0
    var maps: [SampleMap] = []
    for input in builder.inputs {
      let count = input.knownSizes[index]
      maps.append(
        SampleMap(
          input, to: whole.sliced(axis: index, from: first, count: count, step: 1),
          of: builder.output))
      first += count
    }
    self.init(maps, isComplete: true, builder)
  }
}
