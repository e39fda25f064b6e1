import Files

/// The steps that each output of `keras.layers.Conv1D` and its kind is made of.
struct ConvolutionWindows {
  /// The options that all have, with Keras' defaults.
  static let options: [String: JSONValue] = [
    "kernel_size": [1], "strides": [1], "padding": "valid", "data_format": "channels_last",
    "dilation_rate": [1], "groups": 1,
  ]

  /// Where the zeros go that are added to a sequence.
  enum Padding: String {
    /// Nowhere: the output is shorter than the input.
    case valid
    /// To both ends; the end has one more if their number is odd.
    case same
    /// To the beginning, so that no step depends on later ones.
    case causal
  }

  let kernelSize: Int
  private let strides, dilation: Int
  private let padding: Padding

  /// - Throws: ``ConfigurationError`` naming the option that is not supported.
  init(_ options: LayerOptions) throws(ConfigurationError) {
    kernelSize = try options.size("kernel_size")
    strides = try options.size("strides")
    dilation = try options.size("dilation_rate")
    try options.checkNoGroups()
    try options.checkChannelsLast()
    guard let padding = options["padding"].string.flatMap(Padding.init) else {
      throw options.error("padding", "is not supported")
    }
    self.padding = padding
  }

  /// Whether an output depends on other steps than its own.
  var joinSteps: Bool { kernelSize > 1 || strides > 1 }

  /// Whether the sequence may be extended at the beginning alone.
  var isCausal: Bool { padding == .causal }

  /// The steps from the first to the last of a window.
  private var reach: Int { (kernelSize - 1) * dilation + 1 }

  /// The shape of so many values at each output.
  func output(
    of input: SampleShape, features: Int, _ className: String
  ) throws(ConfigurationError) -> SampleShape {
    var output = SampleShape.sequence(timeSteps: input.timeSteps, features: features)
    guard let steps = input.timeSteps else { return output }
    guard padding != .valid || steps >= reach else {
      throw ConfigurationError(
        "\(className) with padding valid and kernel_size \(kernelSize) cannot take \(steps) time steps"
      )
    }
    output.timeSteps = count(steps)
    return output
  }

  /// The outputs of a sequence of so many steps.
  private func count(_ steps: Int) -> Int {
    padding == .valid ? (steps - reach) / strides + 1 : (steps + strides - 1) / strides
  }

  /// The zeros before the first step.
  private func zerosBefore(_ steps: Int) -> Int {
    switch padding {
    case .valid: 0
    case .same: max(0, (count(steps) - 1) * strides + reach - steps) / 2
    case .causal: reach - 1
    }
  }

  /// The step that an output sees with an element of the kernel; `nil` if it is one of the zeros.
  ///
  /// - Parameter steps: The steps of the sequence.
  func step(seenBy output: Int, with tap: Int, of steps: Int) -> Int? {
    let step = output * strides + tap * dilation - zerosBefore(steps)
    return (0..<steps).contains(step) ? step : nil
  }
}
