import Files
import Kernels

/// Adam by the largest gradient instead of the mean of squares (Kingma & Ba 2015) as `keras.optimizers.Adamax` computes it.
struct AdamaxRule: ArrayRule {
  static let className = "Adamax"
  static let options: [String: JSONValue] = ["beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7]

  private let beta1, beta2, epsilon: Double

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["momentum", "norm"]] }

  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate {
    let remainder = 1 - Float(Elementary.power(Double(Float(beta1)), update))
    var numbers = ArrayUpdate(.adamax, rate: learningRate / remainder)
    (numbers.a, numbers.b, numbers.epsilon) = (Float(1 - beta1), Float(beta2), Float(epsilon))
    return numbers
  }
}
