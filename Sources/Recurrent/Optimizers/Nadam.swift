import Files
import Kernels

/// Adam with Nesterov's momentum (Dozat 2016) as `keras.optimizers.Nadam` computes it. The product of momentum
/// factors, a variable of its own in Keras 3, follows from the number of the update.
struct NadamRule: OptimizerRule {
  static let className = "Nadam"
  static let options: [String: JSONValue] = ["beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7]

  private let beta1, beta2, epsilon: Double
  /// The product of the momentum factors of the updates that were counted.
  private var product = 1.0
  private var counted = 0

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["momentum", "velocity"]] }

  /// The momentum factor of an update.
  private func factor(_ update: Int) -> Double {
    beta1 * (1 - 0.5 * Elementary.power(0.96, update))
  }

  /// The product of the momentum factors of so many updates.
  func momentumProduct(updates: Int) -> Double {
    var product = 1.0
    for update in 0..<max(0, updates) {
      let before = product
      product = Self.product(product, factor(update + 1))
      if product == before { break }
    }
    return product
  }

  /// A product with one factor more; when it is zero for float32 for long, it stays as it is.
  private static func product(_ product: Double, _ factor: Double) -> Double {
    product < 1e-50 ? product : product * factor
  }

  mutating func numbers(learningRate: Float, update: Int) -> WeightUpdate {
    if update != counted {
      product =
        update == counted + 1
        ? Self.product(product, factor(update)) : momentumProduct(updates: update)
      counted = update
    }
    let next = factor(update + 1)
    var numbers = WeightUpdate(.nadam, rate: learningRate)
    (numbers.a, numbers.b, numbers.epsilon) = (
      Float(1 - beta1), Float(1 - beta2), Float(epsilon)
    )
    numbers.c = Float(next / (1 - product * next))
    numbers.d = Float((1 - factor(update)) / (1 - product))
    numbers.e = Float(1 / (1 - Elementary.power(beta2, update)))
    return numbers
  }
}
