import Checkpoints

/// Finds the linear part of forecasts. Three families of ways to forecast are tried: least squares that are drawn towards
/// simple forecasts (ridge regression, Hoerl & Kennard 1970), the last value, the value a season ago, and the mean
/// seasonal pattern with its trend, at several lengths to look back; exponential smoothing without, with a damped and
/// with a lasting trend; and autoregressions of values, of changes, and of changes over a season.
///
/// Each way is tried on the last rows forward-chained: fitted to the rows before a stretch, it forecasts the stretch, four
/// times. The linear part is the mean of the families, each of which is the mean of its ways.
struct LinearFit {
  /// The mean of all ways, for windows of the longest length.
  let whole: LinearWay

  private static let fewestWindows = 8
  private static let pulls = [0.001, 0.01, 0.03, 0.1, 0.3, 1, 3, 10]

  /// - Parameters:
  ///   - longest: The rows of a window.
  ///   - season: The rows of a season; none if below 2.
  /// - Returns: `nil` if there are too few rows.
  init?(_ windows: LinearWindows, longest: Int, season: Int) {
    // Windows that the first stretch has no room for would be tried on fewer origins than the others.
    var length = min(longest, max(1, windows.room))
    if season > 1, length >= season { length = length / season * season }
    let families = [
      Self.simple(longest: length, season: season).compactMap {
        Self.regression($0, length: $1, in: windows)
      },
      Smoothing.families(season: length >= season ? season : 1).compactMap {
        Self.smoothing($0, length: length, in: windows)
      },
      LinearAutoregression.families(longest: length, season: season).compactMap {
        Self.autoregression($0, length: length, in: windows)
      },
    ]
    let means = families.compactMap { LinearWay(meanOf: $0, length: length, in: windows) }
    guard let whole = LinearWay(meanOf: means, length: longest, in: windows) else { return nil }
    self.whole = whole
  }

  /// The simple forecasts that least squares are drawn towards, with the lengths to look back, as far as a window has
  /// room for them.
  private static func simple(longest: Int, season: Int) -> [(SimpleForecast, length: Int)] {
    var found: [(SimpleForecast, length: Int)] = []
    if season > 1 && longest >= season {
      for length in [longest] + [3, 2, 1].map({ $0 * season }).filter({ $0 < longest }) {
        found += [(.lastValue, length), (.seasonal(season), length)]
        if length >= 2 * season { found.append((.meanSeason(season), length)) }
      }
    } else {
      let lengths = Set([longest, longest / 2, longest / 4].filter { $0 > 1 } + [longest]).sorted()
      for length in lengths {
        found.append((.lastValue, length))
        if length > 2 { found.append((.drift, length)) }
      }
    }
    return found
  }

  /// The best of a simple forecast and the regressions that are drawn towards it, more or less.
  ///
  /// - Returns: `nil` if there are too few rows.
  private static func regression(
    _ simple: SimpleForecast, length: Int, in windows: LinearWindows
  ) -> LinearWay? {
    let alone = windows.map(simple, length: length)
    let stages = windows.sums(simple, length: length)
    return best(
      of: [nil] + pulls.map { $0 },
      { pull in
        guard let pull else { return way(alone, in: windows) }
        let maps = stages.map { sums in
          sums.count >= fewestWindows
            ? windows.map(sums, simple, length: length, pull: pull) : nil
        }
        guard let all = maps.last ?? nil else { return nil }
        return way(all, before: Array(maps.dropLast()), in: windows)
      })
  }

  /// The best of some parameters of exponential smoothing.
  private static func smoothing(
    _ family: [Smoothing], length: Int, in windows: LinearWindows
  ) -> LinearWay? {
    best(of: family) { way(windows.map(.smoothed($0), length: length), in: windows) }
  }

  /// The best of some autoregressions of the same differences.
  private static func autoregression(
    _ family: [LinearAutoregression], length: Int, in windows: LinearWindows
  ) -> LinearWay? {
    best(of: family) { one in
      best(of: one.maps(in: windows, length: length)) { maps in
        maps.last.flatMap { way($0, before: Array(maps.dropLast()), in: windows) }
      }
    }
  }

  /// The way of the least error.
  private static func best<Choice>(
    of choices: [Choice], _ way: (Choice) -> LinearWay?
  ) -> LinearWay? {
    choices.reduce(nil as LinearWay?) { best, choice in
      guard let next = way(choice), next.error < best?.error ?? .infinity else { return best }
      return next
    }
  }

  /// A way whose forecasts are made.
  ///
  /// - Parameters:
  ///   - map: Fitted to all rows.
  ///   - maps: Fitted to the rows before each stretch; `nil` if nothing is fitted.
  private static func way(
    _ map: LinearMap, before maps: [LinearMap?]? = nil, in windows: LinearWindows
  ) -> LinearWay? {
    let chained = windows.tried.map { origin, stretch -> [Double]? in
      guard let own = maps == nil ? map : maps?[stretch] else { return nil }
      return windows.forecast(origin, own)
    }
    return LinearWay(map, chained: chained, in: windows)
  }
}
