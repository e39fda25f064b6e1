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

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    let (kept, momentum) = (slots.first, Scalar(momentum))
    for index in 0..<count {
      let move = gradients[index] * learningRate
      guard momentum != 0 else {
        weights[index] -= move
        continue
      }
      kept[index] = kept[index] * momentum - move
      weights[index] += isNesterov ? kept[index] * momentum - move : kept[index]
    }
  }
}
