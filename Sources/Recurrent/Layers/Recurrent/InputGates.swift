import Files
import Kernels

/// A layer whose gates see the input alone.
struct InputGatesDescription<Kind: InputGatesKind>: RecurrentDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] {
    RecurrentOptions.defaults.filter { !$0.key.hasPrefix("recurrent_") }
      .merging(["activation": "linear"]) { _, new in new }
  }
  static var isOfKeras: Bool { false }

  let recurrent: RecurrentOptions
  var stateNames: [String] { ["hidden"] }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    recurrent = try RecurrentOptions(options, hasRecurrentKernel: false)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let columns = Kind.gates * recurrent.units
    return [
      ParameterShape("kernel", in: Kind.cellName, [input.features, columns], recurrent.kernel)
    ]
      + (recurrent.usesBias
        ? [ParameterShape("bias", in: Kind.cellName, [columns], recurrent.bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Kind.makeLayer(recurrent, builder)
  }
}

/// A class of such layers.
protocol InputGatesKind: Sendable {
  static var className: String { get }
  /// Keras' name of the cell.
  static var cellName: String { get }
  /// The gates, the candidate among them.
  static var gates: Int { get }

  static func makeLayer<Scalar: KernelScalar>(
    _ recurrent: RecurrentOptions, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar>
}

/// Gates that see the input alone, so that those of all steps are computed at once: some that are sigmoids, and behind
/// them the candidate, to which an activation may be applied.
///
/// Shapes: gates `[timeSteps, rows, gates × units]`.
/// Memory: twice the gates from the model's plan; `batch × timeSteps × units` scalars more where the gradient of the
/// activation needs what it was applied to.
struct InputGates<Scalar: KernelScalar> {
  private let units: Int
  /// The gates that are sigmoids.
  private let sigmoids: Int
  private let activation: Activation
  private let projection: InputProjection<Scalar>
  private let bias: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let gates, gradient: MemoryRegion  // [timeSteps, rows, gates × units]
  private let candidates: MemoryRegion?  // [timeSteps, rows, units], before the activation

  init(_ options: RecurrentOptions, sigmoids: Int, _ builder: LayerBuilder<Scalar>) {
    units = options.units
    self.sigmoids = sigmoids
    activation = options.activation
    projection = InputProjection(builder)
    bias = options.usesBias ? builder.matrix("bias") : nil
    plan = builder.plan
    let all = builder.input.steps * builder.batch * units
    gates = plan.reserve((sigmoids + 1) * all)
    gradient = plan.reserve((sigmoids + 1) * all)
    candidates = activation.needsValuesBefore ? plan.reserve(all) : nil
  }

  /// The values of a row's gates.
  private var width: Int { (sigmoids + 1) * units }

  /// The gates, and where their gradients go.
  var values: UnsafeMutablePointer<Scalar> { plan[gates] }
  var gradients: UnsafeMutablePointer<Scalar> { plan[gradient] }

  /// - Parameter rows: Those of all steps together.
  func compute(_ input: InputRows<Scalar>, rows: Int) {
    let values = values
    projection.project(input, bias: bias?.values, rows: rows, into: values)
    for row in 0..<rows {
      let values = values + row * width
      let candidate = values + sigmoids * units
      Scalar.sigmoid(values, count: sigmoids * units)
      if let candidates {
        (plan[candidates] + row * units).update(from: candidate, count: units)
      }
      Scalar.activate(candidate, by: activation, rows: 1, columns: units)
    }
  }

  /// The gradient of a row's candidate before its activation.
  @inline(__always)
  func activateBackward(_ gradient: UnsafeMutablePointer<Scalar>, row: Int) {
    let after = values + row * width + sigmoids * units
    Scalar.activationGradient(
      gradient, of: activation,
      before: candidates.map { UnsafePointer(plan[$0] + row * units) } ?? UnsafePointer(after),
      after: after, rows: 1, columns: units)
  }

  func skipBackward(_ slice: StepSlice) {
    Scalar.fill(gradients + slice.place * width, with: 0, count: slice.rows * width)
  }

  /// After all steps back: the gradient of the inputs, where it is asked for, then those of the weights.
  func goBackToInput(
    input: InputRows<Scalar>, rows: Int, inputGradient: UnsafeMutablePointer<Scalar>?,
    sink: any GradientSink<Scalar>
  ) {
    projection.goBack(
      gradients, input: input, rows: rows, inputGradient: inputGradient, sink: sink)
    if let bias { sink.add(bias, left: nil, right: gradients, inner: rows) }
  }
}
