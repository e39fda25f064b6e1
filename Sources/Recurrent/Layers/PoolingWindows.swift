import Files
import Kernels

/// `keras.layers.MaxPooling1D` and `AveragePooling1D`.
struct StepPoolingDescription<Kind: StepPoolingKind>: LayerDescription {
  static var className: String { Kind.className }
  static var options: [String: JSONValue] { PoolingWindows.options }

  private let windows: PoolingWindows
  var needsSequence: Bool { true }
  var passesMask: Bool { false }
  var joinsSteps: Bool { !windows.areSteps }

  init(_ options: LayerOptions) throws(ConfigurationError) {
    windows = try PoolingWindows(options)
  }

  func output(of input: SampleShape) throws(ConfigurationError) -> SampleShape {
    try windows.output(of: input, Self.className)
  }

  func makeLayer<Scalar: KernelScalar>(_ builder: LayerBuilder<Scalar>) -> any Layer<Scalar> {
    Kind.makeLayer(windows, builder)
  }
}

/// What a window of steps becomes.
protocol StepPoolingKind: Sendable {
  static var className: String { get }

  static func makeLayer<Scalar: KernelScalar>(
    _ windows: PoolingWindows, _ builder: LayerBuilder<Scalar>
  ) -> any Layer<Scalar>
}

/// The steps that each output of `keras.layers.MaxPooling1D` and `AveragePooling1D` is made of.
struct PoolingWindows {
  /// The options that both have, with Keras' defaults.
  static let options: [String: JSONValue] = [
    "pool_size": [2], "strides": nil, "padding": "valid", "data_format": "channels_last",
  ]

  private let poolSize, strides: Int
  /// Whether every `strides`-th step has a window, which may reach beyond the ends; otherwise all lie inside.
  private let isSame: Bool

  init(_ options: LayerOptions) throws(ConfigurationError) {
    try options.checkChannelsLast()
    poolSize = try options.size("pool_size")
    strides = options["strides"] == .null ? poolSize : try options.size("strides")
    let padding = options["padding"].string?.lowercased()
    guard padding == "valid" || padding == "same" else {
      throw options.error("padding", "is not supported")
    }
    isSame = padding == "same"
  }

  /// Whether each window is a step of its own.
  var areSteps: Bool { poolSize == 1 && strides == 1 }

  /// The shape of one value for each window and feature.
  func output(
    of input: SampleShape, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    guard let steps = input.timeSteps else { return input }
    guard isSame || steps >= poolSize else {
      throw ConfigurationError(
        "\(className) with padding valid and pool_size \(poolSize) cannot take \(steps) time steps")
    }
    return .sequence(timeSteps: count(steps), features: input.features)
  }

  /// The windows of a sequence of so many steps.
  private func count(_ steps: Int) -> Int {
    isSame ? (steps + strides - 1) / strides : (steps - poolSize) / strides + 1
  }

  /// The steps of a window that are in the sequence: one at least.
  ///
  /// - Parameter steps: The steps of the sequence.
  func steps(ofWindow window: Int, of steps: Int) -> Range<Int> {
    let beyond = isSame ? max(0, (count(steps) - 1) * strides + poolSize - steps) : 0
    // Where their number is odd, the end has one more.
    let first = window * strides - beyond / 2
    return max(0, first)..<min(steps, first + poolSize)
  }
}
