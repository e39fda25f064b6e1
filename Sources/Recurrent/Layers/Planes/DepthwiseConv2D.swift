import Files
import Kernels

/// `keras.layers.DepthwiseConv2D`.
struct DepthwiseConv2DDescription: LayerDescription {
  static let className = "DepthwiseConv2D"
  static let options: [String: JSONValue] =
    DepthwisePlaneOptions.options
    .merging(WeightOptions.defaults(["depthwise": "GlorotUniform", "bias": "Zeros"])) {
      _, new in new
    }

  let common: DepthwisePlaneOptions
  private let kernel, bias: WeightOptions
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }
  var lastActivation: Activation? { common.activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    common = try DepthwisePlaneOptions(options)
    kernel = try options.weight("depthwise", axes: 4)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try common.windows.output(
      of: input, channels: common.channels(of: input), Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [ParameterShape("kernel", common.kernelShape(of: input), kernel)]
      + (common.usesBias ? [ParameterShape("bias", [common.channels(of: input)], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    DepthwiseConv2D(common, pointwise: nil, kernel: "kernel", builder)
  }
}

/// `keras.layers.SeparableConv2D`.
struct SeparableConv2DDescription: LayerDescription {
  static let className = "SeparableConv2D"
  static let options: [String: JSONValue] =
    DepthwisePlaneOptions.options.merging(["filters": 1]) { _, new in new }
    .merging(
      WeightOptions.defaults([
        "depthwise": "GlorotUniform", "pointwise": "GlorotUniform", "bias": "Zeros",
      ])
    ) { _, new in new }

  let filters: Int
  let common: DepthwisePlaneOptions
  private let depthwise, pointwise, bias: WeightOptions
  var needsSequence: Bool { true }
  var takesMask: Bool { false }
  var joinsSteps: Bool { true }
  var stepAxes: StepAxes { .own }
  var lastActivation: Activation? { common.activation }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    filters = try options.size("filters")
    common = try DepthwisePlaneOptions(options)
    depthwise = try options.weight("depthwise", axes: 4)
    pointwise = try options.weight("pointwise", axes: 4)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try common.windows.output(of: input, channels: filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    [
      ParameterShape("depthwise_kernel", common.kernelShape(of: input), depthwise),
      ParameterShape(
        "pointwise_kernel", [1, 1, common.channels(of: input), filters], pointwise),
    ] + (common.usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    DepthwiseConv2D(
      common, pointwise: builder.matrix("pointwise_kernel"), kernel: "depthwise_kernel", builder)
  }
}

/// What `keras.layers.DepthwiseConv2D` and `SeparableConv2D` have in common.
struct DepthwisePlaneOptions: Sendable {
  static let options = AxisWindows.options(axes: 2).merging([
    "depth_multiplier": 1, "activation": "linear", "use_bias": true, "groups": 1,
  ]) { _, new in new }

  let windows: VolumeWindows
  let activation: Activation
  let usesBias: Bool
  let multiplier: Int

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try VolumeWindows(options, size: "kernel_size", axes: 2)
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    multiplier = try options.size("depth_multiplier")
    try options.checkNoGroups()
  }

  func channels(of input: SampleShape) -> Int {
    input.axes[input.axes.count - 1].multipliedClamped(by: multiplier)
  }

  func kernelShape(of input: SampleShape) -> [Int] {
    windows.sizes + [input.axes[input.axes.count - 1], multiplier]
  }
}

/// A convolution over each channel of planes alone, with `m` outputs of each, and perhaps a product that joins them, as
/// `keras.layers.DepthwiseConv2D` and `SeparableConv2D` compute it (Chollet 2017).
///
/// Shapes: input `[height, rows, width, channels]`, output `[outputHeight, rows, outputWidth, filters]`.
/// Memory: from the model's plan, for each place of each row, `2 × m × channels` scalars of the input, `2 × m × channels`
/// and `2 × filters` of the output.
final class DepthwiseConv2D<Scalar: KernelScalar>: SingleInputLayer {
  private let windows: VolumeWindows
  private let volume, outputVolume: Volume
  private let multiplier, channels: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [height × width × channels, m]
  private let pointwise: ParameterStore<Scalar>.Matrix?  // [channels × m, filters]
  private let plan: MemoryPlan<Scalar>
  /// The input, each channel once for each of its outputs.
  private let repeated, repeatedGradient: MemoryPlan<Scalar>.Region
  /// What the pointwise product is of.
  private let convolved, convolvedGradient: MemoryPlan<Scalar>.Region
  private let output: BiasedActivation<Scalar>

  init(
    _ options: DepthwisePlaneOptions, pointwise: ParameterStore<Scalar>.Matrix?, kernel: String,
    _ builder: LayerBuilder<Scalar>
  ) {
    windows = options.windows
    (volume, outputVolume) = (Volume(builder.input), Volume(builder.output))
    multiplier = options.multiplier
    channels = volume.channels * multiplier
    self.kernel = builder.matrix(kernel)
    self.pointwise = pointwise
    plan = builder.plan
    let (places, all) = (volume.places * builder.batch, outputVolume.places * builder.batch)
    repeated = plan.reserve(places * channels)
    repeatedGradient = plan.reserve(places * channels)
    convolved = plan.reserve(pointwise == nil ? 0 : all * channels)
    convolvedGradient = plan.reserve(pointwise == nil ? 0 : all * channels)
    output = BiasedActivation(
      options.activation, bias: options.usesBias ? builder.matrix("bias") : nil, rows: all,
      columns: outputVolume.channels, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let all = outputVolume.places * batch.rows
    let (repeated, sums) = (plan[repeated], output.begin(rows: all))
    for copy in 0..<multiplier {
      Scalar.copyRows(
        input, step: 1, to: repeated + copy, step: multiplier, rows: volume.size * batch.rows,
        columns: 1)
    }
    let products = pointwise == nil ? sums : plan[convolved]
    if pointwise != nil { Scalar.fill(products, with: 0, count: all * channels) }
    forEachTap(rows: batch.rows) { place, tap, seen in
      Scalar.addProducts(
        repeated + seen, kernel.values + tap, to: products + place, count: channels)
    }
    if let pointwise {
      Scalar.multiply(
        products, transposeLeft: false, pointwise.values, transposeRight: false, rows: all,
        columns: pointwise.columns, inner: channels, into: sums, accumulate: true)
    }
    return output.finish(rows: all)
  }

  func backward(
    outputGradient: UnsafeMutablePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
    in batch: BatchContext<Scalar>, sink: any GradientSink<Scalar>
  ) {
    let (rows, all) = (batch.rows, outputVolume.places * batch.rows)
    output.beginBackward(outputGradient, rows: all, in: batch)
    var gradient = UnsafePointer(outputGradient)
    if let pointwise {
      Scalar.multiply(
        outputGradient, transposeLeft: false, pointwise.values, transposeRight: true, rows: all,
        columns: channels, inner: pointwise.columns, into: plan[convolvedGradient],
        accumulate: false)
      sink.add(pointwise, left: plan[convolved], right: outputGradient, inner: all)
      gradient = UnsafePointer(plan[convolvedGradient])
    }
    if let inputGradient {
      let (whole, count) = (plan[repeatedGradient], volume.size * rows)
      Scalar.fill(whole, with: 0, count: count * multiplier)
      forEachTap(rows: rows) { place, tap, seen in
        Scalar.addProducts(
          gradient + place, kernel.values + tap, to: whole + seen, count: channels)
      }
      for index in 0..<count {
        var sum = whole[index * multiplier]
        for copy in 1..<max(1, multiplier) { sum += whole[index * multiplier + copy] }
        inputGradient[index] = sum
      }
    }
    sink.add(kernel) { sums in
      forEachTap(rows: rows) { place, tap, seen in
        Scalar.addProducts(
          gradient + place, plan[repeated] + seen, to: sums + tap, count: channels)
      }
    }
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }

  /// Calls `body` with the places of each output, of an element of the kernel, and of what the output sees with it.
  @inline(__always)
  private func forEachTap(rows: Int, _ body: (_ output: Int, _ tap: Int, _ seen: Int) -> Void) {
    var place = 0
    outputVolume.forEachPlace(rows: rows) { window, _ in
      var tap = 0
      windows.forEachElement(of: window, in: volume, rows: rows) { seen in
        if let seen { body(place, tap, seen * multiplier) }
        tap += channels
      }
      place += channels
    }
  }
}
