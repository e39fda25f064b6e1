import Recurrent

/// Each step several times, one after the other, `keras.layers.UpSampling1D`. A mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, timeSteps × size, features]`.
public struct UpSampling1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - size: How many times.
  ///   - name: `up_sampling1d`, `up_sampling1d_1`, … if `nil`.
  public init(_ size: Int = 2, name: String? = nil) {
    settings = LayerSettings("UpSampling1D", name: name, options: ["size": .integer(size)])
  }
}

/// Steps of zeros at both ends, `keras.layers.ZeroPadding1D`. A mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, before + timeSteps + after, features]`.
public struct ZeroPadding1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - before: The steps at the beginning.
  ///   - after: Those at the end.
  ///   - name: `zero_padding1d`, `zero_padding1d_1`, … if `nil`.
  public init(before: Int = 1, after: Int = 1, name: String? = nil) {
    settings = LayerSettings(
      "ZeroPadding1D", name: name, options: ["padding": [.integer(before), .integer(after)]])
  }
}

/// A sequence without its ends, `keras.layers.Cropping1D`. A mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, timeSteps - before - after, features]`.
public struct Cropping1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - before: The steps that are left out at the beginning.
  ///   - after: Those at the end.
  ///   - name: `cropping1d`, `cropping1d_1`, … if `nil`.
  public init(before: Int = 1, after: Int = 1, name: String? = nil) {
    settings = LayerSettings(
      "Cropping1D", name: name, options: ["cropping": [.integer(before), .integer(after)]])
  }
}

/// Features as steps and steps as features, `keras.layers.Permute` of `(2, 1)`. A mask ends here.
///
/// Shapes: input `[batch, timeSteps, features]` with a fixed number of steps, output `[batch, features, timeSteps]`.
public struct Permute: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `permute`, `permute_1`, … if `nil`.
  public init(name: String? = nil) {
    settings = LayerSettings("Permute", name: name, options: ["dims": [2, 1]])
  }
}
