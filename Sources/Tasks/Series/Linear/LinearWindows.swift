import Checkpoints

/// The windows of some series with what follows them, and the sums over them that least squares take.
struct LinearWindows {
  /// Where forecasts begin: a series, and the first row that is forecast.
  struct Origin {
    let series: Int
    let row: Int
  }

  /// The sums over some windows: of their rows as they are seen from their level, with a 1 behind them, and of what the
  /// simple forecast misses.
  struct Sums {
    /// `[length + 1, length + 1]`, the lower triangle.
    var squares: [Double]
    /// `[length + 1, horizon]`.
    var products: [Double]
    var count = 0
  }

  let series: [[Double]]
  let horizon: Int

  /// The last part of the rows that ways are tried on, and in how many stretches.
  static let triedPart = 0.4
  static let stretches = 4

  /// The origins that ways are tried on, with their stretches, series after series.
  let tried: [(origin: Origin, stretch: Int)]

  /// - Parameters:
  ///   - series: The encoded targets of each series.
  ///   - most: The rows to look at; the newest of each series are taken.
  init(_ series: [[Double]], horizon: Int, most: Int) {
    let series = series.map { Array($0.suffix(most)) }
    self.series = series
    self.horizon = horizon
    tried = series.enumerated().flatMap { number, values in
      (0..<Self.stretches).flatMap { stretch in
        let start = Self.start(of: stretch, rows: values.count, horizon: horizon)
        let end = Self.start(of: stretch + 1, rows: values.count, horizon: horizon)
        return (start..<end).map { (Origin(series: number, row: $0), stretch) }
      }
    }
  }

  /// The origins of a series before a stretch begins.
  private static func start(of stretch: Int, rows: Int, horizon: Int) -> Int {
    let origins = max(0, rows - horizon + 1)
    let left = triedPart * Double(stretches - stretch) / Double(stretches)
    return origins - Int(Double(origins) * left)
  }

  /// The rows that are known when a stretch begins; all of them behind the last.
  func known(before stretch: Int, series number: Int) -> Int {
    stretch == Self.stretches
      ? series[number].count
      : Self.start(of: stretch, rows: series[number].count, horizon: horizon)
  }

  /// The longest window that the first stretch of some series has room for.
  var room: Int { series.indices.map { known(before: 0, series: $0) }.max() ?? 0 }

  /// How far forecasts of the origins are from the truth, the root of the mean square, beside the last value at the same
  /// origins; `nil` if there are none.
  ///
  /// - Parameter forecasts: `[horizon]` of each of ``tried``.
  func error(_ forecasts: [[Double]?]) -> Double? {
    var (own, last, count) = (0.0, 0.0, 0)
    for (forecast, tried) in zip(forecasts, tried) {
      guard let forecast else { continue }
      let level = series[tried.origin.series][tried.origin.row - 1]
      for (value, truth) in zip(forecast, truth(tried.origin)) {
        own += (value - truth) * (value - truth)
        last += (level - truth) * (level - truth)
      }
      count += 1
    }
    guard count > 0, own.isFinite, last.isFinite, last > 0 || own == 0 else { return nil }
    return last > 0 ? (own / last).squareRoot() : 0
  }

  /// What followed an origin: `[horizon]`.
  func truth(_ origin: Origin) -> ArraySlice<Double> {
    series[origin.series][origin.row..<origin.row + horizon]
  }

  /// The forecast of a map at an origin; `nil` if too few rows are before it.
  func forecast(_ origin: Origin, _ map: LinearMap) -> [Double]? {
    let length = map.length
    guard origin.row >= length else { return nil }
    let values = series[origin.series]
    let first = origin.row - length
    return map.forecast { values[first + $0] }
  }

  /// The sums over the windows that are known before each stretch begins, and over all at last.
  func sums(_ simple: SimpleForecast, length: Int) -> [Sums] {
    let size = length + 1
    var sums = Sums(
      squares: [Double](repeating: 0, count: size * size),
      products: [Double](repeating: 0, count: size * horizon))
    let leads = simple.weights(length, horizon)
    var stages: [Sums] = []
    var next = series.map { _ in length }
    var seen = [Double](repeating: 1, count: size)
    for stage in 0...Self.stretches {
      for (number, values) in series.enumerated() {
        let end = known(before: stage, series: number) - horizon
        while next[number] <= end {
          let origin = next[number]
          add(values, origin: origin, simple.levelRows, leads, to: &sums, seen: &seen)
          next[number] += 1
        }
      }
      stages.append(sums)
    }
    return stages
  }

  /// Adds a window.
  private func add(
    _ values: [Double], origin: Int, _ levelRows: Int, _ leads: [[Double]], to sums: inout Sums,
    seen: inout [Double]
  ) {
    let size = seen.count
    let length = size - 1
    let first = origin - length
    var level = 0.0
    for row in origin - levelRows..<origin { level += values[row] }
    level /= Double(levelRows)
    for row in 0..<length { seen[row] = values[first + row] - level }
    for row in 0..<size {
      for column in 0...row { sums.squares[row * size + column] += seen[row] * seen[column] }
    }
    for (step, weights) in leads.enumerated() {
      // The rows count 1 together, so that the forecast is seen from the level too.
      var simple = 0.0
      for row in 0..<length { simple += weights[row] * seen[row] }
      let missed = values[origin + step] - level - simple
      for row in 0..<size { sums.products[row * horizon + step] += seen[row] * missed }
    }
    sums.count += 1
  }

  /// A simple forecast alone.
  func map(_ simple: SimpleForecast, length: Int) -> LinearMap {
    let leads = simple.weights(length, horizon)
    return LinearMap(
      weights: (0..<length).flatMap { row in leads.map { $0[row] } },
      constants: [Double](repeating: 0, count: horizon))
  }

  /// The forecast that the sums give.
  ///
  /// - Parameter pull: The weight of the pull towards the simple forecast.
  /// - Returns: `nil` if there is none.
  func map(_ sums: Sums, _ simple: SimpleForecast, length: Int, pull: Double) -> LinearMap? {
    var map = map(simple, length: length)
    guard let found = solve(sums, length: length, pull: pull) else { return nil }
    for step in 0..<horizon {
      var total = 0.0
      for row in 0..<length {
        map.weights[row * horizon + step] += found[row * horizon + step]
        total += found[row * horizon + step]
      }
      for row in length - simple.levelRows..<length {
        map.weights[row * horizon + step] -= total / Double(simple.levelRows)
      }
      map.constants[step] = found[length * horizon + step]
    }
    return map
  }

  /// Solves (XᵀX + pull · count · variance · 1) C = XᵀR: `[length + 1, horizon]`.
  private func solve(_ sums: Sums, length: Int, pull: Double) -> [Double]? {
    let size = length + 1
    let count = Double(sums.count)
    var (total, squares) = (0.0, 0.0)
    for row in 0..<length {
      total += sums.squares[length * size + row]
      squares += sums.squares[row * size + row]
    }
    let values = count * Double(length)
    let variance = squares / values - (total / values) * (total / values)
    guard variance > 0 else { return nil }
    var matrix = sums.squares
    for row in 0..<size {
      matrix[row * size + row] += pull * count * (row < length ? variance : 1)
    }
    return Cholesky.solve(matrix, sums.products, size: size)
  }
}
