/// How far forecasts were from the truth, in the data's own units, and how far the last known value was.
package struct SeriesErrors: Sendable {
  /// What was forecast: `training`, `validation`, `test`, `all`.
  package let part: String
  /// The values that were forecast.
  package private(set) var count = 0
  private var squares = 0.0
  private var absolutes = 0.0
  private var naiveSquares = 0.0
  private var naiveAbsolutes = 0.0

  init(part: String) { self.part = part }

  mutating func add(forecast: Double, naive: Double, truth: Double) {
    count += 1
    squares += (forecast - truth) * (forecast - truth)
    absolutes += abs(forecast - truth)
    naiveSquares += (naive - truth) * (naive - truth)
    naiveAbsolutes += abs(naive - truth)
  }

  private func mean(_ sum: Double) -> Double { sum / Double(max(1, count)) }

  /// The root of the mean squared error.
  package var rmse: Double { mean(squares).squareRoot() }
  /// The mean absolute error.
  package var mae: Double { mean(absolutes) }
  /// The same of the forecast that nothing changes.
  package var naiveRMSE: Double { mean(naiveSquares).squareRoot() }
  package var naiveMAE: Double { mean(naiveAbsolutes) }
}
