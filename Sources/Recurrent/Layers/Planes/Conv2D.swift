import Files
import Kernels

/// `keras.layers.Conv2D`, without groups.
struct Conv2DDescription: LayerDescription {
  static let className = "Conv2D"
  static let options: [String: JSONValue] = [
    "filters": 1, "kernel_size": [1, 1], "strides": [1, 1], "padding": "valid",
    "data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1, "activation": "linear",
    "use_bias": true,
  ].merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new }

  let filters: Int
  let windows: PlaneWindows
  let activation: Activation
  let usesBias: Bool
  private let kernel, bias: WeightOptions
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }
  var lastActivation: Activation? { activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    filters = try options.size("filters")
    windows = try PlaneWindows(options, size: "kernel_size")
    guard try options.size("groups") == 1 else { throw options.error("groups", "is not supported") }
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("kernel", axes: 4)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, channels: filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let channels = input.axes[input.axes.count - 1]
    return [
      ParameterShape(
        "kernel", [windows.height.size, windows.width.size, channels, filters], kernel)
    ] + (usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Conv2D(self, builder)
  }
}

/// A convolution over the height and width of planes, as `keras.layers.Conv2D` computes it; what is beyond the edges is
/// zero.
///
/// Shapes: input `[height, rows, width, channels]`, output `[outputHeight, rows, outputWidth, filters]`.
/// Memory: from the model's plan, for each place of the output of each row, `2 × filters` scalars and twice the values
/// that it sees.
final class Conv2D<Scalar: KernelScalar>: SingleInputLayer {
  private let unfolding: PlaneUnfolding<Scalar>
  private let filters, inputSize, places: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [height × width × channels, filters]

  private let plan: MemoryPlan<Scalar>
  private let unfolded: MemoryPlan<Scalar>.Region
  private let unfoldedGradient: MemoryPlan<Scalar>.Region
  private let output: BiasedActivation<Scalar>  // [outputHeight, rows, outputWidth, filters]

  init(_ description: Conv2DDescription, _ builder: LayerBuilder<Scalar>) {
    let (input, output) = (Plane(known: builder.input), Plane(known: builder.output))
    unfolding = PlaneUnfolding(description.windows, from: input, to: output)
    filters = description.filters
    inputSize = input.size
    places = output.height * output.width
    plan = builder.plan
    kernel = builder.matrix("kernel")
    unfolded = plan.reserve(builder.batch * unfolding.size)
    unfoldedGradient = plan.reserve(builder.batch * unfolding.size)
    self.output = BiasedActivation(
      description.activation, bias: description.usesBias ? builder.matrix("bias") : nil,
      rows: places * builder.batch, columns: filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let all = places * batch.rows
    unfolding.unfold(input, into: plan[unfolded], rows: batch.rows)
    let sums = output.begin(rows: all)
    Scalar.multiply(
      plan[unfolded], transposeLeft: false, kernel.values, transposeRight: false, rows: all,
      columns: filters, inner: kernel.rows, into: sums, accumulate: true)
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let all = places * batch.rows
    output.beginBackward(outputGradient, rows: all, in: batch)
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true, rows: all,
        columns: kernel.rows, inner: filters, into: plan[unfoldedGradient], accumulate: false)
      Scalar.fill(inputGradient, with: 0, count: inputSize * batch.rows)
      unfolding.fold(plan[unfoldedGradient], addingTo: inputGradient, rows: batch.rows)
    }
    sink.add(kernel, left: plan[unfolded], right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
