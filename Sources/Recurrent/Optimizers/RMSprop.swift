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

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    let (rho, momentum, epsilon) = (Scalar(rho), Scalar(momentum), Scalar(epsilon))
    let velocity = slots.first
    let average = momentum > 0 ? slots.third : slots.second
    for index in 0..<count {
      let gradient = gradients[index]
      velocity[index] = rho * velocity[index] + (1 - rho) * gradient * gradient
      var denominator = velocity[index] + epsilon
      if isCentered {
        average[index] = rho * average[index] + (1 - rho) * gradient
        denominator -= average[index] * average[index]
      }
      var move = learningRate * gradient / denominator.squareRoot()
      if momentum > 0 {
        slots.second[index] = momentum * slots.second[index] + move
        move = slots.second[index]
      }
      weights[index] -= move
    }
  }
}
