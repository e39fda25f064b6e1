/// The forecast of a series.
public struct Forecast: Sendable {
  /// One step ahead, two, ….
  public struct Step: Sendable {
    /// When it will be; `nil` if the data do not tell.
    public let date: String?
    public let value: Double
    /// Where the truth will be with the probability that was asked for; `nil` if no errors are known.
    public let interval: ClosedRange<Double>?
  }

  /// Which of several series; empty if there is one.
  public let key: String
  /// The last known values of the target, with their dates if there are any.
  public let known: [(date: String?, value: Double)]
  public let steps: [Step]
  /// Why the steps have no dates, where the rows have some.
  public let dateProblem: String?
}

/// How forecasts of so many steps would have done over the last part of a file.
public struct BackTest: Sendable {
  /// The forecasts of one distance.
  public struct Lead: Sendable {
    public let errors: SeriesErrors
    /// The part of the truths that lay within their intervals; `nil` if there are none.
    public let coverage: Double?
  }

  /// A forecast that was made, beside what came.
  public struct Row: Sendable {
    public let key: String
    /// The last row that was known, from 1, and its date.
    public let origin: Int
    public let date: String?
    /// The steps ahead.
    public let lead: Int
    public let truth: Double
    public let forecast: Forecast.Step
  }

  /// One step ahead, two, ….
  public let leads: [Lead]
  public let rows: [Row]
}
