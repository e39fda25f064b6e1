import Files
import Kernels

/// `keras.layers.DepthwiseConv1D`.
struct DepthwiseConv1DDescription: LayerDescription {
  static let className = "DepthwiseConv1D"
  static let options: [String: JSONValue] =
    (["depth_multiplier": 1, "activation": "linear", "use_bias": true] as [String: JSONValue])
    .merging(ConvolutionWindows.options) { _, new in new }
    .merging(WeightOptions.defaults(["depthwise": "GlorotUniform", "bias": "Zeros"])) {
      _, new in new
    }

  let multiplier: Int
  let windows: ConvolutionWindows
  let activation: Activation
  let usesBias: Bool
  private let kernel, bias: WeightOptions
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { windows.joinSteps }
  var lastActivation: Activation? { activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    multiplier = try options.size("depth_multiplier")
    windows = try ConvolutionWindows(options)
    guard !windows.isCausal else { throw options.error("padding", "is not supported") }
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("depthwise", axes: 3)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, features: input.features * multiplier, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [ParameterShape("kernel", [windows.kernelSize, input.features, multiplier], kernel)]
      + (usesBias ? [ParameterShape("bias", [input.features * multiplier], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    DepthwiseConv1D(self, builder)
  }
}

/// ``DepthwiseConvolution``, a bias and an activation, as `keras.layers.DepthwiseConv1D` computes it.
///
/// Shapes: input `[steps, rows, inputs]`, output `[outputSteps, rows, units]` with `m` units for each input.
/// Memory: that of ``DepthwiseConvolution`` and `batch × outputSteps × units` scalars, with an activation twice as many,
/// from the model's plan.
final class DepthwiseConv1D<Scalar: KernelScalar>: SingleInputLayer {
  private let units, outputSteps: Int
  private let activation: Activation
  private let convolution: DepthwiseConvolution<Scalar>
  private let bias: ParameterStore<Scalar>.Matrix?
  private let plan: MemoryPlan<Scalar>
  private let output: MemoryPlan<Scalar>.Region  // [outputSteps, rows, units]
  /// What it was before the activation, where its gradient needs that.
  private let before: MemoryPlan<Scalar>.Region  // [outputSteps, rows, units]

  init(_ description: DepthwiseConv1DDescription, _ builder: LayerBuilder<Scalar>) {
    (outputSteps, units) = (builder.output.steps, builder.output.features)
    activation = description.activation
    convolution = DepthwiseConvolution(
      description.windows, multiplier: description.multiplier, kernel: "kernel", builder)
    bias = description.usesBias ? builder.matrix("bias") : nil
    plan = builder.plan
    let size = outputSteps * builder.batch * units
    output = plan.reserve(size)
    before = plan.reserve(activation.needsValuesBefore ? size : 0)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (output, all) = (plan[output], outputSteps * batch.rows)
    fillRows(output, with: bias?.values, rows: all, columns: units)
    convolution.forward(input, rows: batch.rows, addingTo: output)
    if activation.needsValuesBefore { plan[before].update(from: output, count: all * units) }
    Scalar.activate(output, by: activation, rows: all, columns: units)
    batch.mask = nil
    return output
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let all = outputSteps * batch.rows
    if !batch.isGradientBeforeActivation {
      Scalar.activationGradient(
        outputGradient, of: activation, before: plan[before], after: plan[output], rows: all,
        columns: units)
    }
    convolution.backward(
      outputGradient: outputGradient, inputGradient: inputGradient, rows: batch.rows, sink: sink)
    if let bias { sink.add(bias, left: nil, right: outputGradient, inner: all) }
  }
}
