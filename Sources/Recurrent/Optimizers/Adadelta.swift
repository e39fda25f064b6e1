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

  @specialized(where Scalar == Float)
  func update<Scalar: KernelScalar>(
    _ weights: UnsafeMutablePointer<Scalar>, gradients: UnsafePointer<Scalar>,
    slots: SlotPointers<Scalar>, count: Int, learningRate: Scalar, update: Int
  ) {
    let (rho, epsilon) = (Scalar(rho), Scalar(epsilon))
    let (squares, moves) = (slots.first, slots.second)
    for index in 0..<count {
      let gradient = gradients[index]
      squares[index] = rho * squares[index] + (1 - rho) * gradient * gradient
      let move =
        (moves[index] + epsilon).squareRoot() * gradient / (squares[index] + epsilon).squareRoot()
      moves[index] = rho * moves[index] + (1 - rho) * move * move
      weights[index] -= learningRate * move
    }
  }
}
