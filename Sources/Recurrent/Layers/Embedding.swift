import Files
import Kernels

/// `keras.layers.Embedding`, of one symbol a step or of several.
struct EmbeddingDescription: LayerDescription {
  static let className = "Embedding"
  static let options: [String: JSONValue] = [
    "input_dim": 1, "output_dim": 1, "mask_zero": false,
  ].merging(WeightOptions.defaults(["embeddings": "RandomUniform"])) { _, new in new }

  let symbols, units: Int
  let masksZero: Bool
  private let embeddings: WeightOptions
  var symbolCount: Int? { symbols }
  var needsSequence: Bool { true }
  var makesMask: Bool { masksZero }
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    symbols = try options.size("input_dim")
    units = try options.size("output_dim")
    masksZero = try options.flag("mask_zero")
    embeddings = try options.weight("embeddings")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    if input.axes == [1] { return .sequence(timeSteps: input.timeSteps, features: units) }
    guard !masksZero else {
      throw ConfigurationError(
        "an Embedding with mask_zero needs one symbol a step, not \(input.features)")
    }
    return .sequence(timeSteps: input.timeSteps, axes: input.axes + [units])
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [ParameterShape("embeddings", [symbols, units], embeddings)]
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    builder.input.axes == [1] ? Embedding(self, builder) : LastAxisLayer(self, columns: 1, builder)
  }
}

/// A vector for each symbol, looked up by its number, as `keras.layers.Embedding` does. A value that is not one of
/// the symbols is reported, see ``Sequential/checkSymbols(sample:)``; its vector is zero.
///
/// Shapes: input `[steps, rows, 1]`, or symbols `[steps, rows]`; output `[steps, rows, units]`.
/// Memory: `batch × steps × units` scalars from the model's plan, and as many numbers as steps.
final class Embedding<Scalar: KernelScalar>: SingleInputLayer {
  private let symbols: SymbolRange
  private let units, steps: Int
  private let masksZero: Bool
  private let embeddings: ParameterStore<Scalar>.Matrix
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  private let mask: StepMask
  /// The symbols of the batch under way; -1 for a value that is not a symbol.
  private let numbers: StepBuffer<Int32>  // [steps, rows]

  init(_ description: EmbeddingDescription, _ builder: LayerBuilder<Scalar>) {
    symbols = SymbolRange(layer: builder.name, count: description.symbols)
    units = description.units
    masksZero = description.masksZero
    steps = builder.input.steps
    embeddings = builder.matrix("embeddings")
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * units)
    mask = StepMask(count: masksZero ? steps * builder.batch : 0)
    numbers = StepBuffer(count: steps * builder.batch, of: -1)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    guard let numbers = numbers.values.baseAddress else { return plan[output] }
    let (output, all) = (plan[output], steps * batch.rows)
    if let given = batch.symbols?.numbers {
      for row in 0..<all { numbers[row] = given[row] < symbols.count ? given[row] : -1 }
    } else {
      Scalar.wholeNumbers(input, below: symbols.count, count: all, into: numbers)
    }
    for row in 0..<all {
      let (to, symbol) = (output + row * units, Int(numbers[row]))
      guard symbol >= 0 else {
        Scalar.fill(to, with: 0, count: units)
        if masksZero { mask.values[row] = 1 }
        let value = batch.symbols.map { Scalar($0.numbers[row]) } ?? input[row]
        batch.report(value, row: row, of: symbols)
        continue
      }
      to.update(from: embeddings.values + symbol * units, count: units)
      if masksZero { mask.values[row] = symbol == 0 ? 0 : 1 }
    }
    if masksZero { batch.mask = UnsafePointer(mask.values.baseAddress) }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    sink.add(embeddings) { gradient in
      for row in 0..<steps * batch.rows where numbers.values[row] >= 0 {
        let to = gradient + Int(numbers.values[row]) * units
        Scalar.add(outputGradient + row * units, to: to, count: units)
      }
    }
    // Numbers of symbols have no gradient.
    if let inputGradient { Scalar.fill(inputGradient, with: 0, count: steps * batch.rows) }
  }
}
