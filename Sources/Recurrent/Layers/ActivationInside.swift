import Files
import Kernels

/// A layer whose activation is a layer itself, such as `LeakyReLU(0.1)`.
struct ActivationInsideDescription<Inner: LayerDescription>: LayerDescription {
  static var className: String { Inner.className }
  static var options: [String: JSONValue] { Inner.options }

  private let inner: Inner
  private let activation: any LayerDescription
  var needsSequence: Bool { inner.needsSequence }
  var takesMask: Bool { inner.takesMask }
  var passesMask: Bool { inner.passesMask }
  var stepAxes: StepAxes { inner.stepAxes }
  var joinsSteps: Bool { inner.joinsSteps }
  var appliesPerStep: Bool { inner.appliesPerStep }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    inner = try Inner(options.with("activation", "linear"))
    let layer = try options.layer("activation")
    activation = try layer.described()
    // What has no activation at its end uses it inside.
    guard inner.lastActivation != nil, activation.stepAxes == .flat else {
      throw options.error("activation", "is not supported")
    }
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try inner.output(of: input)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] { inner.parameters(of: input) }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    var outer = builder
    outer.input = builder.output
    outer.inputs = [outer.input]
    return ActivatedLayer(inner.makeLayer(builder), by: activation.makeLayer(outer), builder)
  }
}

extension LayerDescription {
  /// The description of a layer whose activation is a layer.
  static func activationInside(_ options: LayerOptions) throws(ConfigurationError)
    -> any LayerDescription
  {
    try ActivationInsideDescription<Self>(options)
  }
}

/// A layer, and behind it another of the same shape.
///
/// Memory: the output's gradient from the model's plan.
final class ActivatedLayer<Scalar: KernelScalar>: SingleInputLayer {
  private let layer, activation: any Layer<Scalar>
  private let plan: MemoryPlan<Scalar>
  private let gradient: MemoryPlan<Scalar>.Region  // of the output's shape

  init(
    _ layer: any Layer<Scalar>, by activation: any Layer<Scalar>, _ builder: LayerBuilder<Scalar>
  ) {
    (self.layer, self.activation, plan) = (layer, activation, builder.plan)
    gradient = plan.reserve(builder.output.steps * builder.output.features * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    activation.forward(only: layer.forward(only: input, in: batch), in: batch)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    activation.backward(
      outputGradient: outputGradient, onlyInputGradient: plan[gradient], in: batch, sink: sink)
    layer.backward(
      outputGradient: plan[gradient], onlyInputGradient: inputGradient, in: batch, sink: sink)
  }
}
