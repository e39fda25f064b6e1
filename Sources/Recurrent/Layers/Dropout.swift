import Files
import Kernels

/// `keras.layers.Dropout`.
struct DropoutDescription: LayerDescription {
  static let className = "Dropout"
  static let options: [String: JSONValue] = ["rate": 0.5]

  private let rate: Double
  var symbolUse: SymbolUse { .passOn }
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) { rate = try options.rate("rate") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dropout(builder) { [rate] in $0.dropOut($1, count: $2, rate: rate) }
  }
}

/// `keras.layers.SpatialDropout1D`: a feature is left out of all steps of a sequence, or of none (Tompson et al. 2015).
struct SpatialDropout1DDescription: LayerDescription {
  static let className = "SpatialDropout1D"
  static let options: [String: JSONValue] = ["rate": 0.5]

  private let rate: Double
  var symbolUse: SymbolUse { .passOn }
  var needsSequence: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) { rate = try options.rate("rate") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dropout(builder, sharesSteps: true) { [rate] in $0.dropOut($1, count: $2, rate: rate) }
  }
}

/// `keras.layers.GaussianDropout`: values are multiplied by normally distributed numbers of mean 1 and variance
/// `rate / (1 − rate)`.
struct GaussianDropoutDescription: LayerDescription {
  static let className = "GaussianDropout"
  static let options: [String: JSONValue] = ["rate": 0.5]

  private let rate: Double
  var symbolUse: SymbolUse { .passOn }
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) { rate = try options.rate("rate") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    let deviation = (rate / (1 - rate)).squareRoot()
    return Dropout(builder) { $0.drawNormals($1, count: $2, mean: 1, deviation: deviation) }
  }
}

/// Multiplies values by random factors while training, as `keras.layers.Dropout` does, which leaves a fraction of them out
/// and scales the others up (Srivastava et al. 2014).
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × (2 × inputs + 1)` scalars from the model's plan.
final class Dropout<Scalar: KernelScalar>: SingleInputLayer {
  /// Draws so many factors.
  typealias Draw = (inout PhiloxGenerator, UnsafeMutablePointer<Scalar>, _ count: Int) -> Void

  private let draw: Draw
  /// Whether the factors of all steps are the same.
  private let sharesSteps: Bool
  private let steps, inputs, size: Int
  private let number: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let factors: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let symbolValues: MemoryPlan<Scalar>.Region  // [steps, rows], of an input of symbols

  init(_ builder: LayerBuilder<Scalar>, sharesSteps: Bool = false, draw: @escaping Draw) {
    self.draw = draw
    self.sharesSteps = sharesSteps
    (steps, inputs) = (builder.input.steps, builder.input.features)
    size = steps * inputs
    number = builder.number
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
    factors = plan.reserve(size * builder.batch)
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
    let step = batch.rows * inputs
    draw(&generator, factors, sharesSteps ? step : size * batch.rows)
    guard sharesSteps else { return }
    Scalar.copyRows(
      factors, step: 0, to: factors + step, step: step, rows: steps - 1, columns: step)
  }
}
