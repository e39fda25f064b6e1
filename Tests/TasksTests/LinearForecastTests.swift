import Checkpoints
import Foundation
import Testing

@testable import Tasks

/// The linear part of forecasts beside NumPy, and transforms beside SciPy: `tools/series/make_reference.py`.
@Suite struct LinearForecastTests {
  private struct Reference: Decodable {
    struct Linear: Decodable {
      let series: [[Double]]
      let horizon: Int
      let longest: Int
      let season: Int
      let forecasts: [[Double]]
      let residuals: [[Double]]
    }
    struct Power: Decodable {
      let exponent: Double
      let value: Double
      let transformed: Double
      let restored: Double
    }
    let linear: [Linear]
    let powers: [Power]
  }

  private let reference: Reference

  init() throws {
    let url = try #require(
      Bundle.module.url(forResource: "series", withExtension: "json", subdirectory: "Reference"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  @Test func itIsTheMeanOfAllWays() throws {
    for expected in reference.linear {
      let parts = try #require(
        LinearParts(
          expected.series, horizon: expected.horizon, longest: expected.longest,
          season: expected.season))
      var task = SeriesTask(file: "", target: "value")
      (task.horizon, task.sequenceLength) = (expected.horizon, expected.longest)
      #expect(parts.forecast.own.count == (expected.series.count > 1 ? expected.series.count : 0))
      for (number, values) in expected.series.enumerated() {
        let scaling = Scaling(
          method: .window, columns: ["value"], offsets: [0], scales: [1],
          linear: parts.forecast.of(series: number))
        let window = values.suffix(expected.longest).map { Float($0) }
        let found = ForecastBase(task, scaling).forecasts(window[...])
        for (one, other) in zip(found, expected.forecasts[number]) {
          #expect(abs(one - other) < 1e-5)
        }
      }
      #expect(parts.residuals.count == expected.residuals.count * expected.horizon)
      for (one, other) in zip(parts.residuals, expected.residuals.joined()) {
        #expect(abs(Double(one) - other) < 1e-5)
      }
    }
  }

  @Test func transformsArePowers() {
    for expected in reference.powers {
      let power = PowerTransform(exponent: expected.exponent, floors: [1e-9])
      let found = power.transformed(expected.value)
      #expect(abs(found - expected.transformed) <= 1e-12 * max(1, abs(expected.transformed)))
      #expect(abs(power.restored(found) / expected.restored - 1) < 1e-9)
    }
    // What is not positive is taken as the least value.
    let power = PowerTransform(exponent: 0, fitting: [[4, 9, 8, 9]], columns: 2)
    #expect(power.floors == [2] && power.transformed(-3) == power.transformed(2))
    #expect(PowerTransform(exponent: 0.5, floors: [1]).restored(-5) == 0)
  }

  /// A deviation that grows with the level calls for the logarithm, one that does not for none.
  @Test func theTrainingPartDecidesOnLogarithms() {
    let level = (0..<10).flatMap { year in [Double](repeating: Double(50 + 50 * year), count: 4) }
    let pattern = [1.0, 1.2, 0.8, 1.0]
    let growing = level.enumerated().map { $1 * pattern[$0 % 4] }
    let even = level.enumerated().map { $1 + 30 * pattern[$0 % 4] }
    #expect(GuerreroRule.exponents([growing], season: 4, among: [0, 1]) == [0])
    #expect(GuerreroRule.exponents([even], season: 4, among: [0, 1]) == [1])
    // Each series decides for itself; one that is too short goes with most, one with other signs is taken as it is.
    let exponents = GuerreroRule.exponents(
      [growing, even, growing, [3, 4], [1, -1]], season: 4, among: [0, 1])
    #expect(exponents == [0, 1, 0, 1, 1])
    #expect(GuerreroRule.exponents([growing, [3, 4]], season: 4, among: [0, 1]) == [0, 0])
    // The deviation of the square of a linear growth is that of a root.
    let roots = level.enumerated().map { ($1 / 50 + pattern[$0 % 4]) * ($1 / 50 + pattern[$0 % 4]) }
    let all = GuerreroRule.exponents([roots], season: 4, among: GuerreroRule.allExponents)[0]
    #expect(all == 0.5 || all == 0.4 || all == 0.6)
  }

  /// Differences of 1 and of 4 rows, by hand.
  @Test(arguments: [[1], [4], [1, 4]])
  func differencesAreUndone(lags: [Int]) {
    let values = (0..<20).map { Double(($0 * $0 * 7) % 23) }
    var task = SeriesTask(file: "", target: "value")
    task.differences = lags
    let scaling = Scaling(method: .standard, columns: ["value"], offsets: [3], scales: [2])
    let encoding = SeriesEncoding(task, scaling)
    let memory = lags.reduce(0, +)
    #expect(encoding.memory == memory)
    let encoded = encoding.encoded(values)
    for row in memory..<20 {
      var change = { (row: Int) in values[row] }
      for lag in lags {
        let before = change
        change = { before($0) - before($0 - lag) }
      }
      #expect(abs(Double(encoded[row]) - (change(row) - 3) / 2) < 1e-6)
      #expect(
        encoding.encoded(values[row], after: Array(values[..<row]), column: 0) == encoded[row])
    }
    var decoder = encoding.decoder(after: Array(values[..<12]))
    for row in 12..<20 { #expect(abs(decoder.next(encoded[row]) - values[row]) < 1e-5) }
    // An error that is made once stays, or comes again a season later.
    let errors: [Float] = [1] + [Float](repeating: 0, count: 8)
    let sums = encoding.accumulated(errors)
    #expect(
      sums
        == (lags == [1]
          ? [Float](repeating: 1, count: 9)
          : lags == [4] ? [1, 0, 0, 0, 1, 0, 0, 0, 1] : [1, 1, 1, 1, 2, 2, 2, 2, 3]))
  }

