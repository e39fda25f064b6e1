import Files

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
    guard options["data_format"] == "channels_last" || options["data_format"] == .null else {
      throw options.error("data_format", "is not supported")
    }
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
