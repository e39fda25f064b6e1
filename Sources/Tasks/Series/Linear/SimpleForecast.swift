/// A forecast that needs no fitting: sums of the last rows.
struct SimpleForecast: Sendable {
  /// The last rows whose mean is the level that a window is seen from.
  let levelRows: Int
  /// The forecasts from a window of a length: for each step of the horizon what each row counts, the oldest first. All
  /// together count 1.
  let weights: @Sendable (_ length: Int, _ horizon: Int) -> [[Double]]

  private init(
    levelRows: Int, weights: @escaping @Sendable (_ length: Int, _ horizon: Int) -> [[Double]]
  ) {
    (self.levelRows, self.weights) = (levelRows, weights)
  }

  /// One whose steps are found each by itself.
  private init(
    levelRows: Int, step: @escaping @Sendable (_ length: Int, _ lead: Int) -> [Double]
  ) {
    self.init(levelRows: levelRows) { length, horizon in (0..<horizon).map { step(length, $0) } }
  }

  /// Nothing changes.
  static let lastValue = SimpleForecast(
    levelRows: 1,
    step: { length, _ in [Double](repeating: 0, count: length - 1) + [1] })

  /// The line from the first row to the last goes on.
  static let drift = SimpleForecast(
    levelRows: 1,
    step: { length, lead in
      var weights = [Double](repeating: 0, count: length)
      let steps = Double(lead + 1) / Double(max(1, length - 1))
      weights[0] -= steps
      weights[length - 1] += 1 + steps
      return weights
    })

  /// The value of the last season.
  static func seasonal(_ season: Int) -> SimpleForecast {
    SimpleForecast(
      levelRows: season,
      step: { length, lead in
        var weights = [Double](repeating: 0, count: length)
        weights[length - season + lead % season] = 1
        return weights
      })
  }

  /// The mean pattern of the whole seasons of a window, on the line through their means: the level is that of the last
  /// quarter of a season without its pattern.
  static func meanSeason(_ season: Int) -> SimpleForecast {
    SimpleForecast(
      levelRows: season,
      step: { length, lead in
        let seasons = length / season
        let first = length - seasons * season
        var weights = [Double](repeating: 0, count: length)
        // The change of the level from row to row.
        var slope = [Double](repeating: 0, count: length)
        if seasons > 1 {
          let part = 1 / Double(season * season * (seasons - 1))
          for row in 0..<season {
            slope[first + row] -= part
            slope[length - season + row] += part
          }
        }
        /// Adds what the pattern is at a place of the season.
        func addPattern(_ place: Int, times factor: Double) {
          for number in 0..<seasons {
            let start = first + number * season
            weights[start + place] += factor / Double(seasons)
            for row in 0..<season { weights[start + row] -= factor / Double(seasons * season) }
          }
          add(slope, times: -factor * (Double(place) - Double(season - 1) / 2))
        }
        func add(_ other: [Double], times factor: Double) {
          for row in 0..<length { weights[row] += factor * other[row] }
        }
        let recent = max(1, season / 4)
        for row in length - recent..<length {
          weights[row] += 1 / Double(recent)
          addPattern(season - (length - row), times: -1 / Double(recent))
        }
        add(slope, times: Double(recent - 1) / 2 + Double(lead + 1))
        addPattern(lead % season, times: 1)
        return weights
      })
  }

  /// Exponential smoothing of level, trend and season (Holt 1957, Winters 1960; damped trends: Gardner & McKenzie 1985),
  /// which begins with the mean pattern of the window's seasons and the line through their means.
  static func smoothed(_ smoothing: Smoothing) -> SimpleForecast {
    SimpleForecast(levelRows: 1) { smoothing.weights(length: $0, horizon: $1) }
  }
}
