import Files
import Kernels

/// Follow the regularized leader (McMahan et al. 2013) as `keras.optimizers.Ftrl` computes it.
struct FtrlRule: ArrayRule {
  static let className = "Ftrl"
  static let options: [String: JSONValue] = [
    "learning_rate_power": -0.5, "initial_accumulator_value": 0.1,
    "l1_regularization_strength": 0.0, "l2_regularization_strength": 0.0,
    "l2_shrinkage_regularization_strength": 0.0, "beta": 0.0,
  ]

  private let power, initial, l1, l2, shrinkage, beta: Double

  init(_ configuration: OptimizerConfiguration) {
    power = -configuration.number("learning_rate_power")
    initial = configuration.number("initial_accumulator_value")
    l1 = configuration.number("l1_regularization_strength")
    l2 = configuration.number("l2_regularization_strength")
    shrinkage = configuration.number("l2_shrinkage_regularization_strength")
    beta = configuration.number("beta")
  }

  var slotGroups: [[String]] { [["accumulator", "linear"]] }

  func initialValue(of slot: String) -> Double { slot == "accumulator" ? initial : 0 }

  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate {
    var numbers = ArrayUpdate(.ftrl, rate: learningRate)
    (numbers.a, numbers.b, numbers.d) = (Float(power), Float(l1), Float(2 * shrinkage))
    numbers.c = Float(l2) + (beta == 0 ? 0 : Float(beta) / (2 * learningRate))
    return numbers
  }
}
