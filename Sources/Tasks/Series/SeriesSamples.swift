import Recurrent

/// Stretches of series with what follows them.
///
/// With windows, a sample is `sequenceLength` rows and the `horizon` rows behind them. With a state that is
/// carried, every row of a sample has the `horizon` rows behind it as its target, and each row of a batch reads a
/// stretch of its own, sample after sample.
struct SeriesSamples: SampleSource {
  var samples: Int { starts.count }
  let timeSteps: Int
  let features: Int
  let targetSteps: Int
  /// Each quantile of each step of the horizon, of each member.
  let targetUnits: Int
  /// The first row of each sample, among the rows of all series.
  let starts: [Int]
  /// `[rows, features]`, scaled; the target is the first of them.
  private let values: [Float]
  private let horizon: Int
  /// The values of each step.
  private let quantiles: Int
  /// What a window's forecasts are without the model; zeros if `nil`.
  private let base: ForecastBase?
  /// What the model is to answer to each window, `[samples, horizon]`, where that is not the rows behind it.
  private let answers: [Float]

  /// Windows that forecast rows of parts of some series.
  ///
  /// - Parameter parts: The rows to forecast and the series that they are in, among the rows of all.
  init(
    windows parts: [(part: Range<Int>, series: Range<Int>)], of values: [Float], features: Int,
    sequenceLength: Int, horizon: Int, members: Int = 1, quantiles: Int = 1,
    base: ForecastBase? = nil
  ) {
    let base = base.flatMap { $0.isZero ? nil : $0 }
    self.base = base
    self.horizon = horizon
    self.values = values
    self.features = features
    timeSteps = sequenceLength
    targetSteps = 1
    self.quantiles = quantiles
    targetUnits = horizon * members * quantiles
    let starts = parts.flatMap { part, series in
      let first = max(part.lowerBound, series.lowerBound + sequenceLength)
      let end = part.upperBound - horizon + 1
      return first < end ? Array(first - sequenceLength..<end - sequenceLength) : []
    }
    self.starts = starts
    answers =
      base.map { base in
        starts.flatMap { start in
          let end = start + sequenceLength
          return base.targets(
            values[start * features..<end * features],
            truth: (end..<end + horizon).map { values[$0 * features] })
        }
      } ?? []
  }

  /// The samples of a part of one series, read with a state that is carried from each to the next.
  ///
  /// - Parameter part: The rows to forecast.
  init(
    stretchesOf part: Range<Int>, of values: [Float], features: Int, sequenceLength: Int,
    horizon: Int, batch: Int, members: Int = 1, quantiles: Int = 1
  ) {
    (self.horizon, self.quantiles, base, answers) = (horizon, quantiles, nil, [])
    self.values = values
    self.features = features
    timeSteps = sequenceLength
    targetSteps = sequenceLength
    targetUnits = horizon * members * quantiles
    // The row before the part forecasts its first one.
    let from = max(0, part.lowerBound - 1)
    let count = max(0, part.upperBound - horizon - from) / (sequenceLength * batch)
    // What is left over is left out at the beginning: the newest rows matter most.
    let first = part.upperBound - horizon - count * sequenceLength * batch
    starts = (0..<count * batch).map { sample in
      first + (sample % batch * count + sample / batch) * sequenceLength
    }
  }

  /// Targets are numbers of the series always.
  func checkTargets(loss: Loss, units: Int) throws(ConfigurationError) {
    guard units == targetUnits, !loss.takesClasses else {
      throw ConfigurationError("the model gives \(units) values; the horizon is \(targetUnits)")
    }
  }

  func load(_ batch: SampleBatch) {
    let rows = batch.rows
    // Where the model answers at every step, each has a target; otherwise the last one only.
    let lag = timeSteps - targetSteps + 1
    values.withUnsafeBufferPointer { values in
      for row in 0..<rows {
        let sample = batch.sample(row)
        let start = starts[sample]
        let isLevelled = base?.removesLevel ?? false
        let level = isLevelled ? values[(start + timeSteps - 1) * features] : 0
        for step in 0..<timeSteps {
          for feature in 0..<features {
            batch.input[(step * rows + row) * features + feature] =
              values[(start + step) * features + feature] - (feature == 0 ? level : 0)
          }
        }
        for step in 0..<targetSteps {
          for unit in 0..<targetUnits {
            // Each member learns the same, and each quantile.
            let lead = unit / quantiles % horizon
            batch.values[(step * rows + row) * targetUnits + unit] =
              base == nil
              ? values[(start + step + lag + lead) * features] : answers[sample * horizon + lead]
          }
        }
      }
    }
  }
}
