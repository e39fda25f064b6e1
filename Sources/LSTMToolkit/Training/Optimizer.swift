import Files
import Recurrent

/// What makes an update of gradients: a class of `keras.optimizers` with its options, which are Keras' with Keras' defaults.
///
/// All take the same four options beside their own:
/// - `weightDecay`: the fraction of a weight, times the learning rate, that it loses at every update.
/// - `clipNorm`: gradients of a weight array with a larger norm are scaled down to it.
/// - `globalClipNorm`: the same of the norm of all gradients together (Pascanu et al. 2013).
/// - `clipValue`: every gradient is cut to ± this. Of the last three, the first one that is given counts.
///
/// Options are checked by ``Model/compile(optimizer:loss:metrics:)``.
public struct Optimizer: Equatable, Sendable {
  let className: String
  let options: [String: JSONValue]

  private init(
    _ className: String, _ learningRate: Float, _ common: Common, _ options: [String: JSONValue]
  ) {
    self.className = className
    self.options = options + common.options + ["learning_rate": .number(Double(learningRate))]
  }

  /// What every optimizer has.
  private struct Common {
    private let given: [String: Double?]

    init(
      _ weightDecay: Double?, _ clipNorm: Double?, _ globalClipNorm: Double?, _ clipValue: Double?
    ) {
      given = [
        "weight_decay": weightDecay, "clipnorm": clipNorm, "global_clipnorm": globalClipNorm,
        "clipvalue": clipValue,
      ]
    }

    var options: [String: JSONValue] { given.compactMapValues { $0.map { .number($0) } } }
  }

  /// Adam (Kingma & Ba 2015), with AMSGrad (Reddi et al. 2018) if it is asked for.
  public static func adam(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, amsgrad: Bool = false, weightDecay: Double? = nil,
    clipNorm: Double? = nil, globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Adam", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon),
        "amsgrad": .bool(amsgrad),
      ])
  }

  /// Adam with weight decay (Loshchilov & Hutter 2019).
  public static func adamW(
    learningRate: Float = 0.001, weightDecay: Double = 0.004, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-7, amsgrad: Bool = false,
    clipNorm: Double? = nil, globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "AdamW", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon),
        "amsgrad": .bool(amsgrad),
      ])
  }

  /// Adam with Nesterov's momentum (Dozat 2016).
  public static func nadam(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, weightDecay: Double? = nil, clipNorm: Double? = nil,
    globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Nadam", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon)])
  }

  /// Gradient descent, with momentum if it is above 0.
  public static func sgd(
    learningRate: Float = 0.01, momentum: Double = 0, nesterov: Bool = false,
    weightDecay: Double? = nil, clipNorm: Double? = nil, globalClipNorm: Double? = nil,
    clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "SGD", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["momentum": .number(momentum), "nesterov": .bool(nesterov)])
  }

  /// RMSprop (Hinton 2012).
  public static func rmsprop(
    learningRate: Float = 0.001, rho: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-7,
    centered: Bool = false, weightDecay: Double? = nil, clipNorm: Double? = nil,
    globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "RMSprop", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "rho": .number(rho), "momentum": .number(momentum), "epsilon": .number(epsilon),
        "centered": .bool(centered),
      ])
  }

  /// Adagrad (Duchi et al. 2011).
  public static func adagrad(
    learningRate: Float = 0.001, initialAccumulatorValue: Double = 0.1, epsilon: Double = 1e-7,
    weightDecay: Double? = nil, clipNorm: Double? = nil, globalClipNorm: Double? = nil,
    clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Adagrad", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "initial_accumulator_value": .number(initialAccumulatorValue), "epsilon": .number(epsilon),
      ])
  }

  /// Adadelta (Zeiler 2012).
  public static func adadelta(
    learningRate: Float = 0.001, rho: Double = 0.95, epsilon: Double = 1e-7,
    weightDecay: Double? = nil, clipNorm: Double? = nil, globalClipNorm: Double? = nil,
    clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Adadelta", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["rho": .number(rho), "epsilon": .number(epsilon)])
  }

  /// Adam by the largest gradient (Kingma & Ba 2015).
  public static func adamax(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, weightDecay: Double? = nil, clipNorm: Double? = nil,
    globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Adamax", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon)])
  }

  /// The sign of a mean of gradients (Chen et al. 2023).
  public static func lion(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.99,
    weightDecay: Double? = nil, clipNorm: Double? = nil, globalClipNorm: Double? = nil,
    clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Lion", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["beta_1": .number(beta1), "beta_2": .number(beta2)])
  }

  /// Follow the regularized leader (McMahan et al. 2013).
  public static func ftrl(
    learningRate: Float = 0.001, learningRatePower: Double = -0.5,
    initialAccumulatorValue: Double = 0.1, l1: Double = 0, l2: Double = 0,
    l2Shrinkage: Double = 0, beta: Double = 0, weightDecay: Double? = nil,
    clipNorm: Double? = nil, globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Ftrl", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "learning_rate_power": .number(learningRatePower),
        "initial_accumulator_value": .number(initialAccumulatorValue),
        "l1_regularization_strength": .number(l1), "l2_regularization_strength": .number(l2),
        "l2_shrinkage_regularization_strength": .number(l2Shrinkage), "beta": .number(beta),
      ])
  }

  /// Squared gradients by the means of rows and columns (Shazeer & Stern 2018).
  public static func adafactor(
    learningRate: Float = 0.001, beta2Decay: Double = -0.8, epsilon1: Double = 1e-30,
    epsilon2: Double = 1e-3, clipThreshold: Double = 1, weightDecay: Double? = nil,
    clipNorm: Double? = nil, globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Adafactor", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      [
        "beta_2_decay": .number(beta2Decay), "epsilon_1": .number(epsilon1),
        "epsilon_2": .number(epsilon2), "clip_threshold": .number(clipThreshold),
      ])
  }

  /// Adam's moves, each array's as long as its weights are (You et al. 2020); Keras 3 has it, tf-keras has not.
  public static func lamb(
    learningRate: Float = 0.001, beta1: Double = 0.9, beta2: Double = 0.999,
    epsilon: Double = 1e-7, weightDecay: Double? = nil, clipNorm: Double? = nil,
    globalClipNorm: Double? = nil, clipValue: Double? = nil
  ) -> Optimizer {
    Optimizer(
      "Lamb", learningRate, Common(weightDecay, clipNorm, globalClipNorm, clipValue),
      ["beta_1": .number(beta1), "beta_2": .number(beta2), "epsilon": .number(epsilon)])
  }
}

extension Optimizer {
  /// The same with weights whose means are taken, and are the model's as a training ends: `use_ema` of Keras.
  ///
  /// - Parameters:
  ///   - momentum: How much of a mean stays at an update.
  ///   - overwriteFrequency: The updates after which the weights are set to the means; only at the end if `nil`.
  public func averagingWeights(momentum: Double = 0.99, overwriteFrequency: Int? = nil) -> Optimizer
  {
    var averages: [String: JSONValue] = ["use_ema": true, "ema_momentum": .number(momentum)]
    averages["ema_overwrite_frequency"] = overwriteFrequency.map { .integer($0) }
    return Optimizer(className, options + averages)
  }

  /// The same with one update for so many batches, by the mean of their gradients: `gradient_accumulation_steps` of
  /// Keras 3.
  public func accumulatingGradients(batches: Int) -> Optimizer {
    Optimizer(className, options + ["gradient_accumulation_steps": .integer(batches)])
  }

  private init(_ className: String, _ options: [String: JSONValue]) {
    (self.className, self.options) = (className, options)
  }
}
