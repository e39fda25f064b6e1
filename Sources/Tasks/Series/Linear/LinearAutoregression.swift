import Checkpoints

/// Autoregressions of a series' differences (Box & Jenkins 1970): least squares of the next row, which are repeated up to
/// the horizon. With the rows of a window, all of it is linear.
struct LinearAutoregression {
  /// What a difference counts of its row and those before it: 1, −1 of changes from row to row.
  let difference: [Double]
  /// The rows back that differences are regressed on.
  let lags: [Int]

  /// The least squares of some rows: of differences at the lags, with a 1 behind them, and of the next difference.
  private struct Sums {
    /// `[lags + 1, lags + 1]`.
    var squares: [Double]
    /// `[lags + 1]`.
    var products: [Double]
    /// The sum of the squares of the next differences.
    var total = 0.0
    var count = 0
  }

  private static let pulls = [0, 0.1]
  private static let fewestRows = 8
  /// What keeps equations solvable whose rows depend on each other, beside the differences' variance.
  private static let leastPull = 1e-9

  /// Those that are tried, family by family: of values as they are, of changes, and of changes over a season, or of those
  /// of changes where there is no season.
  static func families(longest: Int, season: Int) -> [[LinearAutoregression]] {
    let isSeasonal = season > 1 && longest >= season
    let change = [1.0, -1]
    let overSeason = [1.0] + [Double](repeating: 0, count: max(0, season - 1)) + [-1]
    let differences =
      [[1.0], change]
      + (isSeasonal
        ? [overSeason, product(change, overSeason)] : [product(change, change)])
    var lags = (0...4).map { Array(0..<$0).map { $0 + 1 } }
    if isSeasonal {
      lags += [1, 2].filter { $0 < season }.map { Array(1...$0) + [season] }
      lags.append(Array(1...season + 1))
    } else {
      lags += [Array(1...8), Array(1...12)]
    }
    return differences.map { difference in
      lags.filter { ($0.last ?? 0) + difference.count - 1 <= longest }.map {
        LinearAutoregression(difference: difference, lags: $0)
      }
    }
  }

  /// The product of two polynomials.
  private static func product(_ one: [Double], _ other: [Double]) -> [Double] {
    var product = [Double](repeating: 0, count: one.count + other.count - 1)
    for (row, left) in one.enumerated() {
      for (column, right) in other.enumerated() { product[row + column] += left * right }
    }
    return product
  }

  /// The forecasts with and without a constant, and pulled towards nothing more or less.
  ///
  /// - Returns: Of each, what is fitted to the rows before each stretch, and to all at last.
  func maps(in windows: LinearWindows, length: Int) -> [[LinearMap]] {
    let stages = sums(in: windows)
    guard
      stages.allSatisfy({ $0.count >= Self.fewestRows + 2 * lags.count && $0.total > 0 })
    else { return [] }
    // Changes of changes have no lasting mean.
    let isChangeOfChange = difference.reduce(0, +) == 0 && hasDoubleRoot
    return (isChangeOfChange ? [false] : [false, true]).flatMap { hasConstant in
      (lags.isEmpty ? [0] : Self.pulls).compactMap { pull -> [LinearMap]? in
        let maps = stages.compactMap {
          map($0, pull: pull, hasConstant: hasConstant, length: length, horizon: windows.horizon)
        }
        return maps.count == stages.count ? maps : nil
      }
    }
  }

  /// Whether a line is lost in the differences too, not only a level.
  private var hasDoubleRoot: Bool {
    difference.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element } == 0
  }

  private func sums(in windows: LinearWindows) -> [Sums] {
    let size = lags.count + 1
    let longest = lags.last ?? 0
    let lost = difference.count - 1
    let differences = windows.series.map { values in
      (lost..<max(lost, values.count)).map { row in
        difference.enumerated().reduce(0.0) { $0 + $1.element * values[row - $1.offset] }
      }
    }
    return (0...LinearWindows.stretches).map { stage in
      var sums = Sums(
        squares: [Double](repeating: 0, count: size * size),
        products: [Double](repeating: 0, count: size))
      for (number, values) in differences.enumerated() {
        let end = windows.known(before: stage, series: number) - lost
        for row in longest..<max(longest, end) {
          let seen = lags.map { values[row - $0] } + [1]
          for one in 0..<size {
            for other in 0...one { sums.squares[one * size + other] += seen[one] * seen[other] }
            sums.products[one] += seen[one] * values[row]
          }
          sums.total += values[row] * values[row]
          sums.count += 1
        }
      }
      return sums
    }
  }

  /// - Returns: `nil` if there is none.
  private func map(
    _ sums: Sums, pull: Double, hasConstant: Bool, length: Int, horizon: Int
  ) -> LinearMap? {
    let size = lags.count + 1
    let used = hasConstant ? size : size - 1
    var matrix = [Double](repeating: 0, count: used * used)
    for row in 0..<used {
      for column in 0...row { matrix[row * used + column] = sums.squares[row * size + column] }
      matrix[row * used + row] +=
        (row < lags.count ? pull * sums.total : 0)
        + Self.leastPull * sums.total / Double(sums.count)
    }
    guard
      let found = Cholesky.solve(matrix, Array(sums.products.prefix(used)), size: used)
    else { return nil }
    var regression = [1.0] + [Double](repeating: 0, count: lags.last ?? 0)
    for (lag, weight) in zip(lags, found) { regression[lag] = -weight }
    return map(
      Self.product(regression, difference), constant: hasConstant ? found[lags.count] : 0,
      length: length, horizon: horizon)
  }

  /// Forecasts that go on so that `Σ polynomial · rows back = constant`.
  private func map(
    _ polynomial: [Double], constant: Double, length: Int, horizon: Int
  ) -> LinearMap {
    // What each row of the window counts in it and in each row that follows.
    var rows = (0..<length).map { row in (0..<length).map { $0 == row ? 1.0 : 0 } }
    var constants = [Double](repeating: 0, count: length)
    for _ in 0..<horizon {
      var next = [Double](repeating: 0, count: length)
      var own = constant
      for (back, weight) in polynomial.enumerated().dropFirst() where weight != 0 {
        let before = rows[rows.count - back]
        for index in 0..<length { next[index] -= weight * before[index] }
        own -= weight * constants[constants.count - back]
      }
      rows.append(next)
      constants.append(own)
    }
    return LinearMap(
      weights: (0..<length).flatMap { row in (0..<horizon).map { rows[length + $0][row] } },
      constants: Array(constants.suffix(horizon)))
  }
}
