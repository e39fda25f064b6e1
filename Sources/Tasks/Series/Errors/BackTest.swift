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
  /// All steps together, and those of each series.
  package let errors: PartErrors
  /// The fraction of all true values within their intervals; `nil` if there are none.
  package let coverage: Double?
  package let rows: [Row]

  init(_ collected: BackTestErrors, hasIntervals: Bool) {
    rows = collected.rows
    errors = PartErrors(keys: collected.series.map(\.key), collected.series.map(\.errors))
    leads = zip(collected.leads, collected.within).map { errors, within in
      Lead(
        errors: errors,
        coverage: hasIntervals ? Double(within) / Double(max(1, errors.count)) : nil)
    }
    coverage =
      hasIntervals
      ? Double(collected.within.reduce(0, +)) / Double(max(1, collected.rows.count)) : nil
  }
}

/// The errors of a part of the data, of all series and of each.
package struct PartErrors: Sendable {
  package let all: SeriesErrors
  /// By name, where there are several series.
  package let series: [(key: String, errors: SeriesErrors)]

  init(keys: [String], _ errors: [SeriesErrors]) {
    var all = SeriesErrors(part: errors.first?.part ?? "all")
    for own in errors { all.add(own) }
    self.all = all
    series = keys == [""] ? [] : Array(zip(keys, errors)).filter { $0.1.count > 0 }
  }
}

/// The errors of a back-test as it goes on.
struct BackTestErrors {
  private(set) var leads: [SeriesErrors]
  /// The true values of each distance that are within their intervals.
  private(set) var within: [Int]
  private(set) var series: [(key: String, errors: SeriesErrors)] = []
  private(set) var rows: [BackTest.Row] = []

  init(steps: Int) {
    leads = (1...max(1, steps)).map { SeriesErrors(part: String($0)) }
    within = [Int](repeating: 0, count: leads.count)
  }

  /// Adds a forecast.
  ///
  /// - Parameters:
  ///   - truth: `[steps]`.
  ///   - origin: The first row that is forecast.
  mutating func add(
    _ results: [(value: Double, interval: ClosedRange<Double>?)], truth: [Double], origin: Int,
    of own: SeriesTable.Series, _ baselines: SeriesBaselines
  ) {
    if series.last?.key != own.key { series.append((own.key, SeriesErrors(part: "all"))) }
    let simple = baselines.forecasts(from: origin, steps: results.count)
    for (step, result) in results.enumerated() {
      let values = simple.map { (name: $0.name, value: $0.values[step]) }
      leads[step].add(
        forecast: result.value, baselines: values, truth: truth[step], scale: baselines.scale)
      series[series.count - 1].errors.add(
        forecast: result.value, baselines: values, truth: truth[step], scale: baselines.scale)
      if result.interval?.contains(truth[step]) ?? false { within[step] += 1 }
      rows.append(
        BackTest.Row(
          key: own.key, origin: origin,
          date: own.dates.isEmpty ? nil : own.dates[origin + step], lead: step + 1,
          truth: truth[step],
          forecast: Forecast.Step(date: nil, value: result.value, interval: result.interval)))
    }
  }
}
