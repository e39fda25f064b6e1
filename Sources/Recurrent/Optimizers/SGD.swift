import Files
import Kernels

/// Gradient descent as `keras.optimizers.SGD` computes it, `m ← momentum · m − rate · g`, and the weights move by
/// `m`, or with Nesterov's momentum by `momentum · m − rate · g`.
struct SGDRule: OptimizerRule {
  static let className = "SGD"
  static let options: [String: JSONValue] = [
    "learning_rate": 0.01, "momentum": 0.0, "nesterov": false,
  ]

  private let momentum: Double
  private let isNesterov: Bool

  init(_ configuration: OptimizerConfiguration) {
    momentum = configuration.number("momentum")
    isNesterov = configuration.flag("nesterov")
  }

  var slotGroups: [[String]] { momentum == 0 ? [] : [["momentum"]] }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    var numbers = WeightUpdate(
      momentum == 0 ? .sgd : isNesterov ? .nesterov : .momentum, rate: learningRate)
    numbers.a = Float(momentum)
    return numbers
  }
}
