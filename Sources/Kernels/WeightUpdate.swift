import CKernels

/// The numbers of one update of weights by an optimizer; the formulas stand beside `struct ckernels_update`.
public struct WeightUpdate<Scalar: KernelScalar> {
  /// What an update makes of a weight, its gradient and what is kept for it.
  public enum Rule: CaseIterable, Sendable {
    case adam, amsgrad, nadam, sgd, momentum, nesterov, rmsprop, rmspropCentered, adagrad, adadelta
  }

  public var rule: Rule
  public var rate: Scalar
  public var a: Scalar = 0
  public var b: Scalar = 0
  public var c: Scalar = 0
  public var d: Scalar = 0
  public var e: Scalar = 0
  public var epsilon: Scalar = 0
  /// What the size and the square of a weight cost, as the derivative has it.
  public var l1: Scalar = 0
  public var l2: Scalar = 0
  /// What the gradient is multiplied by, and then cut off at.
  public var scale: Scalar = 1
  public var clip: Scalar = .infinity
  /// The part of itself that a weight loses.
  public var decay: Scalar = 0

  public init(_ rule: Rule, rate: Scalar) {
    self.rule = rule
    self.rate = rate
  }
}

extension WeightUpdate<Float> {
  /// The same for the vector kernels.
  var kernel: ckernels_update {
    let rule: ckernels_rule =
      switch self.rule {
      case .adam: CKERNELS_ADAM
      case .amsgrad: CKERNELS_AMSGRAD
      case .nadam: CKERNELS_NADAM
      case .sgd: CKERNELS_SGD
      case .momentum: CKERNELS_MOMENTUM
      case .nesterov: CKERNELS_NESTEROV
      case .rmsprop: CKERNELS_RMSPROP
      case .rmspropCentered: CKERNELS_RMSPROP_CENTERED
      case .adagrad: CKERNELS_ADAGRAD
      case .adadelta: CKERNELS_ADADELTA
      }
    return ckernels_update(
      rule: rule, rate: rate, a: a, b: b, c: c, d: d, e: e, epsilon: epsilon, l1: l1, l2: l2,
      scale: scale, clip: clip, decay: decay)
  }
}

extension WeightUpdate<Double> {
  /// Updates one weight.
  func apply(
    _ weight: inout Double, gradient: Double, first: inout Double, second: inout Double,
    third: inout Double
  ) {
    var g = gradient + l2 * weight + (weight > 0 ? l1 : weight < 0 ? -l1 : 0)
    g = min(max(g * scale, -clip), clip)
    weight -= weight * decay
    switch rule {
    case .adam, .amsgrad, .nadam:
      first += (g - first) * a
      second += (g * g - second) * b
      guard rule != .nadam else {
        weight -= rate * (c * first + d * g) / ((second * e).squareRoot() + epsilon)
        return
      }
      if rule == .amsgrad { third = max(third, second) }
      weight -= rate * first / ((rule == .amsgrad ? third : second).squareRoot() + epsilon)
    case .sgd: weight -= rate * g
    case .momentum, .nesterov:
      first = a * first - rate * g
      weight += rule == .nesterov ? a * first - rate * g : first
    case .rmsprop, .rmspropCentered:
      first = a * first + b * g * g
      var square = first + epsilon
      if rule == .rmspropCentered {
        third = a * third + b * g
        square -= third * third
      }
      var move = rate * g / square.squareRoot()
      if c != 0 {
        second = c * second + move
        move = second
      }
      weight -= move
    case .adagrad:
      first += g * g
      weight -= rate * g / (first + epsilon).squareRoot()
    case .adadelta:
      first = a * first + b * g * g
      let move = (second + epsilon).squareRoot() * g / (first + epsilon).squareRoot()
      second = a * second + b * move * move
      weight -= rate * move
    }
  }
}
