import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adam with Nesterov's momentum (Dozat 2016) as `keras.optimizers.Nadam` computes it. The product of momentum
/// factors, a variable of its own in Keras 3, follows from the number of the update.
struct NadamRule: OptimizerRule {
  static let className = "Nadam"
  static let options: [String: JSONValue] = ["beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7]

  private let beta1, beta2, epsilon: Double

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
  }

  var slotGroups: [[String]] { [["momentum", "velocity"]] }

  /// The momentum factor of an update.
  private func factor(_ update: Int) -> Double { beta1 * (1 - 0.5 * pow(0.96, Double(update))) }

  /// The product of the momentum factors of so many updates.
  func momentumProduct(updates: Int) -> Double {
    var product = 1.0
    for update in 0..<max(0, updates) {
      product *= factor(update + 1)
      // It is zero for float32 long before.
      if product < 1e-50 { break }
    }
    return product
  }

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    let product = momentumProduct(updates: update)
    let next = factor(update + 1)
    let ofMomentum = Scalar(next / (1 - product * next))
    let ofGradient = Scalar((1 - factor(update)) / (1 - product))
    let ofVelocity = Scalar(1 / (1 - pow(beta2, Double(update))))
    let (beta1, beta2, epsilon) = (Scalar(1 - beta1), Scalar(1 - beta2), Scalar(epsilon))
    let (momentum, velocity) = (slots.first, slots.second)
    for index in 0..<count {
      let gradient = gradients[index]
      momentum[index] += (gradient - momentum[index]) * beta1
      velocity[index] += (gradient * gradient - velocity[index]) * beta2
      weights[index] -=
        learningRate * (ofMomentum * momentum[index] + ofGradient * gradient)
        / ((velocity[index] * ofVelocity).squareRoot() + epsilon)
    }
  }
}
