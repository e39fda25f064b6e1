import Kernels

/// The formula of ``Adam`` with what goes beyond it: AMSGrad (Reddi et al. 2018), clipping and weight decay.
struct AdamRule: OptimizerRule {
  static let className = "Adam"
  static let options: [String: JSONValue] = [
    "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7, "amsgrad": false,
  ]

  private let beta1, beta2, epsilon: Double
  private let isAMSGrad: Bool

  init(_ configuration: OptimizerConfiguration) {
    beta1 = configuration.number("beta_1")
    beta2 = configuration.number("beta_2")
    epsilon = configuration.number("epsilon")
    isAMSGrad = configuration.flag("amsgrad")
  }

  var slotGroups: [[String]] {
    [["momentum", "velocity"]] + (isAMSGrad ? [["velocity_hat"]] : [])
  }

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    let step =
      learningRate * (1 - Scalar.power(Scalar(beta2), Scalar(update))).squareRoot()
      / (1 - Scalar.power(Scalar(beta1), Scalar(update)))
    let (beta1, beta2, epsilon) = (Scalar(1 - beta1), Scalar(1 - beta2), Scalar(epsilon))
    let (momentum, velocity, largest) = (slots.first, slots.second, slots.third)
    for index in 0..<count {
      let gradient = gradients[index]
      momentum[index] += (gradient - momentum[index]) * beta1
      velocity[index] += (gradient * gradient - velocity[index]) * beta2
      var denominator = velocity[index]
      if isAMSGrad {
        largest[index] = max(largest[index], denominator)
        denominator = largest[index]
      }
      weights[index] -= momentum[index] * step / (denominator.squareRoot() + epsilon)
    }
  }
}

/// ``AdamRule`` with weight decay (Loshchilov & Hutter 2019) by default.
struct AdamWRule: OptimizerRule {
  static let className = "AdamW"
  static let options = AdamRule.options.merging(["weight_decay": 0.004]) { _, new in new }

  private let adam: AdamRule

  init(_ configuration: OptimizerConfiguration) { adam = AdamRule(configuration) }

  var slotGroups: [[String]] { adam.slotGroups }

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    adam.update(
      weights, gradients: gradients, slots: slots, count: count, learningRate: learningRate,
      update: update)
  }
}
