import Files
import Kernels
import Recurrent

/// An activation as a layer of its own, `keras.layers.Activation`: `Activation(.relu)`.
///
/// Shapes: output as input.
extension Activation: Layer {
  /// The activation itself, as Keras spells the layer.
  public init(_ activation: Activation) { self = activation }

  /// `activation`, `activation_1`, … by name.
  public var settings: LayerSettings {
    LayerSettings("Activation", name: nil, options: ["activation": .string(rawValue)])
  }
}

/// `x` above a threshold, at most a largest value, and `negativeSlope · (x − threshold)` below it; `keras.layers.ReLU`.
///
/// Shapes: output as input.
public struct ReLU: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - maxValue: The largest value; none if `nil`.
  ///   - negativeSlope: The slope below the threshold; not negative.
  ///   - threshold: Where values begin to pass; not negative.
  ///   - name: `re_lu`, `re_lu_1`, … if `nil`.
  public init(
    maxValue: Double? = nil, negativeSlope: Double = 0, threshold: Double = 0, name: String? = nil
  ) {
    settings = LayerSettings(
      "ReLU", name: name,
      options: [
        "max_value": maxValue.map { .number($0) } ?? .null,
        "negative_slope": .number(negativeSlope), "threshold": .number(threshold),
      ])
  }
}

/// `x` above 0, `negativeSlope · x` below; `keras.layers.LeakyReLU`.
///
/// Shapes: output as input.
public struct LeakyReLU: Layer {
  public let settings: LayerSettings

  /// - Parameter negativeSlope: The slope below 0.
  /// - Parameter name: `leaky_re_lu`, `leaky_re_lu_1`, … if `nil`.
  public init(negativeSlope: Double = 0.3, name: String? = nil) {
    settings = LayerSettings(
      "LeakyReLU", name: name, options: ["negative_slope": .number(negativeSlope)])
  }
}

/// `x` above 0, `alpha · (eˣ − 1)` below (Clevert et al. 2016); `keras.layers.ELU`.
///
/// Shapes: output as input.
public struct ELU: Layer {
  public let settings: LayerSettings

  /// - Parameter alpha: What values far below 0 come to, with the other sign.
  /// - Parameter name: `elu`, `elu_1`, … if `nil`.
  public init(alpha: Double = 1, name: String? = nil) {
    settings = LayerSettings("ELU", name: name, options: ["alpha": .number(alpha)])
  }
}

/// `eˣ` of each feature, divided by their sum; `keras.layers.Softmax` over the last axis. Its input has no mask.
///
/// Shapes: output as input.
public struct Softmax: Layer {
  public let settings: LayerSettings

  /// - Parameter name: `softmax`, `softmax_1`, … if `nil`.
  public init(name: String? = nil) { settings = LayerSettings("Softmax", name: name) }
}

/// `x` above 0, `alpha · x` below, with an `alpha` that is learned (He et al. 2015); `keras.layers.PReLU`.
///
/// Shapes: input `[batch, features]` or `[batch, timeSteps, features]`, output as input; `alpha` `[features]` or
/// `[timeSteps, features]`, 1 along the axes that are shared.
public struct PReLU: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - alphaInitializer: How `alpha` begins.
  ///   - alphaRegularizer: A penalty on the size of `alpha`.
  ///   - alphaConstraint: What `alpha` is put back into after every update.
  ///   - sharedAxes: The axes that have one weight together: 1, of a sequence the steps, and 2, its features.
  ///   - name: `p_re_lu`, `p_re_lu_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    alphaInitializer: Initializer = .zeros, alphaRegularizer: Regularizer? = nil,
    alphaConstraint: Constraint? = nil, sharedAxes: [Int] = [], name: String? = nil,
    trainable: Bool = true
  ) {
    settings = LayerSettings(
      "PReLU", name: name, trainable: trainable,
      options: [
        "shared_axes": sharedAxes.isEmpty ? .null : .array(sharedAxes.map { .integer($0) })
      ] + weightOptions("alpha", alphaInitializer, alphaRegularizer, alphaConstraint))
  }
}
