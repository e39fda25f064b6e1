import Recurrent

/// The quantiles that a model gives of each step: the middle one is its forecast, and two that leave out as much on both
/// sides are the ends of an interval.
struct ForecastQuantiles: Equatable {
  /// Between 0 and 1, rising; empty if the model gives forecasts alone.
  let levels: [Double]
  /// The values that the model gives of each step.
  let perStep: Int
  /// Which of these is the forecast.
  let middle: Int

  init(_ levels: [Double]) {
    self.levels = levels
    perStep = max(1, levels.count)
    middle = levels.firstIndex(of: 0.5) ?? 0
  }

  /// The pairs that intervals are between, the widest first.
  private var pairs: [(lower: Int, upper: Int)] {
    levels.indices.prefix(middle).compactMap { lower in
      levels.firstIndex { abs($0 - (1 - levels[lower])) < Self.tolerance }.map { (lower, $0) }
    }
  }

  private static let tolerance = 1e-9

  /// The probability of the widest interval; `nil` if the quantiles make none.
  var coverage: Double? { pairs.first.map { coverage(of: $0) } }

  private func coverage(of pair: (lower: Int, upper: Int)) -> Double {
    // 0.9, not 0.8999999999999999.
    ((levels[pair.upper] - levels[pair.lower]) * 1e9).rounded() / 1e9
  }

  /// The quantiles between which true values are with a probability; `nil` if intervals are not made of quantiles.
  ///
  /// - Throws: `ConfigurationError` if they are, but of other probabilities.
  func ends(coverage: Double) throws(ConfigurationError) -> (lower: Int, upper: Int)? {
    let pairs = pairs
    guard !pairs.isEmpty else { return nil }
    if let pair = pairs.first(where: { abs(self.coverage(of: $0) - coverage) < Self.tolerance }) {
      return pair
    }
    let known = pairs.map { "\(self.coverage(of: $0))" }.joined(separator: ", ")
    throw ConfigurationError(
      "the model gives quantiles, whose intervals have a coverage of \(known), not \(coverage)")
  }
}

extension Loss {
  /// How the loss of quantiles is named, with an example.
  static let quantileForm = "quantile:0.05,0.5,0.95"

  /// The loss of quantiles of a name such as ``quantileForm``.
  ///
  /// - Returns: `nil` if the name is one of another loss.
  /// - Throws: `ConfigurationError` if they cannot be learned.
  static func quantile(named name: String) throws(ConfigurationError) -> Loss? {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "quantile" else { return nil }
    let fields = parts[1].split(separator: ",", omittingEmptySubsequences: false)
    let numbers = fields.compactMap { Double($0) }
    guard numbers.count == fields.count, areQuantiles(numbers) else {
      throw ConfigurationError(
        "the loss \(name) must name quantiles that rise between 0 and 1, the forecast, 0.5, among them"
      )
    }
    return .quantile(numbers)
  }
}
