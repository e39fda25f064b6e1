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
  private let kernel: ParameterStore<Scalar>.Matrix

  private let output: BiasedActivation<Scalar>  // [steps, rows, units]

  private var input: UnsafePointer<Scalar>?

  init(_ description: DenseDescription, _ builder: LayerBuilder<Scalar>) {
    units = description.units
    inputs = builder.input.features
    steps = builder.input.steps
    kernel = builder.matrix("kernel")
    output = BiasedActivation(
      description.activation, bias: description.usesBias ? builder.matrix("bias") : nil,
      rows: steps * builder.batch, columns: units, plan: builder.plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let all = steps * batch.rows
    let sums = output.begin(rows: all)
    Scalar.multiply(
      input, transposeLeft: false, kernel.values, transposeRight: false,
      rows: all, columns: units, inner: inputs, into: sums, accumulate: true)
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { preconditionFailure("backward before forward") }
    let all = steps * batch.rows
    output.beginBackward(outputGradient, rows: all, in: batch)
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true,
        rows: all, columns: inputs, inner: units, into: inputGradient, accumulate: false)
    }
    sink.add(kernel, left: input, right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
