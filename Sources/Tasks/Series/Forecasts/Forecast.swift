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
  /// The rows after which a season comes again; `nil` if the dates show none.
  package let season: Int?
  /// Why the steps have no dates, where the rows have some.
  package let dateProblem: String?
}
