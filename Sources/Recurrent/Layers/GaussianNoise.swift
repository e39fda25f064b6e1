import Files
import Kernels

/// `keras.layers.GaussianNoise`.
struct GaussianNoiseDescription: LayerDescription {
  static let className = "GaussianNoise"
  static let options: [String: JSONValue] = ["stddev": 0.0]

  let deviation: Double
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    deviation = try options.number("stddev")
    guard deviation >= 0 else { throw options.error("stddev", "is negative") }
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    GaussianNoise(self, builder)
  }
}

/// Adds normally distributed numbers of mean 0 while training, as `keras.layers.GaussianNoise` does.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × 2 × inputs` scalars from the model's plan.
final class GaussianNoise<Scalar: KernelScalar>: SingleInputLayer {
  private let deviation: Double
  private let size: Int
  private let number: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private let noise: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ description: GaussianNoiseDescription, _ builder: LayerBuilder<Scalar>) {
    deviation = description.deviation
    size = builder.input.steps * builder.input.features
    number = builder.number
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
    noise = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, noise, count) = (plan[output], plan[noise], size * batch.rows)
    output.update(from: input, count: count)
    guard batch.isTraining, deviation > 0 else { return output }
    var generator = batch.dropoutGenerator(layer: number)
    generator.drawNormals(noise, count: count, mean: 0, deviation: deviation)
    Scalar.add(noise, to: output, count: count)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    inputGradient?.update(from: outputGradient, count: size * batch.rows)
  }
}
