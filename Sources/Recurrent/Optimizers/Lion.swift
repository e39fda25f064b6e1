import Files
import Kernels

/// The sign of a mean of gradients (Chen et al. 2023) as `keras.optimizers.Lion` computes it.
struct LionRule: ArrayRule {
  static let className = "Lion"
  static let options: [String: JSONValue] = ["beta_1": 0.9, "beta_2": 0.99]

  private let beta1, beta2: Double

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
  }

  var slotGroups: [[String]] { [["momentum"]] }

  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate {
    var numbers = ArrayUpdate(.lion, rate: learningRate)
    (numbers.a, numbers.b) = (Float(beta1), Float(beta2))
    return numbers
  }
}
