import Files
import Kernels

/// `keras.layers.Activation`.
struct ActivationDescription: LayerDescription {
  static let className = "Activation"
  static let options: [String: JSONValue] = ["activation": "linear"]

  let activation: Activation
  var appliesPerStep: Bool { true }
  var lastActivation: Activation? { activation }
  var stepAxes: StepAxes { .last }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    activation = try options.activation()
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ActivationLayer(activation, builder)
  }
}

/// An ``Activation`` as a layer of its own, perhaps with a ``Rectifier`` behind it.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan, twice as many with both.
final class ActivationLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let activation: Activation
  private let rectifier: Rectifier?
  private let passesMask: Bool
  private let steps, inputs: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// What the rectifier is given, if that is not the input.
  private let activated: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  private var input: UnsafePointer<Scalar>?

  init(
    _ activation: Activation, rectifier: Rectifier? = nil, passesMask: Bool = true,
    _ builder: LayerBuilder<Scalar>
  ) {
    self.passesMask = passesMask
    self.activation = activation
    self.rectifier = rectifier
    steps = builder.input.steps
    inputs = builder.input.features
    plan = builder.plan
    let size = steps * builder.batch * inputs
    output = plan.reserve(size)
    activated = rectifier == nil || activation == .linear ? output : plan.reserve(size)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    if !passesMask { batch.mask = nil }
    let output = plan[output]
    output.update(from: input, count: steps * batch.rows * inputs)
    Scalar.activate(output, by: activation, rows: steps * batch.rows, columns: inputs)
    guard let rectifier else { return output }
    let size = steps * batch.rows * inputs
    if activation != .linear { plan[activated].update(from: output, count: size) }
    Scalar.rectify(output, by: rectifier, count: size)
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
    if let rectifier {
      Scalar.rectifierGradient(
        inputGradient, of: rectifier,
        before: activation == .linear ? input : UnsafePointer(plan[activated]),
        count: steps * batch.rows * inputs)
    }
    Scalar.activationGradient(
      inputGradient, of: activation, before: input, after: plan[activated],
      rows: steps * batch.rows, columns: inputs)
  }
}
