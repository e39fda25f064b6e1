import Files
import Kernels

/// `keras.layers.AlphaDropout`.
struct AlphaDropoutDescription: LayerDescription {
  static let className = "AlphaDropout"
  static let options: [String: JSONValue] = ["rate": 0.5]

  let rate: Double
  var appliesPerStep: Bool { true }

  init(_ options: LayerOptions) throws(ConfigurationError) { rate = try options.rate("rate") }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    AlphaDropout(self, builder)
  }
}

/// Puts the lower limit of a `selu` in the place of a random part of the values while training, and keeps their mean and
/// variance (Klambauer et al. 2017), as `keras.layers.AlphaDropout` does: `a · (k ∘ x + (1 − k) · limit) + b` with `k` 0 for
/// that part and 1 for the rest. Its random numbers are drawn as those of ``Dropout``.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × 2 × inputs` scalars from the model's plan.
final class AlphaDropout<Scalar: KernelScalar>: SingleInputLayer {
  /// `-alpha · scale` of `selu`.
  private static var limit: Double { -1.6732632423543772 * 1.0507009873554805 }

  private let rate: Double
  private let size, number: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// `a · k`.
  private let factors: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ description: AlphaDropoutDescription, _ builder: LayerBuilder<Scalar>) {
    rate = description.rate
    size = builder.input.steps * builder.input.features
    number = builder.number
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
    factors = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, factors, count) = (plan[output], plan[factors], size * batch.rows)
    guard batch.isTraining, rate > 0 else {
      Scalar.fill(factors, with: 1, count: count)
      output.update(from: input, count: count)
      return output
    }
    let limit = Self.limit
    let a = 1 / ((1 - rate) * (1 + rate * limit * limit)).squareRoot()
    let b = -a * limit * rate
    var generator = batch.dropoutGenerator(layer: number)
    // 0, or 1 / (1 - rate).
    generator.dropOut(factors, count: count, rate: rate)
    Scalar.scale(factors, by: Scalar(a * (1 - rate)), count: count)
    Scalar.fill(output, with: Scalar(a * limit + b), count: count)
    Scalar.add(factors, times: Scalar(-limit), to: output, count: count)
    Scalar.addProducts(input, factors, to: output, count: count)
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
