import Files
import Kernels

/// `keras.layers.Conv2D` and `Conv3D`, without groups; `Conv3D` over the frames of a sequence of planes too.
struct SpaceConvolutionDescription<Space: ConvolvedSpace>: LayerDescription {
  static var className: String { Space.className }
  static var options: [String: JSONValue] {
    ConvolutionOptions.defaults(AxisWindows.options(axes: Space.axes))
      .merging(["groups": 1]) { _, new in new }
  }

  let common: ConvolutionOptions
  let windows: VolumeWindows
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }
  var lastActivation: Activation? { common.activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try VolumeWindows(options, size: "kernel_size", axes: Space.axes)
    try options.checkNoGroups()
    common = try ConvolutionOptions(options, axes: Space.axes)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, channels: common.filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let channels = input.axes[input.axes.count - 1]
    return common.parameters(kernel: windows.sizes + [channels, common.filters])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    SpaceConvolution(self, builder)
  }
}

/// What a convolution goes over.
protocol ConvolvedSpace: Sendable {
  static var className: String { get }
  static var axes: Int { get }
}

enum ConvolvedPlane: ConvolvedSpace {
  static let (className, axes) = ("Conv2D", 2)
}

enum ConvolvedVolume: ConvolvedSpace {
  static let (className, axes) = ("Conv3D", 3)
}

/// A convolution over depth, height and width, as `keras.layers.Conv3D` computes it, and `Conv2D` over height and width; what is
/// beyond the ends is zero.
///
/// Shapes: input `[depth, rows, height, width, channels]`, output
/// `[outputDepth, rows, outputHeight, outputWidth, filters]`.
/// Memory: from the model's plan, for each place of the output of each row, `2 × filters` scalars and twice the values
/// that it sees.
final class SpaceConvolution<Scalar: KernelScalar>: SingleInputLayer {
  private let unfolding: VolumeUnfolding<Scalar>
  private let size, places: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [depth × height × width × channels, filters]
  private let plan: MemoryPlan<Scalar>
  private let unfolded, unfoldedGradient: MemoryPlan<Scalar>.Region
  private let output: BiasedActivation<Scalar>

  init<Space: ConvolvedSpace>(
    _ description: SpaceConvolutionDescription<Space>, _ builder: LayerBuilder<Scalar>
  ) {
    let (input, output) = (Volume(builder.input), Volume(builder.output))
    unfolding = VolumeUnfolding(description.windows, from: input, to: output)
    (size, places) = (input.size, output.places)
    plan = builder.plan
    kernel = builder.matrix("kernel")
    unfolded = plan.reserve(builder.batch * unfolding.size)
    unfoldedGradient = plan.reserve(builder.batch * unfolding.size)
    self.output = BiasedActivation(
      description.common.activation,
      bias: description.common.usesBias ? builder.matrix("bias") : nil,
      rows: places * builder.batch, columns: description.common.filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (all, values) = (places * batch.rows, plan[unfolded])
    unfolding.unfold(input, into: values, rows: batch.rows)
    let sums = output.begin(rows: all)
    Scalar.multiply(
      values, transposeLeft: false, kernel.values, transposeRight: false, rows: all,
      columns: kernel.columns, inner: kernel.rows, into: sums, accumulate: true)
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (all, gradient) = (places * batch.rows, plan[unfoldedGradient])
    output.beginBackward(outputGradient, rows: all, in: batch)
    if let inputGradient {
      Scalar.multiply(
        outputGradient, transposeLeft: false, kernel.values, transposeRight: true, rows: all,
        columns: kernel.rows, inner: kernel.columns, into: gradient, accumulate: false)
      Scalar.fill(inputGradient, with: 0, count: size * batch.rows)
      unfolding.fold(gradient, addingTo: inputGradient, rows: batch.rows)
    }
    sink.add(kernel, left: plan[unfolded], right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
