import Checkpoints

/// The linear parts of some series: one that is fitted to the windows of all, and, of several series, for each the mean of
/// that and of one which is fitted to its own windows alone. Which counts how much is decided by the forward-chained
/// errors in the series, so that one with too few rows of its own keeps what holds for all.
struct LinearParts {
  private(set) var forecast: LinearForecast
  /// What the forward-chained forecasts were beside the truth: truth − forecast, `[n, horizon]`, encoded, in the order of
  /// time in each series.
  let residuals: [Float]

  /// The rows that are looked back on at most.
  private static let mostRows = 256
  /// Of very long series the newest windows are enough.
  private static let mostWindows = 20_000
  /// Of more series than these, one linear part is for all.
  private static let mostSeries = 1000

  /// The linear parts of a task's forecasts.
  ///
  /// - Parameters:
  ///   - encoded: `[rows, columns]` of each series.
  ///   - rows: How many of the first rows of each they are fitted to.
  /// - Returns: `nil` if there are too few rows.
  init?(_ task: SeriesTask, encoded: [[Float]], rows: [Int]) {
    let columns = task.columnCount
    let effects = KnownEffects(task, encoded: encoded, rows: rows)
    self.init(
      zip(encoded, rows).enumerated().map { index, series in
        let values = effects.removed(from: series.0, series: index, task)
        return (0..<series.1).map { Double(values[$0 * columns]) }
      }, horizon: task.horizon, longest: task.sequenceLength, season: task.season ?? 1)
    guard !task.known.isEmpty else { return }
    forecast.effects = effects.shared
    if encoded.count > 1 { forecast.ownEffects = effects.bySeries }
  }

  /// - Parameters:
  ///   - series: The encoded targets of each series, from its beginning.
  ///   - longest: The rows of a window.
  ///   - season: The rows of a season; none if below 2.
  /// - Returns: `nil` if there are too few rows.
  init?(_ series: [[Double]], horizon: Int, longest: Int, season: Int) {
    let longest = min(longest, Self.mostRows)
    let most = Self.mostWindows / max(1, series.count) + longest + horizon
    let windows = LinearWindows(series, horizon: horizon, most: most)
    guard let shared = LinearFit(windows, longest: longest, season: season)?.whole else {
      return nil
    }
    var chained = shared.chained
    var own: [LinearMap] = []
    if (2...Self.mostSeries).contains(series.count) {
      var first = 0
      for values in series {
        let windows = LinearWindows([values], horizon: horizon, most: most)
        let range = first..<first + windows.tried.count
        first = range.upperBound
        let alone = LinearFit(windows, longest: longest, season: season)?.whole
        let ways = [
          LinearWay(shared.map, chained: Array(shared.chained[range]), in: windows), alone,
        ]
        let mean = LinearWay(meanOf: ways.compactMap { $0 }, length: longest, in: windows)
        own.append(mean?.map ?? shared.map)
        if let mean { chained.replaceSubrange(range, with: mean.chained) }
      }
    }
    residuals = zip(windows.tried, chained).flatMap { tried, forecast -> [Float] in
      guard let forecast else { return [] }
      return zip(windows.truth(tried.origin), forecast).map { Float($0 - $1) }
    }
    guard residuals.allSatisfy(\.isFinite) else { return nil }
    let squares = residuals.reduce(0) { $0 + Double($1) * Double($1) }
    let spread = (squares / Double(max(1, residuals.count))).squareRoot()
    forecast = LinearForecast(shared.map, own: own, spread: spread > 0 ? spread : 1)
  }
}
