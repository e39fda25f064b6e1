import Files
import Recurrent

/// `gamma ∘ (x − mean) / √(variance + epsilon) + beta`, mean and variance over the features of each step (Ba et al.
/// 2016); `keras.layers.LayerNormalization` over the last axis.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`; `gamma` and `beta` `[features]`.
public struct LayerNormalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - epsilon: Is added to the variance.
  ///   - center: Whether there is a `beta`.
  ///   - scale: Whether there is a `gamma`.
  ///   - betaInitializer: How `beta` begins.
  ///   - gammaInitializer: How `gamma` begins.
  ///   - betaRegularizer: A penalty on the size of `beta`.
  ///   - gammaRegularizer: A penalty on the size of `gamma`.
  ///   - betaConstraint: What `beta` is put back into after every update.
  ///   - gammaConstraint: What `gamma` is put back into after every update.
  ///   - name: `layer_normalization`, `layer_normalization_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    epsilon: Double = 0.001, center: Bool = true, scale: Bool = true,
    betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
    betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
    betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "epsilon": .number(epsilon), "center": .bool(center), "scale": .bool(scale),
    ]
    settings = LayerSettings(
      "LayerNormalization", name: name, trainable: trainable,
      options: options
        + weightOptions("beta", betaInitializer, betaRegularizer, betaConstraint)
        + weightOptions("gamma", gammaInitializer, gammaRegularizer, gammaConstraint))
  }
}

/// `gamma ∘ (x − mean) / √(variance + epsilon) + beta`, mean and variance over the batch in training, and running means of
/// these otherwise (Ioffe & Szegedy 2015); `keras.layers.BatchNormalization` over the last axis.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`; `gamma`, `beta`, `moving_mean` and
/// `moving_variance` `[features]`.
public struct BatchNormalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - momentum: The fraction of a running mean that stays at every update.
  ///   - epsilon: Is added to the variance.
  ///   - center: Whether there is a `beta`.
  ///   - scale: Whether there is a `gamma`.
  ///   - trainable: Whether training changes the weights; where it does not, the running means are used and stay.
  ///   - betaInitializer: How `beta` begins.
  ///   - gammaInitializer: How `gamma` begins.
  ///   - movingMeanInitializer: How the running mean begins.
  ///   - movingVarianceInitializer: How the running variance begins.
  ///   - betaRegularizer: A penalty on the size of `beta`.
  ///   - gammaRegularizer: A penalty on the size of `gamma`.
  ///   - betaConstraint: What `beta` is put back into after every update.
  ///   - gammaConstraint: What `gamma` is put back into after every update.
  ///   - name: `batch_normalization`, `batch_normalization_1`, … if `nil`.
  public init(
    momentum: Double = 0.99, epsilon: Double = 0.001, center: Bool = true, scale: Bool = true,
    betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
    movingMeanInitializer: Initializer = .zeros, movingVarianceInitializer: Initializer = .ones,
    betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
    betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "momentum": .number(momentum), "epsilon": .number(epsilon), "center": .bool(center),
      "scale": .bool(scale), "moving_mean_initializer": movingMeanInitializer.json,
      "moving_variance_initializer": movingVarianceInitializer.json,
    ]
    settings = LayerSettings(
      "BatchNormalization", name: name, trainable: trainable,
      options: options
        + weightOptions("beta", betaInitializer, betaRegularizer, betaConstraint)
        + weightOptions("gamma", gammaInitializer, gammaRegularizer, gammaConstraint))
  }
}
