/// Exponential smoothing of level, trend and season over a window. All of it is linear in the window's rows.
struct Smoothing: Sendable {
  /// The rows of a season; none if below 2.
  var season: Int
  /// How far level, trend and season follow an error.
  var level: Double
  var trend = 0.0
  var pattern = 0.0
  /// What is left of the trend from row to row; 0 without a trend.
  var damping = 0.0

  /// The families that are tried, each with its parameters: without a trend, with a damped one, with a lasting one.
  static func families(season: Int) -> [[Smoothing]] {
    let levels = [0.05, 0.2, 0.5, 1]
    let patterns = season > 1 ? [0, 0.1, 0.3, 0.6] : [0]
    return [(0, [0]), (0.9, [0.02, 0.1, 0.3]), (1, [0.02, 0.1, 0.3])].map {
      damping, trends in
      levels.flatMap { level in
        trends.flatMap { trend in
          patterns.map { pattern in
            Smoothing(
              season: season, level: level, trend: trend, pattern: pattern, damping: damping)
          }
        }
      }
    }
  }

  /// What each row of a window counts in each forecast: `[horizon][length]`.
  func weights(length: Int, horizon: Int) -> [[Double]] {
    var state = State(self, length: length)
    for row in 0..<length { state.read(row, self) }
    return (0..<horizon).map { state.forecast($0, self) }
  }

  /// Level, trend and season, each as what the rows of the window count in it.
  private struct State {
    private let length: Int
    private var level: [Double]
    private var trend: [Double]
    private var pattern: [[Double]]
    /// The first row of the first whole season.
    private let first: Int

    init(_ smoothing: Smoothing, length: Int) {
      self.length = length
      let season = max(1, smoothing.season)
      let seasons = season > 1 ? length / season : min(2, length)
      let rows = season > 1 ? season : length / max(1, seasons)
      first = length - seasons * rows
      let zeros = [Double](repeating: 0, count: length)
      let start = first
      /// The mean of a block of rows.
      func mean(_ block: Int) -> [Double] {
        var weights = zeros
        for row in 0..<rows { weights[start + block * rows + row] = 1 / Double(rows) }
        return weights
      }
      let last = mean(seasons - 1)
      let slope =
        seasons > 1
        ? zip(last, mean(0)).map { ($0 - $1) / Double((seasons - 1) * rows) } : zeros
      pattern = [[Double]](repeating: zeros, count: season)
      if season > 1 {
        for place in 0..<season {
          for block in 0..<seasons {
            let means = mean(block)
            for row in 0..<length { pattern[place][row] -= means[row] / Double(seasons) }
            pattern[place][start + block * rows + place] += 1 / Double(seasons)
          }
          let distance = Double(place) - Double(season - 1) / 2
          for row in 0..<length { pattern[place][row] -= distance * slope[row] }
        }
      }
      // The line through the means of the first block, a row before it begins; its mean alone without a trend.
      let back = smoothing.damping > 0 ? Double(rows + 1) / 2 : 0
      level = zip(mean(0), slope).map { $0 - back * $1 }
      trend = smoothing.damping > 0 ? slope : zeros
    }

    private func place(_ row: Int) -> Int {
      ((row - first) % pattern.count + pattern.count) % pattern.count
    }

    mutating func read(_ row: Int, _ smoothing: Smoothing) {
      guard row >= first else { return }
      let place = place(row)
      for index in 0..<length {
        let before = level[index] + smoothing.damping * trend[index]
        let error = (index == row ? 1 : 0) - before - pattern[place][index]
        level[index] = before + smoothing.level * error
        trend[index] =
          smoothing.damping * trend[index] + smoothing.level * smoothing.trend * error
        pattern[place][index] += smoothing.pattern * (1 - smoothing.level) * error
      }
    }

    func forecast(_ lead: Int, _ smoothing: Smoothing) -> [Double] {
      // φ + φ² + …
      var (steps, part) = (0.0, 1.0)
      for _ in 0...lead {
        part *= smoothing.damping
        steps += part
      }
      let place = place(length + lead)
      return (0..<length).map { level[$0] + steps * trend[$0] + pattern[place][$0] }
    }
  }
}
