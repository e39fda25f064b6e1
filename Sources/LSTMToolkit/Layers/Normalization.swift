import Files
import Recurrent

/// `gamma ∘ (x − mean) / √(variance + epsilon) + beta`, mean and variance over the features of each step (Ba et al.
/// 2016), or over other axes; `keras.layers.LayerNormalization`.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`; `gamma` and `beta` have the sizes of the
/// axes, `[features]`.
public struct LayerNormalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - axes: What mean and variance go over: 1 are the steps of a sequence, -1 or 2 its features.
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
    axes: [Int] = [-1], epsilon: Double = 0.001, center: Bool = true, scale: Bool = true,
    betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
    betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
    betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "axis": axes == [-1] ? -1 : .array(axes.map(JSONValue.integer)), "epsilon": .number(epsilon),
      "center": .bool(center), "scale": .bool(scale),
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

/// `gamma ∘ (x − mean) / √(variance + epsilon) + beta`, mean and variance over all steps of the features of each group (Wu &
/// He 2018); `keras.layers.GroupNormalization` over the last axis. It needs the whole sequence at once.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`; `gamma` and `beta` `[features]`.
public struct GroupNormalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - groups: How many groups the features make; -1 for one each.
  ///   - epsilon: Is added to the variance.
  ///   - center: Whether there is a `beta`.
  ///   - scale: Whether there is a `gamma`.
  ///   - betaInitializer: How `beta` begins.
  ///   - gammaInitializer: How `gamma` begins.
  ///   - betaRegularizer: A penalty on the size of `beta`.
  ///   - gammaRegularizer: A penalty on the size of `gamma`.
  ///   - betaConstraint: What `beta` is put back into after every update.
  ///   - gammaConstraint: What `gamma` is put back into after every update.
  ///   - name: `group_normalization`, `group_normalization_1`, … if `nil`.
  ///   - trainable: Whether training changes the weights.
  public init(
    groups: Int = 32, epsilon: Double = 0.001, center: Bool = true, scale: Bool = true,
    betaInitializer: Initializer = .zeros, gammaInitializer: Initializer = .ones,
    betaRegularizer: Regularizer? = nil, gammaRegularizer: Regularizer? = nil,
    betaConstraint: Constraint? = nil, gammaConstraint: Constraint? = nil,
    name: String? = nil, trainable: Bool = true
  ) {
    let options: [String: JSONValue] = [
      "groups": .integer(groups), "epsilon": .number(epsilon), "center": .bool(center),
      "scale": .bool(scale),
    ]
    settings = LayerSettings(
      "GroupNormalization", name: name, trainable: trainable,
      options: options
        + weightOptions("beta", betaInitializer, betaRegularizer, betaConstraint)
        + weightOptions("gamma", gammaInitializer, gammaRegularizer, gammaConstraint))
  }
}

/// `x / √(Σx²)`, the sum over the features of each step or over other axes; `keras.layers.UnitNormalization`.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`.
public struct UnitNormalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - axes: What the sum goes over: 1 are the steps of a sequence, -1 or 2 its features.
  ///   - name: `unit_normalization`, `unit_normalization_1`, … if `nil`.
  public init(axes: [Int] = [-1], name: String? = nil) {
    let axis: JSONValue = axes == [-1] ? -1 : .array(axes.map(JSONValue.integer))
    settings = LayerSettings("UnitNormalization", name: name, options: ["axis": axis])
  }
}

/// `(x − mean) / √variance` of each feature, or inverted; `keras.layers.Normalization`. Training does not change them.
///
/// Shapes: input and output `[batch, features]` or `[batch, timeSteps, features]`.
public struct Normalization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - mean: That of each feature, or one for all.
  ///   - variance: As many.
  ///   - invert: Whether the output is `x · √variance + mean`.
  ///   - name: `normalization`, `normalization_1`, … if `nil`.
  public init(mean: [Double], variance: [Double], invert: Bool = false, name: String? = nil) {
    func numbers(_ values: [Double]) -> JSONValue {
      values.count == 1 ? .number(values[0]) : .array(values.map(JSONValue.number))
    }
    settings = LayerSettings(
      "Normalization", name: name,
      options: [
        "mean": numbers(mean), "variance": numbers(variance), "invert": .bool(invert),
      ])
  }
}

/// The number of boundaries that a value is not below, `keras.layers.Discretization`. No gradient goes through.
///
/// Shapes: input `[batch, features]` or `[batch, timeSteps, features]`, output the same, or one-hot rows of one feature.
public struct Discretization: Layer {
  public let settings: LayerSettings

  /// - Parameters:
  ///   - boundaries: Rising numbers.
  ///   - oneHot: Whether the output is a one-hot row of the number.
  ///   - name: `discretization`, `discretization_1`, … if `nil`.
  public init(boundaries: [Double], oneHot: Bool = false, name: String? = nil) {
    settings = LayerSettings(
      "Discretization", name: name,
      options: [
        "bin_boundaries": .array(boundaries.map(JSONValue.number)),
        "output_mode": oneHot ? "one_hot" : "int",
      ])
  }
}
