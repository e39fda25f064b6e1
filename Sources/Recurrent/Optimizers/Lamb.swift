import Files
import Kernels

/// Adam's moves, each array's as long as its weights are (You et al. 2020), as `keras.optimizers.Lamb` computes it.
struct LambRule: ArrayRule {
  static let className = "Lamb"
  static let options: [String: JSONValue] = ["beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7]
  static let isOfKeras3 = true

  private let beta1, beta2, epsilon: Double

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["momentum", "velocity"]] }

  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate {
    func inverse(_ beta: Double) -> Float {
      1 / (1 - Float(Elementary.power(Double(Float(beta)), update)))
    }
    var numbers = ArrayUpdate(.lamb, rate: learningRate)
    (numbers.a, numbers.b, numbers.epsilon) = (
      Float(1 - beta1), Float(1 - beta2), Float(epsilon)
    )
    (numbers.c, numbers.d) = (inverse(beta1), inverse(beta2))
    return numbers
  }
}
