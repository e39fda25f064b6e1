/// Intervals of a live stream whose coverage follows it: adaptive conformal inference (Gibbs & Candès 2021), for each
/// distance by itself.
///
/// An interval goes as far as the newest errors of its distance did, all but a part of them. Each time a true value falls
/// outside, the part becomes smaller; each time it falls inside, a little larger, so that in the long run as many fall
/// inside as was asked for, whatever the stream does.
struct AdaptiveIntervals {
  let coverage: Double
  private let horizon: Int
  /// The part of errors that each distance leaves out; may be below 0 for a while.
  private var parts: [Double]
  /// The newest forecasts that no truth is known of yet, `[≤ horizon, horizon]`, the newest last.
  private var pending: [[Double]] = []
  /// The newest errors of each distance, the newest last.
  private var errors: [[Double]]

  /// The errors of each distance that are kept.
  private static let mostErrors = 100
  /// How far a part moves at an error.
  private static let pace = 0.03
  /// How much further than the largest error an interval goes where no part is to be left out.
  private static let beyond = 1.5

  /// - Parameter errors: Known errors of each row, `[n, horizon]`.
  init(coverage: Double, horizon: Int, errors: [[Double]]) {
    self.coverage = coverage
    self.horizon = horizon
    parts = [Double](repeating: 1 - coverage, count: horizon)
    self.errors = (0..<horizon).map { step in
      errors.suffix(Self.mostErrors).map { abs($0[step]) }
    }
  }

  /// How far the interval of each distance goes to both sides; `nil` where no error is known.
  var distances: [Double?] {
    zip(errors, parts).map { errors, part in
      guard let largest = errors.max() else { return nil }
      let rank = Int((Double(errors.count + 1) * (1 - min(max(part, 0), 1))).rounded(.up))
      guard rank <= errors.count else { return Self.beyond * largest }
      return errors.sorted()[max(rank, 1) - 1]
    }
  }

  /// Takes a true value, which comes before the forecasts that are made from it.
  mutating func take(truth: Double) {
    let distances = distances
    for (age, forecast) in pending.reversed().enumerated() where age < horizon {
      let error = abs(truth - forecast[age])
      if let distance = distances[age] {
        parts[age] += Self.pace * (1 - coverage - (error > distance ? 1 : 0))
      }
      if errors[age].count == Self.mostErrors { errors[age].removeFirst() }
      errors[age].append(error)
    }
  }

  /// Takes the forecasts that follow a true value: `[horizon]`.
  mutating func take(forecasts: [Double]) {
    if pending.count == horizon { pending.removeFirst() }
    pending.append(forecasts)
  }
}

// MARK: - In a file

extension AdaptiveIntervals {
  /// All of it as numbers, as many for each series: the coverage, the parts, the pending forecasts and the errors, with
  /// NaN for those that are not there.
  var numbers: [Double] {
    func padded(_ values: [Double], _ count: Int) -> [Double] {
      [Double](repeating: .nan, count: count - values.count) + values
    }
    return [coverage] + parts + padded(pending.flatMap { $0 }, horizon * horizon)
      + errors.flatMap { padded($0, Self.mostErrors) }
  }

  /// - Returns: `nil` if the numbers are not those of such intervals.
  init?(numbers: [Double], horizon: Int) {
    let first = 1 + horizon + horizon * horizon
    guard numbers.count == first + horizon * Self.mostErrors, numbers[0] > 0, numbers[0] < 1,
      numbers[1...horizon].allSatisfy(\.isFinite)
    else { return nil }
    coverage = numbers[0]
    self.horizon = horizon
    parts = Array(numbers[1...horizon])
    let forecasts = numbers[(1 + horizon)..<first].filter { !$0.isNaN }
    guard forecasts.count % horizon == 0 else { return nil }
    pending = stride(from: 0, to: forecasts.count, by: horizon).map {
      Array(forecasts[$0..<$0 + horizon])
    }
    errors = (0..<horizon).map { step in
      let start = first + step * Self.mostErrors
      return numbers[start..<start + Self.mostErrors].filter { !$0.isNaN }
    }
  }
}
