/// What one row of an output costs, computed in double precision. Errors are output − target, and losses that a value
/// says nothing else of are means over the units.
package enum RowLoss: Equatable, Sendable {
  /// `−Σ t · ln p`, fused with a softmax.
  case crossEntropy(Labels = Labels())
  /// `−(t · ln p + (1 − t) · ln(1 − p))`, fused with a sigmoid.
  case binaryCrossEntropy(Labels = Labels())
  /// `−α · Σ (1 − p)^γ · t · ln p` (Lin et al. 2017).
  case focalCrossEntropy(Labels, Focus)
  /// The binary cross-entropy times `(1 − p_t)^γ`, where `p_t` is the probability of the target.
  case binaryFocalCrossEntropy(Labels, Focus)
  /// The squares of the errors.
  case squares
  /// The sizes of the errors.
  case sizes
  /// The sizes of the errors in percent of the targets.
  case percentages
  /// The squares of the differences of `ln(1 + value)`.
  case squaredLogarithms
  /// Squares up to `delta`, and straight lines beyond (Huber 1964).
  case huber(delta: Double)
  /// `ln cosh(error)`.
  case logarithmicCosines
  /// `y − t · ln y`.
  case poisson
  /// `Σ t · ln(t / y)`, a sum over the units.
  case divergence
  /// `−t · y / (|t| · |y|)`.
  case cosines
  /// `max(1 − t · y, 0)` or its square, of targets −1 and 1.
  ///
  /// - Parameter areBinary: Whether the targets of the batch are 0 and 1 and stand for these.
  case hinge(isSquared: Bool, areBinary: Bool = false)
  /// `max(max((1 − t) · y) − Σ t · y + 1, 0)`.
  case categoricalHinge
  /// An error that is too small counts as its quantile says, one that is too large as the rest: the units are one after
  /// the other of each quantile, again and again (Koenker & Bassett 1978).
  case quantiles([Double])

  /// How a cross-entropy takes outputs and targets.
  package struct Labels: Equatable, Sendable {
    /// Whether outputs are the values before a softmax or sigmoid: Keras' `from_logits`.
    package var areLogits: Bool
    /// The part of the targets that is spread over all classes: Keras' `label_smoothing`.
    package var smoothing: Double

    package init(areLogits: Bool = false, smoothing: Double = 0) {
      (self.areLogits, self.smoothing) = (areLogits, smoothing)
    }

    /// A target of one of so many classes.
    @inline(__always)
    func smooth(_ target: Double, classes: Int) -> Double {
      smoothing == 0 ? target : target * (1 - smoothing) + smoothing / Double(classes)
    }
  }

  /// How much less what is nearly right counts.
  package struct Focus: Equatable, Sendable {
    package var gamma: Double
    /// The weight; of binary targets that of 1, while that of 0 is the rest. 1 if `nil`.
    package var alpha: Double?

    package init(gamma: Double, alpha: Double?) { (self.gamma, self.alpha) = (gamma, alpha) }

    /// `x^γ` with its derivative.
    func power(_ x: Double) -> (value: Double, slope: Double) {
      gamma == 0
        ? (1, 0) : (Elementary.power(x, gamma), gamma * Elementary.power(x, gamma - 1))
    }
  }

  /// Which answers are right or wrong.
  package enum Answers: Sendable {
    /// One a row: its largest unit.
    case rows
    /// Each unit, which is above a half or not.
    case units
  }

  /// `nil` if answers are near or far.
  package var answers: Answers? {
    switch self {
    case .crossEntropy, .focalCrossEntropy, .categoricalHinge: .rows
    case .binaryCrossEntropy, .binaryFocalCrossEntropy: .units
    case .squares, .sizes, .percentages, .squaredLogarithms, .huber, .logarithmicCosines, .poisson,
      .divergence, .cosines, .hinge, .quantiles:
      nil
    }
  }

  /// The values below which, and above one minus which, Keras cuts probabilities off.
  static let smallest = 1e-7

  static func isInside(_ p: Double) -> Bool { p >= smallest && p <= 1 - smallest }

  /// The loss of one unit, and its derivative.
  ///
  /// - Parameter isFused: Whether the derivative is that of the value before a sigmoid.
  func value(
    of output: Double, target: Double, unit: Int, isFused: Bool
  ) -> (value: Double, slope: Double) {
    let (error, least) = (output - target, Self.smallest)
    let sign: Double = error > 0 ? 1 : error < 0 ? -1 : 0
    switch self {
    case .binaryFocalCrossEntropy(let labels, let focus):
      return Self.focal(
        output, labels.smooth(target, classes: 2), labels, focus, isFused: isFused)
    case .binaryCrossEntropy(let labels):
      let target = labels.smooth(target, classes: 2)
      guard isFused || !labels.areLogits else {
        return (
          max(output, 0) - output * target
            + Elementary.logarithmOfOnePlus(Elementary.exponential(-abs(output))),
          Elementary.sigmoid(output) - target
        )
      }
      return Self.crossEntropy(output, target, isFused: isFused)
    case .sizes: return (abs(error), sign)
    case .percentages:
      let size = max(abs(target), least)
      return (100 * abs(error) / size, 100 * sign / size)
    case .squaredLogarithms:
      let one = max(output, least) + 1
      let difference = Elementary.logarithm(one) - Elementary.logarithm(max(target, least) + 1)
      return (difference * difference, output >= least ? 2 * difference / one : 0)
    case .huber(let delta) where abs(error) > delta:
      return (delta * abs(error) - 0.5 * delta * delta, delta * sign)
    case .huber: return (0.5 * error * error, error)
    case .logarithmicCosines:
      let rest = Elementary.logarithmOfOnePlus(Elementary.exponential(-2 * abs(error)))
      return (abs(error) + rest - Self.logarithmOfTwo, Elementary.hyperbolicTangent(error))
    case .poisson:
      return (
        output - target * Elementary.logarithm(output + least), 1 - target / (output + least)
      )
    case .divergence:
      let (t, y) = (min(max(target, least), 1), min(max(output, least), 1))
      return (t * Elementary.logarithm(t / y), output >= least && output <= 1 ? -t / y : 0)
    case .hinge(let isSquared, let areBinary):
      let t = areBinary ? 2 * target - 1 : target
      let distance = 1 - t * output
      guard distance >= 0 else { return (0, 0) }
      return isSquared ? (distance * distance, -2 * distance * t) : (distance, -t)
    case .quantiles(let quantiles):
      let quantile = quantiles[unit % quantiles.count]
      let slope = error > 0 ? 1 - quantile : error < 0 ? -quantile : 0
      return (slope * error, slope)
    case .squares, .crossEntropy, .focalCrossEntropy, .cosines, .categoricalHinge:
      return (error * error, 2 * error)
    }
  }

  private static let logarithmOfTwo = Elementary.logarithm(2)

  /// The cross-entropy of a probability.
  private static func crossEntropy(
    _ y: Double, _ t: Double, isFused: Bool
  ) -> (value: Double, slope: Double) {
    let least = isFused ? Double(Float.leastNormalMagnitude) : smallest
    let p = min(max(y, least), 1 - (isFused ? 1e-16 : smallest))
    let value = -(t * Elementary.logarithm(p) + (1 - t) * Elementary.logarithm(1 - p))
    return (value, isFused ? y - t : isInside(y) ? (y - t) / (y * (1 - y)) : 0)
  }

  /// The focal loss of a probability, or of what a sigmoid makes one of.
  private static func focal(
    _ output: Double, _ t: Double, _ labels: Labels, _ focus: Focus, isFused: Bool
  ) -> (value: Double, slope: Double) {
    let isOfLogits = labels.areLogits && !isFused
    let y = isOfLogits ? Elementary.sigmoid(output) : output
    let entropy = crossEntropy(y, t, isFused: isFused || isOfLogits)
    let rest = 1 - (t * y + (1 - t) * (1 - y))
    let power = focus.power(rest)
    let weight = focus.alpha.map { t * $0 + (1 - t) * (1 - $0) } ?? 1
    // By what the slopes are those of.
    let inner = isFused || isOfLogits ? y * (1 - y) : 1
    let slope = power.slope * (1 - 2 * t) * inner * entropy.value + power.value * entropy.slope
    return (weight * power.value * entropy.value, weight * slope)
  }
}

/// What is measured of a row beside its loss.
package enum RowMeasure: Equatable, Sendable {
  /// The means of the sizes and of the squares of the errors.
  case sizes, squares
  /// 1 if the right class is among so many likeliest, otherwise 0.
  case isAmong(classes: Int)
}
