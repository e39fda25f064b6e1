import Files
import Kernels

/// RMSprop (Hinton 2012) as `keras.optimizers.RMSprop` computes it: `v ← ρ · v + (1 − ρ) · g²`, and the weights
/// move by `rate · g / √(v + ε)`, less the square of the mean gradient under the root if it is centred.
struct RMSpropRule: OptimizerRule {
  static let className = "RMSprop"
  static let options: [String: JSONValue] = [
    "rho": 0.9, "momentum": 0.0, "epsilon": 1e-7, "centered": false,
  ]

  private let rho, momentum, epsilon: Double
  private let isCentered: Bool

  init(_ configuration: OptimizerConfiguration) {
    rho = configuration.number("rho")
    momentum = configuration.number("momentum")
    epsilon = configuration.number("epsilon")
    isCentered = configuration.flag("centered")
  }

  var slotGroups: [[String]] {
    [["velocity"]] + (momentum > 0 ? [["momentum"]] : [])
      + (isCentered ? [["average_gradient"]] : [])
  }

  /// The mean gradient stands in the third place of the formula, the momentum in the second.
  var places: (Int, Int, Int) { isCentered && momentum == 0 ? (0, 1, 1) : (0, 1, 2) }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    var numbers = WeightUpdate(isCentered ? .rmspropCentered : .rmsprop, rate: learningRate)
    (numbers.a, numbers.b, numbers.epsilon) = (Float(rho), Float(1 - rho), Float(epsilon))
    numbers.c = Float(max(0, momentum))
    return numbers
  }
}
