import Files
import Kernels

/// `keras.layers.Softmax` over the features: ``ActivationLayer`` computes it. With a mask, Keras would leave features out,
/// not steps.
struct SoftmaxDescription: LayerDescription {
  static let className = "Softmax"
  static let options: [String: JSONValue] = ["axis": -1]

  private let axis: Int
  var takesMask: Bool { false }
  var appliesPerStep: Bool { axis == -1 }
  var lastActivation: Activation? { .softmax }
  var stepAxes: StepAxes { .last }

  init(_ options: LayerOptions) throws(ConfigurationError) { axis = try options.lastAxis("axis") }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try input.checkLast(axis, of: Self.className)
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ActivationLayer(.softmax, builder)
  }
}
