import Files
import Kernels

/// `keras.layers.Conv3D`, without groups; over the frames of a sequence of planes too.
struct Conv3DDescription: LayerDescription {
  static let className = "Conv3D"
  static let options: [String: JSONValue] = [
    "filters": 1, "kernel_size": [1, 1, 1], "strides": [1, 1, 1], "padding": "valid",
    "data_format": "channels_last", "dilation_rate": [1, 1, 1], "groups": 1,
    "activation": "linear", "use_bias": true,
  ].merging(WeightOptions.defaults(["kernel": "GlorotUniform", "bias": "Zeros"])) { _, new in new }

  let filters: Int
  let windows: VolumeWindows
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
    windows = try VolumeWindows(options, size: "kernel_size")
    guard try options.size("groups") == 1 else { throw options.error("groups", "is not supported") }
    activation = try options.activation()
    usesBias = try options.flag("use_bias")
    kernel = try options.weight("kernel", axes: 5)
    bias = try options.weight("bias")
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, channels: filters, Self.className)
  }

  func parameters(of input: SampleShape) -> [ParameterShape] {
    let channels = input.axes[input.axes.count - 1]
    return [ParameterShape("kernel", windows.sizes + [channels, filters], kernel)]
      + (usesBias ? [ParameterShape("bias", [filters], bias)] : [])
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Conv3D(self, builder)
  }
}

/// The windows over the depth, the height and the width of a volume, `[depth, height, width, channels]`.
struct VolumeWindows {
  /// Those of depth, height and width.
  let axes: [AxisWindows]

  /// - Parameter size: The option of the windows' sizes.
  /// - Throws: ``ConfigurationError`` naming the option that is not supported.
  init(_ options: LayerOptions, size: String) throws(ConfigurationError) {
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
    let padding = options["padding"].string?.lowercased()
    guard padding == "valid" || padding == "same" else {
      throw options.error("padding", "is not supported")
    }
    func three(_ option: String) throws(ConfigurationError) -> [Int] {
      let numbers = try options.wholes(option)
      let sizes = numbers.count == 1 ? [Int](repeating: numbers[0], count: 3) : numbers
      guard sizes.count == 3, sizes.allSatisfy({ $0 >= 1 }) else {
        throw options.error(option, "is not supported")
      }
      return sizes
    }
    let (sizes, strides) = (try three(size), try three("strides"))
    let dilation = try three("dilation_rate")
    axes = (0..<3).map {
      AxisWindows(
        size: sizes[$0], strides: strides[$0], dilation: dilation[$0], isSame: padding == "same")
    }
  }

  var sizes: [Int] { axes.map(\.size) }

  /// The volume of so many channels, with a value for each window.
  ///
  /// - Throws: ``ConfigurationError`` if there is no window.
  func output(
    of input: SampleShape, channels: Int, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard input.isSequence, input.axes.count == 3 else {
      throw ConfigurationError("\(className) takes [depth, height, width, channels]")
    }
    let steps = input.timeSteps.map { axes[0].count(of: $0) }
    let (height, width) = (axes[1].count(of: input.axes[0]), axes[2].count(of: input.axes[1]))
    guard steps != 0, height > 0, width > 0 else {
      throw ConfigurationError("the windows of \(className) are larger than its input")
    }
    return .sequence(timeSteps: steps, axes: [height, width, channels])
  }
}

/// A convolution over depth, height and width, as `keras.layers.Conv3D` computes it; what is beyond the ends is zero.
///
/// Shapes: input `[depth, rows, height, width, channels]`, output
/// `[outputDepth, rows, outputHeight, outputWidth, filters]`.
/// Memory: from the model's plan, for each place of the output of each row, `2 × filters` scalars and twice the values
/// that it sees.
final class Conv3D<Scalar: KernelScalar>: SingleInputLayer {
  private let windows: VolumeWindows
  /// The sizes of depth, height and width.
  private let inputSizes, outputSizes: [Int]
  private let channels, places: Int
  private let kernel: ParameterStore<Scalar>.Matrix  // [depth × height × width × channels, filters]
  private let plan: MemoryPlan<Scalar>
  private let unfolded, unfoldedGradient: MemoryPlan<Scalar>.Region
  private let output: BiasedActivation<Scalar>

  init(_ description: Conv3DDescription, _ builder: LayerBuilder<Scalar>) {
    windows = description.windows
    inputSizes = Array(builder.input.knownSizes.prefix(3))
    outputSizes = Array(builder.output.knownSizes.prefix(3))
    channels = builder.input.axes[builder.input.axes.count - 1]
    places = outputSizes.reduce(1, *)
    plan = builder.plan
    kernel = builder.matrix("kernel")
    unfolded = plan.reserve(builder.batch * places * kernel.rows)
    unfoldedGradient = plan.reserve(builder.batch * places * kernel.rows)
    output = BiasedActivation(
      description.activation, bias: description.usesBias ? builder.matrix("bias") : nil,
      rows: places * builder.batch, columns: description.filters, plan: plan)
  }

  func forward(
    _ input: UnsafePointer<Scalar>, in batch: BatchContext<Scalar>
  ) -> UnsafeMutablePointer<Scalar> {
    let (all, values) = (places * batch.rows, plan[unfolded])
    forEachElement(rows: batch.rows) { place, from in
      if let from {
        (values + place).update(from: input + from, count: channels)
      } else {
        Scalar.fill(values + place, with: 0, count: channels)
      }
    }
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
      Scalar.fill(
        inputGradient, with: 0, count: inputSizes.reduce(channels * batch.rows, *))
      forEachElement(rows: batch.rows) { place, to in
        if let to { Scalar.add(gradient + place, to: inputGradient + to, count: channels) }
      }
    }
    sink.add(kernel, left: plan[unfolded], right: outputGradient, inner: all)
    output.addBiasGradient(outputGradient, rows: all, sink: sink)
  }

  /// Calls `body` with the place of each element that an output sees, and its place in the input; `nil` if it is beyond
  /// an end.
  @inline(__always)
  private func forEachElement(rows: Int, _ body: (_ unfolded: Int, _ input: Int?) -> Void) {
    let (depth, height, width) = (windows.axes[0], windows.axes[1], windows.axes[2])
    var place = 0
    for (front, row) in (0..<outputSizes[0]).lazy.flatMap({ front in
      (0..<rows).lazy.map { (front, $0) }
    }) {
      for top in 0..<outputSizes[1] {
        for left in 0..<outputSizes[2] {
          for into in 0..<depth.size {
            let z = depth.place(ofWindow: front, element: into, of: inputSizes[0])
            for down in 0..<height.size {
              let y = height.place(ofWindow: top, element: down, of: inputSizes[1])
              for right in 0..<width.size {
                let x = width.place(ofWindow: left, element: right, of: inputSizes[2])
                if let z, let y, let x {
                  let line = ((z * rows + row) * inputSizes[1] + y) * inputSizes[2]
                  body(place, (line + x) * channels)
                } else {
                  body(place, nil)
                }
                place += channels
              }
            }
          }
        }
      }
    }
  }
}