  /// Least squares of 2 answers of 1 with 1 and 0.5 beyond the linear part say 0.75; what is left, 2 · 0.25², is a
  /// variance of 0.03125 of that share for a horizon of 1, and twice as much for one of 2.
  @Test func networksCountAsFarAsTheirShareIsClear() {
    for horizon in [1, 2] {
      var share = NetworkShare(horizon: horizon)
      #expect(share.value == 1)
      share.add(answer: 1, missed: 1)
      share.add(answer: 1, missed: 0.5)
      let variance = 0.0625 * Double(horizon) / 2
      #expect(abs(share.value - 0.75 * (1 - variance / 0.5625)) < 1e-12)
      // What is wrong more often than right counts nothing.
      share.add(answer: 2, missed: -4)
      #expect(share.value == 0)
    }
    var clear = NetworkShare(horizon: 1)
    clear.add(answer: 1, missed: 1)
    clear.add(answer: -3, missed: -3)
    #expect(clear.value == 1)
  }

  /// Errors by hand: MASE beside the mean change over a season of the training part.
  @Test func errorsAreMeasured() {
    var sums = ErrorSums()
    sums.add(forecast: 8, truth: 10, scale: 4)
    sums.add(forecast: 7, truth: 3, scale: 4)
    #expect(sums.rmse == 10.0.squareRoot() && sums.mae == 3 && sums.mase == 0.75)
    #expect(abs(sums.smape - (200 * 2 / 18.0 + 200 * 4 / 10.0) / 2) < 1e-12)
    var task = SeriesTask(file: "", target: "value")
    task.season = 2
    let values = [1, 5, 2, 7, 4, 6.0]
    let scaling = Scaling(method: .none, columns: ["value"], offsets: [0], scales: [1])
    let baselines = SeriesBaselines(
      task, SeriesTable.Series(key: "", values: values), encoded: values.map { Float($0) },
      by: SeriesEncoding(task, scaling), scaling: scaling, training: 0..<4)
    #expect(baselines.scale == 1.5)
    let found = baselines.forecasts(from: 4, steps: 3)
    #expect(found.map(\.name) == ["last value", "seasonal naive", "drift"])
    #expect(found.map(\.values) == [[7, 7, 7], [2, 7, 2], [9, 11, 13]])
  }
}
