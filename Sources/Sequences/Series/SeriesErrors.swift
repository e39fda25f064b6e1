/// How far forecasts were from the truth, in the data's own units, and how far the last known value was.
public struct SeriesErrors: Sendable {
  /// What was forecast: `training`, `validation`, `test`, `all`.
  public let part: String
  /// The values that were forecast.
  public private(set) var count = 0
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
  public var rmse: Double { mean(squares).squareRoot() }
  /// The mean absolute error.
  public var mae: Double { mean(absolutes) }
  /// The same of the forecast that nothing changes.
  public var naiveRMSE: Double { mean(naiveSquares).squareRoot() }
  public var naiveMAE: Double { mean(naiveAbsolutes) }
}
