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
  private let convolution: DepthwiseConvolution<Scalar>
  private let output: BiasedActivation<Scalar>  // [outputSteps, rows, units]

  init(_ description: DepthwiseConv1DDescription, _ builder: LayerBuilder<Scalar>) {
    (outputSteps, units) = (builder.output.steps, builder.output.features)
    convolution = DepthwiseConvolution(
      description.windows, multiplier: description.multiplier, kernel: "kernel", builder)
    output = BiasedActivation(
      description.activation, bias: description.usesBias ? builder.matrix("bias") : nil,
      rows: outputSteps * builder.batch, columns: units, plan: builder.plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let all = outputSteps * batch.rows
    let sums = output.begin(rows: all)
    convolution.forward(input, rows: batch.rows, addingTo: sums)
    batch.mask = nil
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let all = outputSteps * batch.rows
    output.beginBackward(outputGradient, rows: all, in: batch)
    convolution.backward(
      outputGradient: outputGradient, inputGradient: inputGradient, rows: batch.rows, sink: sink)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
