import Checkpoints

/// What simple methods forecast for one series, in the data's own units: the last value, the value a season ago, the line
/// from the first value through the last, and a linear autoregression.
struct SeriesBaselines {
  /// What errors are compared with: the mean absolute change over a season, or a row, in the training part.
  let scale: Double
  private let targets: [Double]
  /// The rows of the series, `[rows, columns]`.
  private let values: [Double]
  private let season: Int?
  private let encoding: SeriesEncoding
  private let encoded: [Float]
  private let columns: Int
  /// Forecasts by the linear part alone; `nil` if there is none.
  private let linear: ForecastBase?

  /// - Parameters:
  ///   - encoded: `[rows, columns]`.
  ///   - scaling: That of the series, with a linear part, or one that was fitted for the comparison.
  ///   - training: The rows to train on.
  init(
    _ task: SeriesTask, _ series: SeriesTable.Series, encoded: [Float], by encoding: SeriesEncoding,
    scaling: Scaling, training: Range<Int>
  ) {
    columns = task.columnCount
    let columns = columns
    values = series.values
    targets = stride(from: 0, to: series.values.count, by: columns).map { series.values[$0] }
    season = task.season.flatMap { $0 > 1 ? $0 : nil }
    self.encoding = encoding
    self.encoded = encoded
    linear = scaling.linear == nil ? nil : ForecastBase(task, scaling)
    let lag = season ?? 1
    let known = targets.prefix(training.upperBound)
    let changes = zip(known, known.dropFirst(lag)).map { abs($0 - $1) }
    let mean = changes.reduce(0, +) / Double(max(1, changes.count))
    scale = mean > 0 ? mean : 1
  }

  /// The forecasts that begin with a row.
  ///
  /// - Parameter origin: From 1: at least one row is before it.
  /// - Returns: The methods with their forecasts, `[steps]`; those that there are rows enough for.
  func forecasts(from origin: Int, steps: Int) -> [(name: String, values: [Double])] {
    let last = targets[origin - 1]
    var all = [("last value", [Double](repeating: last, count: steps))]
    if let season, origin >= season {
      all.append(("seasonal naive", (0..<steps).map { targets[origin - season + $0 % season] }))
    }
    if origin > 1 {
      let slope = (last - targets[0]) / Double(origin - 1)
      all.append(("drift", (0..<steps).map { last + Double($0 + 1) * slope }))
    }
    if let linear, let values = autoregression(linear, from: origin, steps: steps) {
      all.append(("linear autoregression", values))
    }
    return all
  }

  private func autoregression(
    _ linear: ForecastBase, from origin: Int, steps: Int
  ) -> [Double]? {
    guard origin >= linear.length else { return nil }
    var window = Array(encoded[(origin - linear.length) * columns..<origin * columns])
    var decoder = encoding.decoder(
      after: Array(values[max(0, origin - encoding.memory) * columns..<origin * columns]))
    var results: [Double] = []
    while results.count < steps {
      for forecast in linear.forecasts(window[...]) where results.count < steps {
        results.append(decoder.next(Float(forecast)))
        // What is known ahead is that of the row.
        let coming = (origin + results.count - 1) * columns
        var row = Array(
          coming < encoded.count ? encoded[coming..<coming + columns] : window.suffix(columns))
        row[0] = Float(forecast)
        window = Array(window.dropFirst(columns)) + row
      }
    }
    return results
  }
}
