import Files
import Kernels

/// Adadelta (Zeiler 2012) as `keras.optimizers.Adadelta` computes it: the weights move by
/// `rate · g · √(d + ε) / √(a + ε)`, where `a` and `d` are running means of squared gradients and moves.
struct AdadeltaRule: OptimizerRule {
  static let className = "Adadelta"
  static let options: [String: JSONValue] = ["rho": 0.95, "epsilon": 1e-7]

  private let rho, epsilon: Double

  init(_ configuration: OptimizerConfiguration) {
    rho = configuration.number("rho")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["accumulated_grad", "accumulated_delta_var"]] }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    var numbers = WeightUpdate(.adadelta, rate: learningRate)
    (numbers.a, numbers.b, numbers.epsilon) = (Float(rho), Float(1 - rho), Float(epsilon))
    return numbers
  }
}
