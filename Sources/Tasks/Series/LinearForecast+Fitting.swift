import Checkpoints

/// Finds the linear part of forecasts, by least squares that are drawn towards simple forecasts (ridge regression, Hoerl
/// & Kennard 1970), the last value, the value a season ago, and the mean seasonal pattern with its trend; and by exponential
/// smoothing without, with a damped and with a lasting trend.
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
  /// The rows that are looked back on at most.
  private static let mostRows = 256
  /// Of very long series the newest windows are enough.
  private static let mostWindows = 20_000
  private static let pulls = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]

  /// The linear part of a task's forecasts.
  ///
  /// - Parameters:
  ///   - encoded: `[rows, columns]` of each series.
  ///   - rows: How many of the first rows of each it is fitted to.
  /// - Returns: `nil` if there are too few rows.
  init?(_ task: SeriesTask, encoded: [[Float]], rows: [Int]) {
    let columns = task.columnCount
    self.init(
      zip(encoded, rows).map { values, rows in
        (0..<rows).map { Double(values[$0 * columns]) }
      }, horizon: task.horizon, longest: task.sequenceLength, season: task.season ?? 1)
  }

  /// - Parameters:
  ///   - series: The encoded targets of each series, from its beginning.
  ///   - longest: The rows of a window.
  ///   - season: The rows of a season; none if below 2.
  /// - Returns: `nil` if there are too few rows.
  init?(_ series: [[Double]], horizon: Int, longest: Int, season: Int) {
    let longest = min(longest, Self.mostRows)
    let windows = LinearWindows(
      series, horizon: horizon, longest: longest, stretches: Self.stretches,
      triedPart: Self.triedPart, most: Self.mostWindows)
    let tried = windows.tried
    let ways = Self.candidates(longest: longest, season: season).compactMap {
      Self.way($0, in: windows, tried)
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
      let first = longest * horizon - way.map.weights.count
      for (index, weight) in way.map.weights.enumerated() {
        mean.weights[first + index] += share / total * weight
      }
      for step in 0..<horizon { mean.constants[step] += share / total * way.map.constants[step] }
    }
    return mean
  }

  /// What a way is chosen from: simple forecasts of one length.
  private struct Candidates {
    let simple: [SimpleForecast]
    let length: Int
    /// Whether least squares are drawn towards them, or they are taken alone.
    let isFitted: Bool
  }

  /// What a window has room for.
  private static func candidates(longest: Int, season: Int) -> [Candidates] {
    var fitted: [(SimpleForecast, Int)] = []
    let isSeasonal = season > 1 && longest >= season
    if isSeasonal {
      for length in [longest] + [3, 2, 1].map({ $0 * season }).filter({ $0 < longest }) {
        fitted += [(.lastValue, length), (.seasonal(season), length)]
        if length >= 2 * season { fitted.append((.meanSeason(season), length)) }
      }
    } else {
      let lengths = Set([longest, longest / 2, longest / 4].filter { $0 > 1 } + [longest]).sorted()
      for length in lengths {
        fitted.append((.lastValue, length))
        if length > 2 { fitted.append((.drift, length)) }
      }
    }
    return fitted.map { Candidates(simple: [$0], length: $1, isFitted: true) }
      + Smoothing.families(season: isSeasonal ? season : 1).map { family in
        Candidates(
          simple: family.map { .smoothed($0) }, length: longest, isFitted: false)
      }
  }

  /// Tries candidates, each with each pull.
  ///
  /// - Returns: The best, or `nil` if there are too few rows.
  private static func way(
    _ candidates: Candidates, in windows: LinearWindows,
    _ tried: [(origin: LinearWindows.Origin, stretch: Int)]
  ) -> Way? {
    var best: Way?
    let length = candidates.length
    for simple in candidates.simple {
      let alone = windows.map(simple, length: length)
      best = better(
        best, alone, [LinearMap?](repeating: alone, count: stretches), in: windows, tried)
      guard candidates.isFitted else { continue }
      let stages = windows.sums(simple, length: length)
      for pull in pulls {
        let maps = stages.map { sums in
          sums.count >= fewestWindows
            ? windows.map(sums, simple, length: length, pull: pull) : nil
        }
        guard let all = maps.last ?? nil else { continue }
        best = better(best, all, Array(maps.dropLast()), in: windows, tried)
      }
    }
    return best
  }

  /// The better of two ways, one of which is tried now.
  ///
  /// - Parameters:
  ///   - all: Fitted to all rows.
  ///   - maps: Fitted to the rows before each stretch.
  private static func better(
    _ best: Way?, _ all: LinearMap, _ maps: [LinearMap?], in windows: LinearWindows,
    _ tried: [(origin: LinearWindows.Origin, stretch: Int)]
  ) -> Way? {
    var (squares, count) = (0.0, 0)
    let chained = tried.map { origin, stretch -> [Double]? in
      guard let map = maps[stretch], let forecast = windows.forecast(origin, map) else {
        return nil
      }
      for (value, truth) in zip(forecast, windows.truth(origin)) {
        squares += (value - truth) * (value - truth)
        count += 1
      }
      return forecast
    }
    let error = (squares / Double(max(1, count))).squareRoot()
    guard count > 0, error.isFinite, error < best?.error ?? .infinity else { return best }
    return Way(map: all, error: error, chained: chained)
  }
}
