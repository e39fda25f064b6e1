/// What one row of an output costs, computed in double precision.
package enum RowLoss: Equatable, Sendable {
  /// `−Σ t · ln p`, fused with a softmax.
  case crossEntropy
  /// `−(t · ln p + (1 − t) · ln(1 − p))`, fused with a sigmoid; the mean over the units, as the others below are.
  case binaryCrossEntropy
  /// The squares of the errors.
  case squares
  /// The sizes of the errors.
  case sizes
  /// Squares up to `delta`, and straight lines beyond (Huber 1964).
  case huber(delta: Double)
  /// An error that is too small counts as its quantile says, one that is too large as the rest: the units are one after
  /// the other of each quantile, again and again (Koenker & Bassett 1978).
  case quantiles([Double])

  /// The values below which, and above one minus which, Keras cuts probabilities off.
  static let smallest = 1e-7

  static func isInside(_ p: Double) -> Bool { p >= smallest && p <= 1 - smallest }

  /// The loss of one unit's error, and its derivative.
  func distance(_ error: Double, unit: Int) -> (value: Double, slope: Double) {
    let sign: Double = error > 0 ? 1 : error < 0 ? -1 : 0
    switch self {
    case .sizes: return (abs(error), sign)
    case .huber(let delta) where abs(error) > delta:
      return (delta * abs(error) - 0.5 * delta * delta, delta * sign)
    case .huber: return (0.5 * error * error, error)
    case .quantiles(let quantiles):
      let quantile = quantiles[unit % quantiles.count]
      let slope = error > 0 ? 1 - quantile : error < 0 ? -quantile : 0
      return (slope * error, slope)
    case .squares, .crossEntropy, .binaryCrossEntropy: return (error * error, 2 * error)
    }
  }
}

/// What is measured of a row beside its loss.
package enum RowMeasure: Equatable, Sendable {
  /// The means of the sizes and of the squares of the errors.
  case sizes, squares
  /// 1 if the right class is among so many likeliest, otherwise 0.
  case isAmong(classes: Int)
}
