import Files
import Kernels

/// Squared gradients by the means of rows and columns (Shazeer & Stern 2018) as `keras.optimizers.Adafactor` computes it.
struct AdafactorRule: ArrayRule {
  static let className = "Adafactor"
  static let options: [String: JSONValue] = [
    "beta_2_decay": -0.8, "epsilon_1": 1e-30, "epsilon_2": 1e-3, "clip_threshold": 1.0,
    "relative_step": true,
  ]

  private let decay, epsilon1, epsilon2, threshold: Double

  init(_ configuration: OptimizerConfiguration) {
    decay = configuration.number("beta_2_decay")
    epsilon1 = configuration.number("epsilon_1")
    epsilon2 = configuration.number("epsilon_2")
    threshold = configuration.number("clip_threshold")
  }

  var slotGroups: [[String]] { [["row_mean", "column_mean", "velocity"]] }

  /// The squares stand first in the formula.
  var places: (Int, Int, Int) { (2, 0, 1) }

  func shape(of slot: String, _ parameter: [Int]) -> [Int] {
    switch slot {
    case "row_mean": parameter.count < 2 ? [] : Array(parameter.dropLast())
    case "column_mean": parameter.count < 2 ? [] : parameter.dropLast(2) + [parameter.last ?? 1]
    default: parameter
    }
  }

  func arrayNumbers(learningRate: Float, update: Int) -> ArrayUpdate {
    let step = Double(update)
    // `relative_step` makes the rate no larger than this, as the formula does anyway.
    let rate = min(learningRate, Float(1 / step.squareRoot()))
    var numbers = ArrayUpdate(.adafactor, rate: rate)
    numbers.a = 1 - Float(Elementary.power(step, decay))
    (numbers.b, numbers.c, numbers.d) = (Float(epsilon1), Float(epsilon2), Float(threshold))
    return numbers
  }
}
