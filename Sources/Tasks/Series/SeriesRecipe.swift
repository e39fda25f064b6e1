import Checkpoints
import Kernels
import Recurrent

/// What a new model of series is like where nobody says otherwise: decided by the dates and the training part alone.
struct SeriesRecipe {
  /// The task with season, horizon, sequence length and lower bound.
  private(set) var task: SeriesTask
  let scaling: Scaling.Method
  /// The exponent that the target of each series is transformed with; 1 where it is taken as it is.
  let powers: [Double]
  /// What was decided, in a line; `nil` if everything was said.
  let note: String?

  /// Seasons that a window looks back on, where there are rows enough.
  private static let seasons = 5
  /// The least steps that are forecast at once, in whole seasons.
  private static let leastHorizon = 12
  /// The longest season that is forecast whole, and that a window looks back on: a week of hours.
  private static let longestSeason = 168
  /// A window takes at most this part of the rows to train on, and so does a horizon.
  private static let windowPart = 2
  private static let horizonPart = 3

  /// - Throws: `ConfigurationError` if a split is out of range.
  init(_ task: SeriesTask, _ table: SeriesTable, validationSplit: Double) throws {
    let width = table.columns.count
    let training = try table.series.indices.map { number in
      let parts = try SeriesParts(
        rows: table.rows(of: number), validationSplit: validationSplit, testSplit: task.testSplit)
      return table.series[number].values[..<(parts.training.count * width)]
    }
    scaling =
      task.scaling ?? (task.isStateful || !task.differences.isEmpty ? .standard : .window)
    var decided = task
    decided.season = task.season ?? table.season
    // Of several series at least half have rows enough for what is decided.
    let rows = training.map { $0.count / width }.sorted()[training.count / 2]
    if !task.isStateful { Self.decideWindow(&decided, rows: rows) }
    let targets = training.map { rows in
      stride(from: rows.startIndex, to: rows.endIndex, by: width).map { rows[$0] }
    }
    if task.lowerBound == nil, scaling == .window, targets.allSatisfy({ $0.allSatisfy { $0 >= 0 } })
    {
      decided.lowerBound = 0
    }
    switch task.transform {
    case .power(let exponent?): powers = targets.map { _ in exponent }
    case .power(nil):
      powers = GuerreroRule.exponents(
        targets, season: decided.season ?? 1, among: GuerreroRule.allExponents)
    case nil where scaling == .window:
      powers = GuerreroRule.exponents(targets, season: decided.season ?? 1, among: [0, 1])
    case .some(.none), nil: powers = targets.map { _ in 1 }
    }
    self.task = decided
    note = scaling == .window ? Self.note(decided, powers: powers) : nil
  }

  /// Sequence length and horizon follow the season.
  private static func decideWindow(_ task: inout SeriesTask, rows: Int) {
    let season = task.season.flatMap { $0 > longestSeason ? nil : $0 } ?? 1
    if !task.isHorizonGiven, task.season != nil || task.date != nil {
      let whole = (leastHorizon + season - 1) / season * season
      task.horizon = min(whole, max(1, rows / horizonPart))
    }
    guard !task.isLengthGiven else { return }
    let most = max(1, rows / windowPart)
    if season > 1 {
      // Quarters and half-days are short; a window is of whole seasons, and of some twelve rows.
      let wanted = max(
        min(seasons * season, max(longestSeason / season, 1) * season),
        (leastHorizon + season - 1) / season * season)
      let whole = min(wanted, most) / season * season
      task.sequenceLength = whole > 0 ? whole : most
    } else {
      task.sequenceLength = min(task.sequenceLength, most)
    }
  }

  private static func note(_ task: SeriesTask, powers: [Double]) -> String {
    var parts = ["windows of \(task.sequenceLength) rows", "horizon \(task.horizon)"]
    if let season = task.season { parts.insert("a season of \(season) rows", at: 0) }
    for power in Set(powers).sorted() where power != 1 {
      let count = powers.count { $0 == power }
      parts.append(
        (power == 0 ? "logarithms" : "Box-Cox with exponent \(power)")
          + (count < powers.count ? " of \(count) of \(powers.count) series" : ""))
    }
    if task.lowerBound == 0 { parts.append("no forecast below 0") }
    return "\(task.target): \(parts.joined(separator: ", "))"
  }
}

/// Guerrero's choice of the exponent of a power transform (1993): the one with which the deviation within seasons varies
/// least from season to season, compared with the power of their mean that it would grow with.
enum GuerreroRule {
  static let allExponents = (0...10).map { Double($0) / 10 }
  /// The rows of a block where there is no season.
  private static let blockRows = 8
  private static let fewestBlocks = 3

  /// The exponent for each of some series: 1 for one with values that are not positive; that of most of the others for
  /// one that is too short to say.
  ///
  /// - Parameter targets: The values of each series.
  static func exponents(
    _ targets: [[Double]], season: Int, among exponents: [Double]
  ) -> [Double] {
    let own = targets.map { values -> Double? in
      values.allSatisfy { $0 > 0 } ? exponent(values, season: season, among: exponents) : 1
    }
    let most = most(own.compactMap { $0 })
    return own.map { $0 ?? most }
  }

  /// The middle one; 1 if there are none.
  static func most(_ exponents: [Double]) -> Double {
    exponents.isEmpty ? 1 : exponents.sorted()[exponents.count / 2]
  }

  /// - Returns: `nil` if there are too few values.
  private static func exponent(
    _ values: [Double], season: Int, among exponents: [Double]
  ) -> Double? {
    let length = season > 1 ? season : blockRows
    let count = values.count / length
    guard count >= fewestBlocks else { return nil }
    let blocks = (0..<count).map { number -> (mean: Double, deviation: Double) in
      let first = values.count - (count - number) * length
      let block = values[first..<first + length]
      let mean = block.reduce(0, +) / Double(length)
      let squares = block.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(length)).squareRoot())
    }
    var best = (exponent: 1.0, variation: Double.infinity)
    for exponent in exponents.reversed() {
      let ratios = blocks.map { $0.deviation / Elementary.power($0.mean, 1 - exponent) }
      let mean = ratios.reduce(0, +) / Double(count)
      let squares = ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let variation = (squares / Double(count)).squareRoot() / mean
      if variation < best.variation { best = (exponent, variation) }
    }
    return best.exponent
  }
}
