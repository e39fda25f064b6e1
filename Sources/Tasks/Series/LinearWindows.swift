/// A forecast of a window that is linear in it.
struct LinearMap {
  /// What the distance of each row from the last one counts, `[length, horizon]`, the oldest first.
  var weights: [Double]
  /// `[horizon]`.
  var constants: [Double]
}

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

  private let series: [[Double]]
  private let horizon: Int
  /// The stretches at the end of each series that ways are tried on.
  private let stretches: Int
  private let triedPart: Double

  /// - Parameters:
  ///   - series: The encoded targets of each series.
  ///   - most: The windows to look at; the newest of each series are taken.
  init(
    _ series: [[Double]], horizon: Int, longest: Int, stretches: Int, triedPart: Double, most: Int
  ) {
    let rows = most / max(1, series.count) + longest + horizon
    self.series = series.map { Array($0.suffix(rows)) }
    self.horizon = horizon
    self.stretches = stretches
    self.triedPart = triedPart
  }

  /// The origins of a series before a stretch begins.
  private func start(of stretch: Int, series number: Int) -> Int {
    let origins = max(0, series[number].count - horizon + 1)
    let left = triedPart * Double(stretches - stretch) / Double(stretches)
    return origins - Int(Double(origins) * left)
  }

  /// The origins that ways are tried on, with their stretches.
  var tried: [(origin: Origin, stretch: Int)] {
    series.indices.flatMap { number in
      (0..<stretches).flatMap { stretch in
        (start(of: stretch, series: number)..<start(of: stretch + 1, series: number)).map {
          (Origin(series: number, row: $0), stretch)
        }
      }
    }
  }

  /// What followed an origin: `[horizon]`.
  func truth(_ origin: Origin) -> ArraySlice<Double> {
    series[origin.series][origin.row..<origin.row + horizon]
  }

  /// The forecast of a map at an origin; `nil` if too few rows are before it.
  func forecast(_ origin: Origin, _ map: LinearMap) -> [Double]? {
    let length = map.weights.count / horizon
    guard origin.row >= length else { return nil }
    let values = series[origin.series]
    let last = values[origin.row - 1]
    return (0..<horizon).map { step in
      var sum = map.constants[step]
      for row in 0..<length {
        sum += map.weights[row * horizon + step] * (values[origin.row - length + row] - last)
      }
      return last + sum
    }
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
    for stage in 0...stretches {
      for (number, values) in series.enumerated() {
        let end =
          stage == stretches
          ? values.count - horizon : start(of: stage, series: number) - horizon
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

  /// Solves (XᵀX + pull · count · variance · 1) C = XᵀR by Cholesky's factors: `[length + 1, horizon]`.
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
    var factors = sums.squares
    for row in 0..<size {
      factors[row * size + row] += pull * count * (row < length ? variance : 1)
    }
    for row in 0..<size {
      for column in 0...row {
        var sum = factors[row * size + column]
        for inner in 0..<column {
          sum -= factors[row * size + inner] * factors[column * size + inner]
        }
        guard row != column || sum > 0 else { return nil }
        factors[row * size + column] =
          row == column ? sum.squareRoot() : sum / factors[column * size + column]
      }
    }
    var solution = sums.products
    for step in 0..<horizon {
      for row in 0..<size {
        var sum = solution[row * horizon + step]
        for inner in 0..<row {
          sum -= factors[row * size + inner] * solution[inner * horizon + step]
        }
        solution[row * horizon + step] = sum / factors[row * size + row]
      }
      for row in (0..<size).reversed() {
        var sum = solution[row * horizon + step]
        for inner in row + 1..<size {
          sum -= factors[inner * size + row] * solution[inner * horizon + step]
        }
        solution[row * horizon + step] = sum / factors[row * size + row]
      }
    }
    return solution
  }
}
