import Files
import Kernels

/// `keras.layers.RepeatVector`.
struct RepeatVectorDescription: LayerDescription {
  static let className = "RepeatVector"
  static let options: [String: JSONValue] = ["n": 1]

  let count: Int
  var passesMask: Bool { false }

  init(_ options: LayerOptions) throws(ConfigurationError) { count = try options.size("n") }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard !input.isSequence else { throw ConfigurationError("RepeatVector cannot take a sequence") }
    return .sequence(timeSteps: count, features: input.features)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    RepeatVector(self, builder)
  }
}

/// The same vector at every step of a sequence.
///
/// Shapes: input `[rows, inputs]`, output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class RepeatVector<Scalar: KernelScalar>: SingleInputLayer {
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]

  init(_ description: RepeatVectorDescription, _ builder: LayerBuilder<Scalar>) {
    steps = description.count
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, size) = (plan[output], batch.rows * inputs)
    Scalar.copyRows(input, step: 0, to: output, step: size, rows: steps, columns: size)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient else { return }
    let size = batch.rows * inputs
    Scalar.fill(inputGradient, with: 0, count: size)
    Scalar.addRows(of: outputGradient, mask: nil, rows: steps, columns: size, to: inputGradient)
  }
}
