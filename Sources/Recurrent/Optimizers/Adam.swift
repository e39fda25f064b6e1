import Files
import Kernels

/// Adam (Kingma & Ba 2015) as `keras.optimizers.Adam` computes it, with AMSGrad (Reddi et al. 2018) if it is asked for.
struct AdamRule: OptimizerRule {
  static let className = "Adam"
  static let options: [String: JSONValue] = [
    "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": false,
  ]

  private let beta1, beta2, epsilon: Double
  private let isAMSGrad: Bool

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
    isAMSGrad = configuration.flag("amsgrad")
  }

  var slotGroups: [[String]] {
    [["momentum", "velocity"]] + (isAMSGrad ? [["velocity_hat"]] : [])
  }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    // What corrects the moments' start at zero is float32 in Keras, powers as well.
    func remainder(_ beta: Double) -> Float {
      1 - Float(Elementary.power(Double(Float(beta)), update))
    }
    var numbers = WeightUpdate(
      isAMSGrad ? .amsgrad : .adam,
      rate: learningRate * remainder(beta2).squareRoot() / remainder(beta1))
    (numbers.a, numbers.b, numbers.epsilon) = (
      Float(1 - beta1), Float(1 - beta2), Float(epsilon)
    )
    return numbers
  }
}

/// ``AdamRule`` with weight decay (Loshchilov & Hutter 2019) by default.
struct AdamWRule: OptimizerRule {
  static let className = "AdamW"
  static let options = AdamRule.options.merging(["weight_decay": 0.004]) { _, new in new }

  private let adam: AdamRule

  init(_ configuration: OptimizerConfiguration) { adam = AdamRule(configuration) }

  var slotGroups: [[String]] { adam.slotGroups }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    adam.numbers(learningRate: learningRate, update: update)
  }
}
