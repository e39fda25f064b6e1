import Files
import Kernels

/// `keras.layers.Dense`.
struct DenseDescription: LayerDescription {
  static let className = "Dense"
  static let options: [String: JSONValue] = [
    "units": 1, "activation": "linear", "use_bias": true,
  ].merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new }

  let units: Int
  let activation: Activation
  let usesBias: Bool
  private let kernel, bias: WeightOptions
  var appliesPerStep: Bool { true }
  var lastActivation: Activation? { activation }
  var stepAxes: StepAxes { .last }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    units = try options.size("units")
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("kernel")
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) -> SampleShape {
    var output = input
    output.features = units
    return output
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [ParameterShape("kernel", [input.features, units], kernel)]
      + (usesBias ? [ParameterShape("bias", [units], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Dense(self, builder)
  }
}

/// A fully connected layer, as `keras.layers.Dense` computes it: `x · kernel + bias`, then the
/// activation, for each row of each step.
///
/// Shapes: input `[steps, rows, inputs]`, output `[steps, rows, units]`.
/// Memory: `batch × steps × units` scalars from the model's plan, twice that with an activation.
final class Dense<Scalar: KernelScalar>: SingleInputLayer {
  private let units, inputs, steps: Int
  private let activation: Activation
  private let kernel: ParameterStore<Scalar>.Matrix
  private let bias: ParameterStore<Scalar>.Matrix?

  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [steps, rows, units]
  /// What it was before the activation, where its gradient needs that.
  private let before: MemoryPlan<Scalar>.Region  // [steps, rows, units]

  private var input: UnsafePointer<Scalar>?

  init(_ description: DenseDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.units
    inputs = builder.input.features
    steps = builder.input.steps
    activation = description.activation
    plan = builder.plan
    kernel = builder.matrix("kernel")
    bias = description.usesBias ? builder.matrix("bias") : nil
    output = plan.reserve(steps * builder.batch * units)
    before = plan.reserve(activation.needsValuesBefore ? steps * builder.batch * units : 0)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let output = plan[output]
    let all = steps * batch.rows
    fillRows(output, with: bias?.values, rows: all, columns: units)
    Scalar.multiply(
      input, transposeLeft: false, kernel.values, transposeRight: false,
      rows: all, columns: units, inner: inputs, into: output, accumulate: true)
    if activation.needsValuesBefore {
      plan[before].update(from: output, count: all * units)
    }
    Scalar.activate(output, by: activation, rows: all, columns: units)
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let all = steps * batch.rows
    if !batch.isGradientBeforeActivation {
      Scalar.activationGradient(
        outputGradient, of: activation, before: plan[before], after: plan[output], rows: all,
        columns: units)
    }
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: inputs, inner: units, into: inputGradient, accumulate: false)
    }
    sink.add(kernel, left: input, right: outputGradient, inner: all)
    if let bias {
      sink.add(bias, left: nil, right: outputGradient, inner: all)
    }
  }
}
