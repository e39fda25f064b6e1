import Files
import Kernels

/// Adagrad (Duchi et al. 2011) as `keras.optimizers.Adagrad` computes it: `a ← a + g²`, and the weights move by
/// `rate · g / √(a + ε)`.
struct AdagradRule: OptimizerRule {
  static let className = "Adagrad"
  static let options: [String: JSONValue] = ["initial_accumulator_value": 0.1, "epsilon": 1e-7]

  private let initial: Double
  private let epsilon: Double

  init(_ configuration: OptimizerConfiguration) {
    initial = configuration.number("initial_accumulator_value")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["accumulator"]] }

  func initialValue(of slot: String) -> Double { initial }

  func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    var numbers = WeightUpdate(.adagrad, rate: learningRate)
    numbers.epsilon = Float(epsilon)
    return numbers
  }
}
