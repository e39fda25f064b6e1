import Files
import Kernels

/// `keras.layers.SeparableConv1D`.
struct SeparableConv1DDescription: LayerDescription {
  static let className = "SeparableConv1D"
  static let options: [String: JSONValue] =
    (["filters": 1, "depth_multiplier": 1, "activation": "linear", "use_bias": true]
    as [String: JSONValue])
    .merging(ConvolutionWindows.options) { _, new in new }
    .merging(
      WeightOptions.defaults([
        "depthwise": "GlorotUniform", "pointwise": "GlorotUniform", "bias": "Zeros",
      ])
    ) { _, new in new }

  let filters, multiplier: Int
  let windows: ConvolutionWindows
  let activation: Activation
  let usesBias: Bool
  private let depthwise, pointwise, bias: WeightOptions
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { windows.joinSteps }
  var lastActivation: Activation? { activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    filters = try options.size("filters")
    multiplier = try options.size("depth_multiplier")
    windows = try ConvolutionWindows(options)
    // tf-keras alone has it.
    guard !windows.isCausal else { throw options.error("padding", "is not supported") }
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    depthwise = try options.weight("depthwise", axes: 3)
    pointwise = try options.weight("pointwise", axes: 3)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, features: filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [
      ParameterShape(
        "depthwise_kernel", [windows.kernelSize, input.features, multiplier], depthwise),
      ParameterShape("pointwise_kernel", [1, input.features * multiplier, filters], pointwise),
    ] + (usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    SeparableConv1D(self, builder)
  }
}

/// A ``DepthwiseConvolution`` and a product that joins its features (Chollet 2017), as `keras.layers.SeparableConv1D`
/// computes it: `activation(depthwise(input) · pointwise + bias)`.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, filters]`.
/// Memory: that of ``DepthwiseConvolution`` and `batch × outputSteps × (filters + 2 × m × inputs)` scalars, with an
/// activation `batch × outputSteps × filters` more, from the model's plan.
final class SeparableConv1D<Scalar: KernelScalar>: SingleInputLayer {
  private let filters, outputSteps: Int
  private let convolution: DepthwiseConvolution<Scalar>
  private let pointwise: ParameterStore<Scalar>.Matrix  // [inputs × m, filters]
  private let plan: MemoryPlan<Scalar>
  private let convolved: MemoryPlan<Scalar>.Region  // [outputSteps, rows, inputs × m]
  private let convolvedGradient: MemoryPlan<Scalar>.Region  // as `convolved`
  private let output: BiasedActivation<Scalar>  // [outputSteps, rows, filters]

  init(_ description: SeparableConv1DDescription, _ builder: LayerBuilder<Scalar>) {
    (outputSteps, filters) = (builder.output.steps, builder.output.features)
    convolution = DepthwiseConvolution(
      description.windows, multiplier: description.multiplier, kernel: "depthwise_kernel", builder)
    pointwise = builder.matrix("pointwise_kernel")
    plan = builder.plan
    let rows = outputSteps * builder.batch
    convolved = plan.reserve(rows * pointwise.rows)
    convolvedGradient = plan.reserve(rows * pointwise.rows)
    output = BiasedActivation(
      description.activation, bias: description.usesBias ? builder.matrix("bias") : nil,
      rows: rows, columns: filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (convolved, all) = (plan[convolved], outputSteps * batch.rows)
    Scalar.fill(convolved, with: 0, count: all * pointwise.rows)
    convolution.forward(input, rows: batch.rows, addingTo: convolved)
    let sums = output.begin(rows: all)
    Scalar.multiply(
      convolved, transposeLeft: false, pointwise.values, transposeRight: false, rows: all,
      columns: filters, inner: pointwise.rows, into: sums, accumulate: true)
    batch.mask = nil
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (gradient, all) = (plan[convolvedGradient], outputSteps * batch.rows)
    output.beginBackward(outputGradient, rows: all, in: batch)
    Scalar.multiply(
      outputGradient, transposeLeft: false, pointwise.values, transposeRight: true, rows: all,
      columns: pointwise.rows, inner: filters, into: gradient, accumulate: false)
    convolution.backward(
      outputGradient: gradient, inputGradient: inputGradient, rows: batch.rows, sink: sink)
    sink.add(pointwise, left: plan[convolved], right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
