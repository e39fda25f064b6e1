import Checkpoints

/// Finds the linear part of forecasts, by least squares that are drawn towards simple forecasts (ridge regression, Hoerl
/// & Kennard 1970): the last value, the value a season ago, and the mean seasonal pattern with its trend.
///
/// Each way to forecast, at each length to look back, is tried on the last rows forward-chained: fitted to the rows before
/// a stretch, it forecasts the stretch, four times. A way counts by its error to the power of −4, and the linear part is
/// the mean of all ways.
struct LinearFit {
  private(set) var forecast: LinearForecast
  /// What the forward-chained forecasts were beside the truth: truth − forecast, `[n, horizon]`, encoded, in the order of
  /// time in each series.
  let residuals: [Float]

  /// A way to forecast at one length.
  private struct Way {
    let length: Int
    /// Fitted to all rows.
    let map: LinearMap
    let error: Double
    /// The forward-chained forecasts, `[origins, horizon]`; `nil` at origins that it had too few rows for.
    let chained: [[Double]?]
  }

  /// The last part of the rows that ways are tried on, and in how many stretches.
  private static let triedPart = 0.4
  private static let stretches = 4
  private static let fewestWindows = 8
  /// Of very long series the newest windows are enough.
  private static let mostWindows = 20_000
  private static let pulls = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]

  /// - Parameters:
  ///   - series: The encoded targets of each series, from its beginning.
  ///   - longest: The rows of a window.
  ///   - season: The rows of a season; none if below 2.
  /// - Returns: `nil` if there are too few rows.
  init?(_ series: [[Double]], horizon: Int, longest: Int, season: Int) {
    let windows = LinearWindows(
      series, horizon: horizon, longest: longest, stretches: Self.stretches,
      triedPart: Self.triedPart, most: Self.mostWindows)
    let tried = windows.tried
    let ways = Self.candidates(longest: longest, season: season).compactMap { simple, length in
      Self.way(simple, length: length, in: windows, tried)
    }
    guard let least = ways.map(\.error).min() else { return nil }
    let shares = ways.map { way -> Double in
      let ratio = least > 0 ? way.error / least : way.error > 0 ? .infinity : 1
      return 1 / (ratio * ratio * ratio * ratio)
    }
    forecast = Self.mean(of: ways, shares, longest: longest, horizon: horizon)
    residuals = tried.indices.flatMap { number -> [Float] in
      var (sum, share) = ([Double](repeating: 0, count: horizon), 0.0)
      for (way, own) in zip(ways, shares) {
        guard let forecast = way.chained[number] else { continue }
        for step in 0..<horizon { sum[step] += own * forecast[step] }
        share += own
      }
      guard share > 0 else { return [] }
      return zip(windows.truth(tried[number].origin), sum).map { Float($0 - $1 / share) }
    }
    guard forecast.weights.allSatisfy(\.isFinite), forecast.constants.allSatisfy(\.isFinite),
      residuals.allSatisfy(\.isFinite)
    else { return nil }
    let squares = residuals.reduce(0) { $0 + Double($1) * Double($1) }
    let spread = (squares / Double(max(1, residuals.count))).squareRoot()
    if spread > 0 { forecast.spread = spread }
  }

  /// The mean of all ways, as one.
  private static func mean(
    of ways: [Way], _ shares: [Double], longest: Int, horizon: Int
  ) -> LinearForecast {
    var mean = LinearForecast(
      weights: [Double](repeating: 0, count: longest * horizon),
      constants: [Double](repeating: 0, count: horizon), spread: 1)
    let total = shares.reduce(0, +)
    for (way, share) in zip(ways, shares) {
      let first = (longest - way.length) * horizon
      for (index, weight) in way.map.weights.enumerated() {
        mean.weights[first + index] += share / total * weight
      }
      for step in 0..<horizon { mean.constants[step] += share / total * way.map.constants[step] }
    }
    return mean
  }

  /// The ways that a window has room for.
  private static func candidates(longest: Int, season: Int) -> [(SimpleForecast, Int)] {
    guard season > 1, longest >= season else {
      let lengths = Set([longest, longest / 2, longest / 4].filter { $0 > 1 } + [longest]).sorted()
      return lengths.flatMap { length in
        [(.lastValue, length)] + (length > 2 ? [(.drift, length)] : [])
      }
    }
    var lengths = [3, 2, 1].map { $0 * season }.filter { $0 < longest }
    lengths.insert(longest, at: 0)
    return lengths.flatMap { length -> [(SimpleForecast, Int)] in
      [(.lastValue, length), (.seasonal(season), length)]
        + (length >= 2 * season ? [(.meanSeason(season), length)] : [])
    }
  }

  /// Tries a way with each pull.
  ///
  /// - Returns: The best, or `nil` if there are too few rows.
  private static func way(
    _ simple: SimpleForecast, length: Int, in windows: LinearWindows,
    _ tried: [(origin: LinearWindows.Origin, stretch: Int)]
  ) -> Way? {
    let stages = windows.sums(simple, length: length)
    guard let all = stages.last else { return nil }
    var best: Way?
    for pull in [nil] + pulls.map(Optional.some) {
      let maps = stages.dropLast().map { sums in
        sums.count >= fewestWindows
          ? windows.map(sums, simple, length: length, pull: pull) : nil
      }
      var (squares, count) = (0.0, 0)
      let chained = tried.map { origin, stretch -> [Double]? in
        guard let map = maps[stretch],
          let forecast = windows.forecast(origin, map, length: length)
        else { return nil }
        for (value, truth) in zip(forecast, windows.truth(origin)) {
          squares += (value - truth) * (value - truth)
          count += 1
        }
        return forecast
      }
      guard count > 0 else { continue }
      let error = (squares / Double(count)).squareRoot()
      guard error.isFinite, error < best?.error ?? .infinity,
        let map = windows.map(all, simple, length: length, pull: pull)
      else { continue }
      best = Way(length: length, map: map, error: error, chained: chained)
    }
    return best
  }
}
