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
  /// Whether the target of a window is read as its distance from the last value.
  private let removesLevel: Bool
  /// What the model is to answer to each window, `[samples, horizon]`; empty where that is the rows behind it.
  private let answers: [Float]

  /// Windows that forecast rows of parts of some series.
  ///
  /// - Parameter parts: The rows to forecast and the series that they are in, among the rows of all, and what forecasts
  ///   of the series are without the model.
  init(
    windows parts: [(part: Range<Int>, series: Range<Int>, base: ForecastBase)],
    of values: [Float], features: Int, sequenceLength: Int, horizon: Int, members: Int = 1,
    quantiles: Int = 1
  ) {
    removesLevel = parts.first?.base.removesLevel ?? false
    self.horizon = horizon
    self.values = values
    self.features = features
    timeSteps = sequenceLength
    targetSteps = 1
    self.quantiles = quantiles
    targetUnits = horizon * members * quantiles
    var starts: [Int] = []
    var answers: [Float] = []
    for (part, series, base) in parts {
      let first = max(part.lowerBound, series.lowerBound + sequenceLength)
      for end in first..<max(first, part.upperBound - horizon + 1) {
        starts.append(end - sequenceLength)
        guard !base.isZero else { continue }
        answers += base.targets(
          values[(end - sequenceLength) * features..<end * features],
          truth: (end..<end + horizon).map { values[$0 * features] })
      }
    }
    (self.starts, self.answers) = (starts, answers)
  }

  /// The samples of a part of one series, read with a state that is carried from each to the next.
  ///
  /// - Parameter part: The rows to forecast.
  init(
    stretchesOf part: Range<Int>, of values: [Float], features: Int, sequenceLength: Int,
    horizon: Int, batch: Int, members: Int = 1, quantiles: Int = 1
  ) {
    (self.horizon, self.quantiles, removesLevel, answers) = (horizon, quantiles, false, [])
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
  func checkTargets(output: Int, loss: Loss, units: Int) throws(ConfigurationError) {
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
        let level = removesLevel ? values[(start + timeSteps - 1) * features] : 0
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
              answers.isEmpty
              ? values[(start + step + lag + lead) * features] : answers[sample * horizon + lead]
          }
        }
      }
    }
  }
}
