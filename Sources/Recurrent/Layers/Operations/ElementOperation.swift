import Files
import Kernels

/// A function of `keras.ops` of each value: an ``Activation`` by its name, or an ``ElementFunction``.
struct ElementOperationDescription: LayerDescription {
  static let className = "ops.Function"
  static let options: [String: JSONValue] = ["function": "linear"]

  private enum Function {
    case activation(Activation)
    case element(ElementFunction)
  }

  private let function: Function
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .last }
  var lastActivation: Activation? {
    if case .activation(let activation) = function { activation } else { nil }
  }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    let name = options["function"].string ?? ""
    if let activation = Activation(rawValue: name) {
      function = .activation(activation)
    } else if let element = ElementFunction(rawValue: name) {
      function = .element(element)
    } else {
      throw options.error("function", "is not supported")
    }
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    switch function {
    case .activation(let activation): ActivationLayer(activation, passesMask: false, builder)
    case .element(let element): ElementOperation(.element(element), builder)
    }
  }
}

/// `keras.ops.clip`: values between two limits; beyond them the gradient is 0.
struct ClipDescription: LayerDescription {
  static let className = "ops.Clip"
  static let options: [String: JSONValue] = ["x_min": nil, "x_max": nil]

  private let lowest, highest: Double
  var passesMask: Bool { false }
  var stepAxes: StepAxes { .flat }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    lowest = try options.number("x_min")
    highest = try options.number("x_max")
  }

  func output(of input: SampleShape) -> SampleShape { input }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ElementOperation(
      .clip(lowest: Double(Scalar(lowest)), highest: Double(Scalar(highest))), builder)
  }
}

/// A function of each value by itself, with its derivative.
///
/// Shapes: input and output `[steps, rows, inputs]`.
/// Memory: `batch × steps × inputs` scalars from the model's plan.
final class ElementOperation<Scalar: KernelScalar>: SingleInputLayer {
  private let function: ValueFunction
  private let size: Int
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, inputs]
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init(_ function: ValueFunction, _ builder: LayerBuilder<Scalar>) {
    (self.function, plan) = (function, builder.plan)
    size = builder.input.steps * builder.input.features
    output = plan.reserve(size * builder.batch)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let output = plan[output]
    batch.mask = nil
    for index in 0..<size * batch.rows {
      output[index] = Scalar(function.value(Double(input[index])))
    }
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let inputGradient, let input else { return }
    for index in 0..<size * batch.rows {
      inputGradient[index] =
        outputGradient[index] * Scalar(function.derivative(Double(input[index])))
    }
  }
}

/// A function of one value.
enum ValueFunction {
  case element(ElementFunction)
  /// The value, but between two limits.
  case clip(lowest: Double, highest: Double)

  func value(_ x: Double) -> Double {
    switch self {
    case .element(let function): function.value(x)
    case .clip(let lowest, let highest): x < lowest ? lowest : x > highest ? highest : x
    }
  }

  func derivative(_ x: Double) -> Double {
    switch self {
    case .element(let function): function.derivative(x)
    case .clip(let lowest, let highest): x < lowest || x > highest ? 0 : 1
    }
  }
}
