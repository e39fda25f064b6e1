import Checkpoints

/// A way to forecast that is linear in a window, with what it forecast forward-chained.
struct LinearWay {
  /// Fitted to all rows.
  let map: LinearMap
  /// The forward-chained forecasts, `[origins, horizon]`; `nil` at origins that it had too few rows for.
  let chained: [[Double]?]
  /// The root of their mean squared error, beside that of the last value at the same origins.
  let error: Double

  /// - Returns: `nil` if there is no forecast, or one that is not finite.
  init?(_ map: LinearMap, chained: [[Double]?], in windows: LinearWindows) {
    guard let error = windows.error(chained), map.weights.allSatisfy(\.isFinite),
      map.constants.allSatisfy(\.isFinite)
    else { return nil }
    (self.map, self.chained, self.error) = (map, chained, error)
  }

  /// The mean of some ways, each of which counts by its error to the power of −4.
  ///
  /// - Parameter length: The rows of the mean's windows, at least those of every way.
  /// - Returns: `nil` if there are none.
  init?(meanOf ways: [LinearWay], length: Int, in windows: LinearWindows) {
    guard let least = ways.map(\.error).min() else { return nil }
    let shares = ways.map { way -> Double in
      let ratio = least > 0 ? way.error / least : way.error > 0 ? .infinity : 1
      return 1 / (ratio * ratio * ratio * ratio)
    }
    let horizon = windows.horizon
    var mean = LinearMap(
      weights: [Double](repeating: 0, count: length * horizon),
      constants: [Double](repeating: 0, count: horizon))
    let total = shares.reduce(0, +)
    for (way, share) in zip(ways, shares) {
      let first = length * horizon - way.map.weights.count
      for (index, weight) in way.map.weights.enumerated() {
        mean.weights[first + index] += share / total * weight
      }
      for step in 0..<horizon { mean.constants[step] += share / total * way.map.constants[step] }
    }
    let chained = windows.tried.indices.map { number -> [Double]? in
      var (sum, counted) = ([Double](repeating: 0, count: horizon), 0.0)
      for (way, share) in zip(ways, shares) {
        guard let forecast = way.chained[number] else { continue }
        for step in 0..<horizon { sum[step] += share * forecast[step] }
        counted += share
      }
      return counted > 0 ? sum.map { $0 / counted } : nil
    }
    self.init(mean, chained: chained, in: windows)
  }
}
