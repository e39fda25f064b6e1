import Files
import Kernels

/// `keras.layers.Dropout`.
struct DropoutDescription: LayerDescription {
  static let className = "Dropout"
  static let options: [String: JSONValue] = ["rate": 0.5]

  let rate: Double
  var symbolUse: SymbolUse { .passOn }
  var appliesPerStep: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) { rate = try options.rate("rate") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dropout(self, builder)
  }
}

/// Leaves a random fraction of the values out while training (Srivastava et al. 2014) and scales the others up, as
/// `keras.layers.Dropout` does.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × (2 × inputs + 1)` scalars from the model's plan.
final class Dropout<Scalar: KernelScalar>: SingleInputLayer {
  private let rate: Double
  private let steps, inputs, size: Int
  private let number: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let factors: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let symbolValues: MemoryPlan<Scalar>.Region  // [steps, rows], of an input of symbols

  init(_ description: DropoutDescription, _ builder: LayerBuilder<Scalar>) {
    rate = description.rate
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
    var generator = batch.dropoutGenerator(layer: number)
    generator.dropOut(factors, count: size * batch.rows, rate: batch.isTraining ? rate : 0)
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
}
