import Files
import Kernels

/// `keras.layers.Dropout` and `GaussianDropout`.
struct DropoutDescription<Kind: DropoutKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] {
    ["rate": 0.5].merging(Kind.options) { _, new in new }
  }

  private let rate: Double
  /// The sizes of the axes behind that of the batch that factors are drawn for, 1 where places share them, `nil` where each
  /// has its own.
  private let noise: [Int?]?
  var symbolUse: SymbolUse { noise == nil ? .passOn : .none }
  var appliesPerStep: Bool { noise == nil }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    rate = try options.rate("rate")
    noise = options["noise_shape"].array.map { $0.dropFirst().map(\.integer) }
    // Samples that share factors are not computed by themselves.
    guard options["noise_shape"] == .null || options["noise_shape"].array?.first == .null else {
      throw options.error("noise_shape", "is not supported")
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard let noise else { return input }
    let fits = zip(noise, input.sizes).allSatisfy { $0 == nil || $0 == 1 || $0 == $1 }
    guard noise.count == input.sizes.count, fits else {
      throw ConfigurationError("\(Self.className) has a noise_shape for other axes")
    }
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let sizes = noise.map { zip($0, builder.input.knownSizes).map { $0 ?? $1 } }
    return Dropout(builder, noise: sizes, draw: Kind.draw(rate: rate))
  }
}

/// What values are multiplied by.
protocol DropoutKind: Sendable {
  static var className: String { get }
  /// Those beside the rate.
  static var options: [String: JSONValue] { get }

  static func draw<Scalar: KernelScalar>(rate: Double) -> Dropout<Scalar>.Draw
}

/// 0 for a fraction of the values, more than 1 for the others.
enum LeftOutValues: DropoutKind {
  static let className = "Dropout"
  static let options: [String: JSONValue] = ["noise_shape": nil]

  static func draw<Scalar: KernelScalar>(rate: Double) -> Dropout<Scalar>.Draw {
    { $0.dropOut($1, count: $2, rate: rate) }
  }
}

/// Normally distributed numbers of mean 1 and variance `rate / (1 − rate)`.
enum NormalFactors: DropoutKind {
  static let className = "GaussianDropout"
  static let options: [String: JSONValue] = [:]

  static func draw<Scalar: KernelScalar>(rate: Double) -> Dropout<Scalar>.Draw {
    let deviation = (rate / (1 - rate)).squareRoot()
    return { $0.drawNormals($1, count: $2, mean: 1, deviation: deviation) }
  }
}

/// `keras.layers.SpatialDropout1D`, `SpatialDropout2D` and `SpatialDropout3D`: a feature is left out of all places of a
/// sample, or of none (Tompson et al. 2015).
struct SpatialDropoutDescription<Kind: SpatialDropoutKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] { ["rate": 0.5, "data_format": "channels_last"] }

  private let rate: Double
  var symbolUse: SymbolUse { Kind.axes == 1 ? .passOn : .none }
  var needsSequence: Bool { true }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    rate = try options.rate("rate")
    try options.checkChannelsLast()
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard input.axes.count == Kind.axes else {
      throw ConfigurationError("\(Self.className) cannot take \(input.axes.count + 1) axes")
    }
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let sizes = builder.input.knownSizes
    let noise = [Int](repeating: 1, count: sizes.count - 1) + sizes.suffix(1)
    return Dropout(builder, noise: noise, draw: LeftOutValues.draw(rate: rate))
  }
}

/// The axes that a spatial dropout goes over, those of features among them.
protocol SpatialDropoutKind: Sendable {
  static var className: String { get }
  static var axes: Int { get }
}

enum DropoutOfSteps: SpatialDropoutKind {
  static let (className, axes) = ("SpatialDropout1D", 1)
}

enum DropoutOfPlanes: SpatialDropoutKind {
  static let (className, axes) = ("SpatialDropout2D", 2)
}

enum DropoutOfVolumes: SpatialDropoutKind {
  static let (className, axes) = ("SpatialDropout3D", 3)
}

/// Multiplies values by random factors while training, as `keras.layers.Dropout` does, which leaves a fraction of them out
/// and scales the others up (Srivastava et al. 2014).
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × (2 × inputs + 1)` scalars from the model's plan, and factors that several places share.
final class Dropout<Scalar: KernelScalar>: SingleInputLayer {
  /// Draws so many factors.
  typealias Draw = (inout PhiloxGenerator, UnsafeMutablePointer<Scalar>, _ count: Int) -> Void

  private let draw: Draw
  /// Where each factor goes that several places share.
  private let shared: SampleMap?
  private let steps, inputs, size: Int
  /// The factors of a row that are drawn.
  private let drawnCount: Int
  private let number: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let factors: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let drawn: MemoryPlan<Scalar>.Region  // of the shape of the noise
  private let symbolValues: MemoryPlan<Scalar>.Region  // [steps, rows], of an input of symbols

  /// - Parameter noise: The sizes of the axes of a sample, 1 where all places share factors.
  init(_ builder: LayerBuilder<Scalar>, noise: [Int]? = nil, draw: @escaping Draw) {
    self.draw = draw
    (steps, inputs) = (builder.input.steps, builder.input.features)
    size = steps * inputs
    if let noise, let shape = SampleShape(sizes: noise.map { $0 }) {
      var view = SampleView(noise)
      for (axis, wanted) in builder.input.knownSizes.enumerated() where noise[axis] < wanted {
        view = view.repeated(axis: axis, count: wanted)
      }
      shared = SampleMap(view, from: shape, to: builder.input)
      drawnCount = shape.steps * shape.features
    } else {
      (shared, drawnCount) = (nil, size)
    }
    number = builder.number
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
    factors = plan.reserve(size * builder.batch)
    drawn = shared == nil ? factors : plan.reserve(drawnCount * builder.batch)
    symbolValues = plan.reserve(steps * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, factors) = (plan[output], plan[factors])
    drawFactors(in: batch)
    if let symbols = batch.symbols {
      let values = plan[symbolValues]
      Scalar.multiply(
        symbols, by: factors, rows: steps * batch.rows, columns: inputs, into: values)
      batch.symbols = SymbolRows(numbers: symbols.numbers, values: UnsafePointer(values))
      return output
    }
    Scalar.multiplyElements(input, factors, into: output, count: size * batch.rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    Scalar.multiplyElements(
      outputGradient, plan[factors], into: inputGradient, count: size * batch.rows)
  }

  /// What the batch's values are multiplied by: 1 if the model only answers.
  private func drawFactors(in batch: BatchContext<Scalar>) {
    let factors = plan[factors]
    guard batch.isTraining else {
      return Scalar.fill(factors, with: 1, count: size * batch.rows)
    }
    var generator = batch.dropoutGenerator(layer: number)
    draw(&generator, plan[drawn], drawnCount * batch.rows)
    shared?.copy(plan[drawn], to: factors, rows: batch.rows)
  }
}
