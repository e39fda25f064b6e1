import Files
import Kernels

/// `keras.layers.Softmax` over an axis. With a mask, Keras would leave features out, not steps.
struct SoftmaxDescription: LayerDescription {
  static let className = "Softmax"
  static let options: [String: JSONValue] = ["axis": -1]

  private let axis: Int
  var takesMask: Bool { false }
  var appliesPerStep: Bool { axis == -1 }
  var joinsSteps: Bool { axis != -1 }
  var lastActivation: Activation? { axis == -1 ? .softmax : nil }
  var stepAxes: StepAxes { axis == -1 ? .last : .own }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let axes = try options.wholes("axis")
    guard axes.count == 1 else { throw options.error("axis", "is not supported") }
    axis = axes[0]
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    if axis != -1 { try AxisSoftmax<Float>.check(axis, of: input, Self.className) }
    return input
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    axis == -1 ? ActivationLayer(.softmax, builder) : AxisSoftmax(axis, builder)
  }
}
