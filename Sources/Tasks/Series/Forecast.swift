/// The forecast of a series.
package struct Forecast: Sendable {
  /// One step ahead, two, ….
  package struct Step: Sendable {
    /// When it will be; `nil` if the data have no dates.
    package let date: String?
    package let value: Double
    /// Where the truth will be with the probability that was asked for; `nil` if no errors are known.
    package let interval: ClosedRange<Double>?
  }

  /// Which of several series; empty if there is one.
  package let key: String
  /// The last known values of the target, with their dates if there are any.
  package let known: [(date: String?, value: Double)]
  package let steps: [Step]
  /// Why the steps have no dates, where the rows have some.
  package let dateProblem: String?
}

/// How forecasts of so many steps would have done over the last part of a file.
package struct BackTest: Sendable {
  /// The forecasts of one distance.
  package struct Lead: Sendable {
    package let errors: SeriesErrors
    /// The fraction of true values within their intervals; `nil` if there are none.
    package let coverage: Double?
  }

  /// A forecast that was made, beside what came.
  package struct Row: Sendable {
    package let key: String
    /// The last row that was known, from 1, and its date.
    package let origin: Int
    package let date: String?
    /// The steps ahead.
    package let lead: Int
    package let truth: Double
    package let forecast: Forecast.Step
  }

  /// One step ahead, two, ….
  package let leads: [Lead]
  package let rows: [Row]
}
