import Files
import Kernels

/// `keras.layers.Activation`.
struct ActivationDescription: LayerDescription {
  static let className = "Activation"
  static let options: [String: JSONValue] = ["activation": "linear"]

  let activation: Activation
  var appliesPerStep: Bool { true }
  var lastActivation: Activation? { activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    activation = try options.activation()
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ActivationLayer(self, builder)
  }
}

/// An ``Activation`` as a layer of its own.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class ActivationLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let activation: Activation
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private var input: UnsafePointer<Scalar>?

  init(_ description: ActivationDescription, _ builder: LayerBuilder<Scalar>) {
    activation = description.activation
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    output = plan.reserve(steps * builder.batch * inputs)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let output = plan[output]
    output.update(from: input, count: steps * batch.rows * inputs)
    Scalar.activate(output, by: activation, rows: steps * batch.rows, columns: inputs)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    guard let inputGradient else { return }
    inputGradient.update(from: outputGradient, count: steps * batch.rows * inputs)
    if batch.isGradientBeforeActivation { return }
    Scalar.activationGradient(
      inputGradient, of: activation, before: input, after: plan[output],
      rows: steps * batch.rows, columns: inputs)
  }
}
