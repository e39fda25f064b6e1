import Files
import Kernels

/// What a transposed convolution goes over.
protocol TransposedAxes: Sendable {
  static var className: String { get }
  /// 1 for the steps of a sequence, 2 for the height and the width of planes, 3 for volumes.
  static var count: Int { get }
}

enum TransposedLines: TransposedAxes {
  static let className = "Conv1DTranspose"
  static let count = 1
}

enum TransposedPlanes: TransposedAxes {
  static let className = "Conv2DTranspose"
  static let count = 2
}

enum TransposedVolumes: TransposedAxes {
  static let className = "Conv3DTranspose"
  static let count = 3
}

/// `keras.layers.Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`, without dilation.
struct ConvTransposeDescription<Axes: TransposedAxes>: LayerDescription {
  static var className: String { Axes.className }
  static var options: [String: JSONValue] {
    ConvolutionOptions.defaults(AxisWindows.options(axes: Axes.count))
      .merging(["output_padding": nil, "groups": 1]) { _, new in new }
  }

  let common: ConvolutionOptions
  let windows: VolumeWindows
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }
  var lastActivation: Activation? { common.activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try VolumeWindows(options, size: "kernel_size", axes: Axes.count)
    guard !windows.areDilated else {
      throw options.error("dilation_rate", "is not supported")
    }
    try options.checkNoGroups()
    guard options["output_padding"] == .null else {
      throw options.error("output_padding", "is not supported")
    }
    common = try ConvolutionOptions(options, axes: Axes.count)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    guard input.axes.count == Axes.count else {
      throw ConfigurationError("\(Self.className) cannot take \(input.axes.count + 1) axes")
    }
    return try input.shape(Self.className) { sizes in
      windows.transposedSizes(of: sizes) + [common.filters]
    }
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let channels = input.axes[input.axes.count - 1]
    return common.parameters(kernel: windows.sizes + [common.filters, channels])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    ConvTranspose(self, builder)
  }
}

extension AxisWindows {
  /// The places of an axis whose windows would be so many (`keras.src.backend.common.backend_utils`,
  /// `compute_conv_transpose_output_shape`).
  func transposedCount(of windows: Int) -> Int {
    windows.multipliedClamped(by: strides).addingClamped(isSame ? 0 : max(0, size - strides))
  }
}

/// The way back of a convolution as a layer of its own, as `keras.layers.Conv3DTranspose` and its kind compute it: each place
/// adds the kernel, times its values, to the places that a convolution would see from there.
///
/// Shapes: input `[depth, rows, height, width, channels]`, output
/// `[outputDepth, rows, outputHeight, outputWidth, filters]`; a sequence has its steps as depth.
/// Memory: from the model's plan, for each place of the input of each row, twice the values that it adds to, and
/// `2 × filters` for each place of the output.
final class ConvTranspose<Scalar: KernelScalar>: SingleInputLayer {
  private let unfolding: VolumeUnfolding<Scalar>
  private let channels, places, outputPlaces, filters: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [depth × height × width × filters, channels]
  private let plan: MemoryPlan<Scalar>
  private let unfolded, unfoldedGradient: MemoryPlan<Scalar>.Region
  private let output: BiasedActivation<Scalar>  // of the output's shape
  /// The input of the batch under way.
  private var input: UnsafePointer<Scalar>?

  init<Axes: TransposedAxes>(
    _ description: ConvTransposeDescription<Axes>, _ builder: LayerBuilder<Scalar>
  ) {
    let (input, output) = (Volume(builder.input), Volume(builder.output))
    unfolding = VolumeUnfolding(description.windows, from: output, to: input)
    (channels, filters) = (input.channels, description.common.filters)
    (places, outputPlaces) = (input.places, output.places)
    plan = builder.plan
    kernel = builder.matrix("kernel")
    unfolded = plan.reserve(builder.batch * unfolding.size)
    unfoldedGradient = plan.reserve(builder.batch * unfolding.size)
    self.output = BiasedActivation(
      description.common.activation,
      bias: description.common.usesBias ? builder.matrix("bias") : nil,
      rows: outputPlaces * builder.batch, columns: filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    self.input = input
    let (all, values) = (outputPlaces * batch.rows, plan[unfolded])
    batch.mask = nil
    Scalar.multiply(
      input, transposeLeft: false, kernel.values, transposeRight: true, rows: places * batch.rows,
      columns: kernel.rows, inner: channels, into: values, accumulate: false)
    unfolding.fold(values, addingTo: output.begin(rows: all), rows: batch.rows)
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    guard let input else { return }
    let (all, gradient) = (outputPlaces * batch.rows, plan[unfoldedGradient])
    output.beginBackward(outputGradient, rows: all, in: batch)
    unfolding.unfold(outputGradient, into: gradient, rows: batch.rows)
    if let inputGradient {
      Scalar.multiply(
        gradient, transposeLeft: false, kernel.values, transposeRight: false,
        rows: places * batch.rows, columns: channels, inner: kernel.rows, into: inputGradient,
        accumulate: false)
    }
    sink.add(kernel, left: gradient, right: input, inner: places * batch.rows)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }
}
