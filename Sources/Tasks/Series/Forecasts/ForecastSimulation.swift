import Checkpoints
import Kernels
import Recurrent

/// Forecasts from a row on, further than the model's horizon by feeding forecasts back, with their intervals.
///
/// Within the horizon an interval is split conformal (Vovk, Gammerman & Shafer 2005; Lei et al. 2018) at each distance by
/// itself: the forecast plus and minus the error that so large a part of the known errors does not exceed. Further, many
/// paths err as known forecasts did and go on from there (bootstrapped residuals; Hyndman & Athanasopoulos, *Forecasting*,
/// 5.5), and the interval is the distance from the forecast that so large a part of the paths does not exceed.
final class ForecastSimulation {
  private let task: SeriesTask
  /// That of the series which is forecast.
  private var encoding: SeriesEncoding
  /// The errors of known forecasts, `[n, horizon]`, encoded.
  private var residuals: [Float]
  /// Those of the model, before any other rows were known.
  private let modelResiduals: [Float]
  /// One path, which does not err.
  private let point: Forecaster
  /// The paths that err; `nil` where nothing goes further than the horizon, or no error is known.
  private let paths: Forecaster?
  private let randomSeed: UInt64
  /// Draws from the residuals; of each series from its own beginning.
  private var generator: PhiloxGenerator
  private let coverage: Double
  /// The quantiles that intervals within the horizon go to; `nil` if they are made of known errors.
  private let ends: (lower: Int, upper: Int)?
  private let steps: Int

  /// The known errors that count: the newest; of several series some of each.
  static let mostErrors = 300
  /// The errors after which one counts half: the newest say most about the next ones (Barber et al. 2023).
  private static let halfLife = 50.0

  /// - Parameters:
  ///   - steps: How far forecasts go.
  ///   - coverage: How probable it is to be that the truth lies within an interval.
  ///   - paths: Those that intervals beyond the horizon are counted from.
  /// - Throws: `ConfigurationError`, also if a model of quantiles has no intervals of that coverage, or `OutOfMemory`.
  init(
    _ task: SeriesTask, scaling: Scaling, parameters: ParameterStore<Float>, steps: Int,
    coverage: Double, paths: Int, randomSeed: UInt64
  ) throws {
    self.task = task
    self.steps = steps
    encoding = SeriesEncoding(task, scaling)
    modelResiduals = Self.thinned(scaling.residuals, task)
    residuals = modelResiduals
    self.randomSeed = randomSeed
    self.coverage = coverage
    ends = try ForecastQuantiles(task.quantiles).ends(coverage: coverage)
    point = try Forecaster(task, scaling, parameters: parameters)
    self.paths =
      try residuals.count >= task.horizon && steps > task.horizon
      ? Forecaster(task, scaling, parameters: parameters, paths: paths) : nil
    generator = PhiloxGenerator(seed: randomSeed, stream: .sampling)
  }

  /// The errors of the model, of several series no more than count, from all over.
  private static func thinned(_ residuals: [Float], _ task: SeriesTask) -> [Float] {
    let rows = residuals.count / task.horizon
    guard task.key != nil, rows > mostErrors else { return residuals }
    return (0..<mostErrors).flatMap { number in
      let first = number * rows / mostErrors * task.horizon
      return residuals[first..<first + task.horizon]
    }
  }

