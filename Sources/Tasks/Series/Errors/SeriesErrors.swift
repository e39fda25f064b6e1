/// How far some forecasts were from the truth.
package struct ErrorSums: Sendable {
  /// The values that were forecast.
  package private(set) var count = 0
  private var squares = 0.0
  private var absolutes = 0.0
  private var scaled = 0.0
  private var percentages = 0.0

  /// - Parameter scale: What the error is compared with for ``mase``.
  mutating func add(forecast: Double, truth: Double, scale: Double) {
    let error = abs(forecast - truth)
    count += 1
    squares += error * error
    absolutes += error
    scaled += error / scale
    let size = abs(forecast) + abs(truth)
    percentages += size > 0 ? 200 * error / size : 0
  }

  mutating func add(_ other: ErrorSums) {
    count += other.count
    squares += other.squares
    absolutes += other.absolutes
    scaled += other.scaled
    percentages += other.percentages
  }

  private func mean(_ sum: Double) -> Double { sum / Double(max(1, count)) }

  /// The root of the mean squared error, in the data's own units.
  package var rmse: Double { mean(squares).squareRoot() }
  /// The mean absolute error, in the data's own units.
  package var mae: Double { mean(absolutes) }
  /// The mean absolute error beside that of the seasonal naive forecast one step ahead in the training part; of the last
  /// value where there is no season (Hyndman & Koehler 2006).
  package var mase: Double { mean(scaled) }
  /// The mean of 200 · |error| / (|forecast| + |truth|), in per cent.
  package var smape: Double { mean(percentages) }
}

/// How far a model's forecasts were from the truth, beside those of simple methods for the same values.
package struct SeriesErrors: Sendable {
  /// What was forecast: `training`, `validation`, `test`, `all`; or a distance.
  package let part: String
  package private(set) var model = ErrorSums()
  /// By the names of the methods, in their order.
  package private(set) var baselines: [(name: String, errors: ErrorSums)] = []

  init(part: String) { self.part = part }

  package var count: Int { model.count }
  package var rmse: Double { model.rmse }
  package var mae: Double { model.mae }

  /// - Parameter scale: What errors are compared with for ``ErrorSums/mase``.
  mutating func add(
    forecast: Double, baselines values: [(name: String, value: Double)], truth: Double,
    scale: Double
  ) {
    model.add(forecast: forecast, truth: truth, scale: scale)
    for (name, value) in values { self[name].add(forecast: value, truth: truth, scale: scale) }
  }

  mutating func add(_ other: SeriesErrors) {
    model.add(other.model)
    for (name, errors) in other.baselines { self[name].add(errors) }
  }

  private subscript(name: String) -> ErrorSums {
    get { baselines.first { $0.name == name }?.errors ?? ErrorSums() }
    set {
      guard let index = baselines.firstIndex(where: { $0.name == name }) else {
        baselines.append((name, newValue))
        return
      }
      baselines[index].errors = newValue
    }
  }
}
