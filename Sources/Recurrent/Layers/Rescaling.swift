import Files
import Kernels

/// `keras.layers.Rescaling` by one scale and one offset.
struct RescalingDescription: LayerDescription {
  static let className = "Rescaling"
  static let options: [String: JSONValue] = ["scale": 1.0, "offset": 0.0]

  let scale, offset: Double
  var appliesPerStep: Bool { true }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    scale = try options.number("scale")
    offset = try options.number("offset")
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Rescaling(self, builder)
  }
}

/// `scale · x + offset`, as `keras.layers.Rescaling` computes it, rounded once.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class Rescaling<Scalar: KernelScalar>: SingleInputLayer {
  private let scale, offset: Scalar
  private let size: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ description: RescalingDescription, _ builder: LayerBuilder<Scalar>) {
    scale = Scalar(description.scale)
    offset = Scalar(description.offset)
    size = builder.input.steps * builder.input.features
    plan = builder.plan
    output = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let output = plan[output]
    Scalar.fill(output, with: offset, count: size * batch.rows)
    Scalar.add(input, times: scale, to: output, count: size * batch.rows)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    inputGradient.update(from: outputGradient, count: size * batch.rows)
    Scalar.scale(inputGradient, by: scale, count: size * batch.rows)
  }
}
