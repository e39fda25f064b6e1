import Kernels
import Recurrent

/// Steps whose every value is `maskValue` do not count for the layers above, `keras.layers.Masking`: recurrent layers skip
/// them, and losses leave them out.
///
/// Shapes: input and output `[batch, timeSteps, features]`.
public struct Masking: Layer {
  public let settings: LayerSettings

  /// - Parameter maskValue: What every value of a step is that does not count.
  /// - Parameter name: `masking`, `masking_1`, … if `nil`.
  public init(maskValue: Double = 0, name: String? = nil) {
    settings = LayerSettings("Masking", name: name, options: ["mask_value": .number(maskValue)])
  }
}

/// Leaves a random fraction of the values out in training and scales the others up by `1 / (1 − rate)` (Srivastava et al.
/// 2014), `keras.layers.Dropout`.
///
/// Shapes: output as input.
public struct Dropout: Layer {
  public let settings: LayerSettings

  /// - Parameter rate: The fraction, from 0 to below 1.
  /// - Parameter name: `dropout`, `dropout_1`, … if `nil`.
  public init(_ rate: Double, name: String? = nil) {
    settings = LayerSettings("Dropout", name: name, options: ["rate": .number(rate)])
  }
}

/// Leaves a random fraction of the features out in training, each at all steps of a sequence (Tompson et al. 2015), and
/// scales the others up by `1 / (1 − rate)`; `keras.layers.SpatialDropout1D`.
///
/// Shapes: input and output `[batch, timeSteps, features]`.
public struct SpatialDropout1D: Layer {
  public let settings: LayerSettings

  /// - Parameter rate: The fraction, from 0 to below 1.
  /// - Parameter name: `spatial_dropout1d`, `spatial_dropout1d_1`, … if `nil`.
  public init(_ rate: Double, name: String? = nil) {
    settings = LayerSettings("SpatialDropout1D", name: name, options: ["rate": .number(rate)])
  }
}

/// Multiplies the values in training by normally distributed numbers of mean 1 and variance `rate / (1 − rate)`
/// (Srivastava et al. 2014), `keras.layers.GaussianDropout`.
///
/// Shapes: output as input.
public struct GaussianDropout: Layer {
  public let settings: LayerSettings

  /// - Parameter rate: From 0 to below 1, as that of a ``Dropout`` with the same variance.
  /// - Parameter name: `gaussian_dropout`, `gaussian_dropout_1`, … if `nil`.
  public init(_ rate: Double, name: String? = nil) {
    settings = LayerSettings("GaussianDropout", name: name, options: ["rate": .number(rate)])
  }
}

/// Adds normally distributed numbers of mean 0 to the values in training, `keras.layers.GaussianNoise`.
///
/// Shapes: output as input.
public struct GaussianNoise: Layer {
  public let settings: LayerSettings

  /// - Parameter deviation: The standard deviation of the numbers.
  /// - Parameter name: `gaussian_noise`, `gaussian_noise_1`, … if `nil`.
  public init(_ deviation: Double, name: String? = nil) {
    settings = LayerSettings("GaussianNoise", name: name, options: ["stddev": .number(deviation)])
  }
}

/// Puts the lower limit of `selu` in the place of a random fraction of the values in training, and keeps their mean and
/// variance (Klambauer et al. 2017); `keras.layers.AlphaDropout`.
///
/// Shapes: output as input.
public struct AlphaDropout: Layer {
  public let settings: LayerSettings

  /// - Parameter rate: The fraction.
  /// - Parameter name: `alpha_dropout`, `alpha_dropout_1`, … if `nil`.
  public init(_ rate: Double, name: String? = nil) {
    settings = LayerSettings("AlphaDropout", name: name, options: ["rate": .number(rate)])
  }
}

/// `scale · x + offset`, `keras.layers.Rescaling`.
///
/// Shapes: output as input.
public struct Rescaling: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - scale: What values are multiplied by.
  ///   - offset: What is added to the product.
  ///   - name: `rescaling`, `rescaling_1`, … if `nil`.
  public init(scale: Double, offset: Double = 0, name: String? = nil) {
    settings = LayerSettings(
      "Rescaling", name: name, options: ["scale": .number(scale), "offset": .number(offset)])
  }
}

/// A vector at every step of a sequence, `keras.layers.RepeatVector`.
///
/// Shapes: input `[batch, features]`, output `[batch, count, features]`.
public struct RepeatVector: Layer {
  public let settings: LayerSettings

  /// - Parameter count: The steps.
  /// - Parameter name: `repeat_vector`, `repeat_vector_1`, … if `nil`.
  public init(_ count: Int, name: String? = nil) {
    settings = LayerSettings("RepeatVector", name: name, options: ["n": .integer(count)])
  }
}

/// The values of all steps beside each other, `keras.layers.Flatten`.
///
/// Shapes: input `[batch, timeSteps, features]` with a fixed number of steps, output `[batch, timeSteps × features]`.
public struct Flatten: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `flatten`, `flatten_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Flatten", name: name) }
}

/// The values of a sample under another shape, `keras.layers.Reshape`.
///
/// Shapes: input of a fixed size, output `[batch] + targetShape`.
public struct Reshape: Layer {
  public let settings: LayerSettings

  /// - Parameter targetShape: `[features]` or `[timeSteps, features]`; one size may be -1, which is what is left for it.
  /// - Parameter name: `reshape`, `reshape_1`, … if `nil`.
  public init(_ targetShape: [Int], name: String? = nil) {
    settings = LayerSettings(
      "Reshape", name: name, options: ["target_shape": .array(targetShape.map { .integer($0) })])
  }
}

/// The mean of the steps that count, `keras.layers.GlobalAveragePooling1D`.
///
/// Shapes: input `[batch, timeSteps, features]`, output `[batch, features]`, or `[batch, 1, features]` with `keepdims`.
public struct GlobalAveragePooling1D: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - keepdims: Whether the axis of the steps stays, with a length of 1.
  ///   - name: `global_average_pooling1d`, `global_average_pooling1d_1`, … if `nil`.
  public init(keepdims: Bool = false, name: String? = nil) {
    settings = LayerSettings(
      "GlobalAveragePooling1D", name: name, options: ["keepdims": .bool(keepdims)])
  }
}
