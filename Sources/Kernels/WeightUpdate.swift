import CKernels

/// The numbers of one update of weights by an optimizer, which are of float32 whatever the weights are; the formulas
/// stand beside `struct ckernels_update`.
package struct WeightUpdate {
  /// What an update makes of a weight, its gradient and what is kept for it.
  package enum Rule: CaseIterable, Sendable {
    case adam, amsgrad, nadam, sgd, momentum, nesterov, rmsprop, rmspropCentered, adagrad, adadelta
  }

  package var rule: Rule
  package var rate: Float
  package var a: Float = 0
  package var b: Float = 0
  package var c: Float = 0
  package var d: Float = 0
  package var e: Float = 0
  package var epsilon: Float = 0
  /// What the size and the square of a weight cost, as the derivative has it.
  package var l1: Float = 0
  package var l2: Float = 0
  /// What the gradient is multiplied by, and then cut off at.
  package var scale: Float = 1
  package var clip: Float = .infinity
  /// The part of itself that a weight loses.
  package var decay: Float = 0

  package init(_ rule: Rule, rate: Float) {
    self.rule = rule
    self.rate = rate
  }
}

extension WeightUpdate {
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

extension WeightUpdate {
  /// Updates one weight in double precision.
  func apply(
    _ weight: inout Double, gradient: Double, first: inout Double, second: inout Double,
    third: inout Double
  ) {
    let (rate, epsilon) = (Double(rate), Double(epsilon))
    let (a, b, c, d, e) = (Double(a), Double(b), Double(c), Double(d), Double(e))
    let (l1, l2, scale, clip) = (Double(l1), Double(l2), Double(scale), Double(clip))
    var g = gradient + l2 * weight + (weight > 0 ? l1 : weight < 0 ? -l1 : 0)
    g = min(max(g * scale, -clip), clip)
    weight -= weight * Double(decay)
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