  /// Turns to a series. What is drawn is a function of the random seed and its name, whatever other series are
  /// forecast.
  func begin(series key: String, encoding: SeriesEncoding) {
    self.encoding = encoding
    for forecaster in [point, paths] { forecaster?.turn(to: encoding.scaling) }
    residuals = modelResiduals
    // FNV-1a; a series without a name has the seed itself.
    let name = key.utf8.reduce(key.isEmpty ? 0 : 0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    generator = PhiloxGenerator(seed: randomSeed ^ name, stream: .sampling)
  }

  /// Takes the errors of further forecasts into account: the newest that are known.
  ///
  /// - Parameter errors: `[n, horizon]`, encoded.
  func learn(errors: [Float]) {
    guard !modelResiduals.isEmpty else { return }
    residuals = modelResiduals + errors
  }

  /// Stands behind some rows.
  ///
  /// - Parameters:
  ///   - rows: `[rows, columns]`, as the model reads them; of a state that is carried those that follow what the
  ///     reader has read.
  ///   - reader: Reads them once, in one path.
  /// - Throws: `ConfigurationError`.
  func begin(behind rows: ArraySlice<Float>, reader: Forecaster) throws(ConfigurationError) {
    if reader.isStateful { reader.readAhead(rows) }
    for forecaster in [point, paths].compactMap({ $0 }) {
      forecaster.reset()
      if !reader.isStateful {
        forecaster.readAhead(rows)
      } else if let state = reader.model.recurrentState {
        try forecaster.restore(state, row: 0)
      }
    }
  }

  /// Goes on from where it stands.
  ///
  /// - Parameters:
  ///   - last: The last row that is known, `[columns]`, as the model reads it, which it has not read yet; columns
  ///     other than the target stay as they are in it.
  ///   - before: The rows up to that one in the data's own units, as many as the encoding needs: `[rows, columns]`.
  ///   - coming: The rows that are forecast, of which all but the features is known: `[steps, columns]`, as the model reads
  ///     them; empty if it reads features alone.
  /// - Returns: The forecasts and their intervals, in the data's own units.
  func run(
    after last: ArraySlice<Float>, before: [Double], coming: ArraySlice<Float>
  ) -> [(value: Double, interval: ClosedRange<Double>?)] {
    let horizon = task.horizon
    var quantiles: [[Float]] = []
    let forecasts = run(point, after: last, coming) { _ in
      if quantiles.isEmpty { quantiles = point.quantileForecasts }
    }
    var decoder = encoding.decoder(after: before)
    let distances = ends == nil ? distances() : nil
    var results: [(value: Double, interval: ClosedRange<Double>?)] = []
    for step in 0..<min(steps, horizon) {
      if let ends {
        let (value, interval) = decoder.next(
          forecasts[step], from: quantiles[ends.lower][step], to: quantiles[ends.upper][step])
        results.append((task.bounded(value), task.bounded(interval)))
        continue
      }
      guard let distances else {
        results.append((task.bounded(decoder.next(forecasts[step])), nil))
        continue
      }
      let (value, interval) = decoder.next(forecasts[step], distance: distances[step])
      results.append((task.bounded(value), task.bounded(interval)))
    }
    guard steps > horizon else { return results }
    let values = (horizon..<steps).map { task.bounded(decoder.next(forecasts[$0])) }
    guard let paths else { return results + values.map { ($0, nil) } }
    let drawn = run(paths, after: last, coming) { err(&$0) }
    var decoders = (0..<paths.paths).map { _ in encoding.decoder(after: before) }
    let ends = (0..<steps).map { step in
      decoders.indices.map { decoders[$0].next(drawn[step * paths.paths + $0]) }
    }
    return results
      + zip(values, ends.dropFirst(horizon)).map { value, ends in
        let distance = Self.quantile(ends.map { abs($0 - value) }, coverage)
        return (value, task.bounded(ClosedRange(around: value, value - distance, value + distance)))
      }
  }

  /// Reads a row, and then forecast after forecast.
  ///
  /// - Parameter change: Takes the forecasts of each block, `[paths, horizon]`.
  /// - Returns: `[steps, paths]`, encoded.
  private func run(
    _ forecaster: Forecaster, after last: ArraySlice<Float>, _ coming: ArraySlice<Float>,
    _ change: (inout [Float]) -> Void
  ) -> [Float] {
    let (horizon, paths) = (task.horizon, forecaster.paths)
    var output = forecaster.read(last)
    var forecasts: [Float] = []
    var within = 0
    for step in 0..<steps {
      if within == 0 { change(&output) }
      for path in 0..<paths { forecasts.append(output[path * horizon + within]) }
      within += 1
      guard step + 1 < steps else { break }
      let place = within - 1
      // The next block is forecast from the whole of this one.
      let next = forecaster.read { path, column in
        if column == 0 { return output[path * horizon + place] }
        guard column < task.features.count || coming.isEmpty else {
          return coming[coming.startIndex + step * task.columnCount + column]
        }
        return encoding.unchanged(last[last.startIndex + column], column: column)
      }
      if within == horizon {
        output = next
        within = 0
      }
    }
    return forecasts
  }

  /// Has each path err as one known forecast did.
  private func err(_ output: inout [Float]) {
    let rows = residuals.count / task.horizon
    guard rows > 0 else { return }
    for path in 0..<output.count / task.horizon {
      let row = generator.uniform(below: rows)
      for step in 0..<task.horizon {
        output[path * task.horizon + step] += residuals[row * task.horizon + step]
      }
    }
  }

  /// How far intervals go to both sides at each distance; `nil` if no error is known.
  private func distances() -> [Float]? {
    let horizon = task.horizon
    let rows = residuals.count / horizon
    guard rows > 0 else { return nil }
    let errors = (0..<rows).suffix(Self.mostErrors).map { row in
      encoding.accumulated(Array(residuals[row * horizon..<(row + 1) * horizon]))
    }
    // Errors of other series are not older than these.
    let weights = errors.indices.map { row in
      task.key == nil
        ? Elementary.power(0.5, Double(errors.count - 1 - row) / Self.halfLife) : 1
    }
    return (0..<horizon).map { step in
      Float(
        Self.quantile(
          errors.map { Double(abs($0[step])) }, coverage, weights: weights, overlap: step + 1))
    }
  }

  /// The least of some numbers that a part of their weights does not exceed, or the largest: of n equal weights the
  /// ⌈(n + k) · part⌉-th smallest. Other weights are as good as n = (Σw)² / Σw² equal ones.
  ///
  /// - Parameter overlap: k: of forecasts k steps ahead that begin row by row, k lie over each other, and count as one.
  private static func quantile(
    _ values: [Double], _ part: Double, weights: [Double]? = nil, overlap: Int = 1
  ) -> Double {
    let weights = weights ?? values.map { _ in 1 }
    let total = weights.reduce(0, +)
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    let wanted = part * (total + Double(overlap) * squares / max(total, .leastNormalMagnitude))
    var sum = 0.0
    let sorted = zip(values, weights).sorted { $0.0 < $1.0 }
    for (value, weight) in sorted {
      sum += weight
      // Sums of weights are not exact.
      if sum >= wanted * (1 - 1e-12) { return value }
    }
    return sorted.last?.0 ?? 0
  }
}
