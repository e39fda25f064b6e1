import Checkpoints
import Recurrent

/// Forecasts further than the model's horizon, by feeding forecasts back, and intervals, by doing that in many
/// paths in which the forecasts err as they did on the part for validation (Hyndman & Athanasopoulos, *Forecasting*,
/// 5.5: bootstrapped residuals).
final class ForecastSimulation {
  private let task: SeriesTask
  /// That of the series which is forecast.
  private var encoding: SeriesEncoding
  private let residuals: [Float]
  /// Its first path does not err.
  private let forecaster: Forecaster
  private let randomSeed: UInt64
  /// Draws from the residuals; of each series from its own beginning.
  private var generator: PhiloxGenerator
  private let coverage: Double
  /// The rows of residuals, each of the horizon.
  private let residualRows: Int

  /// - Parameters:
  ///   - coverage: How probable it is to be that the truth lies within an interval.
  ///   - paths: Those that intervals are counted from.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  init(
    _ task: SeriesTask, scaling: Scaling, parameters: ParameterStore<Float>,
    coverage: Double, paths: Int, randomSeed: UInt64
  ) throws {
    self.task = task
    encoding = SeriesEncoding(task, scaling)
    residuals = scaling.residuals
    self.randomSeed = randomSeed
    self.coverage = coverage
    residualRows = residuals.count / task.horizon
    forecaster = try Forecaster(
      task, parameters: parameters, paths: residualRows > 0 ? 1 + paths : 1)
    generator = PhiloxGenerator(seed: randomSeed, stream: .sampling)
  }

  /// Turns to a series. What is drawn is a function of the random seed and its name, whatever other series are
  /// forecast.
  func begin(series key: String, encoding: SeriesEncoding) {
    self.encoding = encoding
    // FNV-1a; a series without a name has the seed itself.
    let name = key.utf8.reduce(key.isEmpty ? 0 : 0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    generator = PhiloxGenerator(seed: randomSeed ^ name, stream: .sampling)
  }

  /// Stands behind some rows.
  ///
  /// - Parameters:
  ///   - rows: `[rows, columns]`, as the model reads them; of a state that is carried those that follow what the
  ///     reader has read.
  ///   - reader: Reads them once, in one path.
  /// - Throws: `ConfigurationError`.
  func begin(behind rows: ArraySlice<Float>, reader: Forecaster) throws(ConfigurationError) {
    forecaster.reset()
    guard reader.isStateful else { return forecaster.readAhead(rows) }
    reader.readAhead(rows)
    if let state = reader.model.recurrentState { try forecaster.restore(state, row: 0) }
  }

  /// Goes on from where it stands.
  ///
  /// - Parameters:
  ///   - last: The last row that is known, `[columns]`, as the model reads it, which it has not read yet; columns
  ///     other than the target stay as they are in it.
  ///   - value: The target in that row.
  /// - Returns: The forecasts and their intervals, in the data's own units.
  func run(
    after last: ArraySlice<Float>, value: Double, steps: Int
  ) -> [(value: Double, interval: ClosedRange<Double>?)] {
    let horizon = task.horizon
    let paths = forecaster.paths
    var output = Array(forecaster.read(last))
    var results: [(value: Double, interval: ClosedRange<Double>?)] = []
    var values = [Double](repeating: value, count: paths)
    var within = 0
    while results.count < steps {
      if within == 0 { err(&output) }
      for path in 0..<paths {
        values[path] = encoding.decoded(output[path * horizon + within], after: values[path])
      }
      results.append((values[0], interval(of: values.dropFirst())))
      within += 1
      let step = within - 1
      // The next block is forecast from the whole of this one.
      let next = forecaster.read { path, column in
        column == 0
          ? output[path * horizon + step]
          : encoding.unchanged(last[last.startIndex + column], column: column)
      }
      if within == horizon {
        output = Array(next)
        within = 0
      }
    }
    return results
  }

  /// Has each path but the first err as one forecast of the validation did.
  private func err(_ output: inout [Float]) {
    guard residualRows > 0 else { return }
    for path in 1..<forecaster.paths {
      let row = generator.uniform(below: residualRows)
      for step in 0..<task.horizon {
        output[path * task.horizon + step] += residuals[row * task.horizon + step]
      }
    }
  }

  private func interval(of values: ArraySlice<Double>) -> ClosedRange<Double>? {
    let sorted = values.sorted()
    guard let least = sorted.first, let most = sorted.last, least <= most else { return nil }
    func quantile(_ part: Double) -> Double {
      let place = part * Double(sorted.count - 1)
      let below = Int(place)
      guard below + 1 < sorted.count else { return most }
      return sorted[below] + (place - Double(below)) * (sorted[below + 1] - sorted[below])
    }
    let (lower, upper) = (quantile((1 - coverage) / 2), quantile((1 + coverage) / 2))
    return lower <= upper ? lower...upper : nil
  }
}
