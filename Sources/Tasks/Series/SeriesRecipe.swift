import Checkpoints
import Kernels
import Recurrent

/// What a new model of series is like where nobody says otherwise: decided by the dates and the training part alone.
struct SeriesRecipe {
  /// The task with season, horizon, sequence length and lower bound.
  private(set) var task: SeriesTask
  let scaling: Scaling.Method
  /// The exponent that the target is transformed with; `nil` if it is taken as it is.
  private(set) var power: Double?
  /// What was decided, in a line; `nil` if everything was said.
  let note: String?

  /// Seasons that a window looks back on, where there are rows enough.
  private static let seasons = 3
  /// The least steps that are forecast at once, in whole seasons.
  private static let leastHorizon = 12
  /// The longest season that is forecast whole, and that a window looks back on: a week of hours.
  private static let longestSeason = 168
  /// A window takes at most this part of the rows to train on.
  private static let windowPart = 3

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
    let rows = training.map { $0.count / width }.max() ?? 0
    if !task.isStateful { Self.decideWindow(&decided, rows: rows) }
    let targets = training.map { rows in
      stride(from: rows.startIndex, to: rows.endIndex, by: width).map { rows[$0] }
    }
    if task.lowerBound == nil, scaling == .window, targets.allSatisfy({ $0.allSatisfy { $0 >= 0 } })
    {
      decided.lowerBound = 0
    }
    switch task.transform {
    case .power(let exponent?): power = exponent
    case .power(nil):
      power = GuerreroRule.exponent(
        targets, season: decided.season ?? 1, among: GuerreroRule.allExponents)
    case .some(.none): power = nil
    case nil:
      power =
        scaling == .window
        ? GuerreroRule.exponent(targets, season: decided.season ?? 1, among: [0, 1]) : nil
    }
    // As it is, but for a constant.
    if power == 1 { power = nil }
    self.task = decided
    note = scaling == .window ? Self.note(decided, power: power) : nil
  }

  /// Sequence length and horizon follow the season.
  private static func decideWindow(_ task: inout SeriesTask, rows: Int) {
    let season = task.season.flatMap { $0 > longestSeason ? nil : $0 } ?? 1
    if !task.isHorizonGiven, task.season != nil || task.date != nil {
      let whole = (leastHorizon + season - 1) / season * season
      task.horizon = min(whole, max(1, rows / windowPart))
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

  private static func note(_ task: SeriesTask, power: Double?) -> String {
    var parts = ["windows of \(task.sequenceLength) rows", "horizon \(task.horizon)"]
    if let season = task.season { parts.insert("a season of \(season) rows", at: 0) }
    if let power { parts.append(power == 0 ? "logarithms" : "Box-Cox with exponent \(power)") }
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

  /// The exponent for most of some series; 1 if any has values that are not positive, or most are too short.
  ///
  /// - Parameter targets: The values of each series.
  static func exponent(_ targets: [[Double]], season: Int, among exponents: [Double]) -> Double {
    guard targets.allSatisfy({ $0.allSatisfy { $0 > 0 } }) else { return 1 }
    let votes = targets.map { exponent($0, season: season, among: exponents) }.sorted()
    return votes.isEmpty ? 1 : votes[votes.count / 2]
  }

  private static func exponent(
    _ values: [Double], season: Int, among exponents: [Double]
  ) -> Double {
    let length = season > 1 ? season : blockRows
    let count = values.count / length
    guard count >= fewestBlocks else { return 1 }
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
