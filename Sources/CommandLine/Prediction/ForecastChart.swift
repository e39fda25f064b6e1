import Files
import Recurrent
import Tasks

/// Forecasts behind what is known, with their intervals and the seasonal naive forecast: the value a season before.
struct ForecastChart {
  let chart: Chart

  /// - Parameters:
  ///   - target: The column that is forecast.
  ///   - dates: The column of the dates; `nil` if there is none.
  ///   - coverage: How probable it is that the true value is within an interval.
  ///   - rows: The known rows to draw at most.
  ///   - range: The dates to draw; all of those if `nil`.
  /// - Throws: `ConfigurationError` if there are no such dates.
  init(
    _ forecasts: [Forecast], target: String, dates: String?, coverage: Double, rows: Int,
    range: String?
  ) throws {
    let steps = forecasts.first?.steps.count ?? 0
    let hasDates = forecasts.contains { $0.steps.contains { $0.date != nil } }
    chart = Chart(
      title: Self.title(
        "Forecast of \(target), \(steps) \(steps == 1 ? "step" : "steps")", forecasts.map(\.key)),
      valueName: target, rowName: hasDates ? dates ?? "" : "steps from the last row",
      panels: try forecasts.map { try Self.panel($0, coverage: coverage, rows: rows, range: range) }
    )
  }

  /// A title with the name of the only series.
  fileprivate static func title(_ title: String, _ keys: [String]) -> String {
    keys.count == 1 && !keys[0].isEmpty ? "\(title): \(keys[0])" : title
  }

  private static func panel(
    _ forecast: Forecast, coverage: Double, rows: Int, range: String?
  ) throws -> Chart.Panel {
    var known = Array(forecast.known.suffix(rows))
    let hasDates = forecast.steps.allSatisfy { $0.date != nil } && !forecast.steps.isEmpty
    // Older rows whose dates are not known have no place.
    if hasDates, let missing = known.lastIndex(where: { $0.date == nil }) {
      known = Array(known[(missing + 1)...])
    }
    let dates = hasDates ? (known.map(\.date) + forecast.steps.map(\.date)).compactMap { $0 } : []
    var panel = Chart.Panel(
      title: forecast.key, dates: dates, rows: known.count + forecast.steps.count,
      firstNumber: 1 - known.count,
      lines: [
        Chart.Line(name: "known", style: .known, first: 0, values: known.map(\.value)),
        // It begins at what is known.
        Chart.Line(
          name: "forecast", style: .forecast, first: max(0, known.count - 1),
          values: known.suffix(1).map(\.value) + forecast.steps.map(\.value)),
      ], bands: [], border: known.count)
    if let season = forecast.season, season <= forecast.known.count {
      let last = forecast.known.suffix(season).map(\.value)
      panel.lines.insert(
        Chart.Line(
          name: "seasonal naive (\(season) rows)", style: .baseline, first: known.count,
          values: forecast.steps.indices.map { last[$0 % season] }), at: 1)
    }
    let intervals = forecast.steps.compactMap(\.interval)
    if intervals.count == forecast.steps.count {
      panel.bands = [
        Chart.Band(name: interval(coverage), first: known.count, ranges: intervals)
      ]
    }
    return try range.map { try panel.part(of: $0) } ?? panel
  }

  fileprivate static func interval(_ coverage: Double) -> String {
    "\(fixed(coverage * 100, (coverage * 100).rounded() == coverage * 100 ? 0 : 1)) % interval"
  }
}

/// What was forecast over the test part, one step ahead and the most steps ahead, beside what came.
struct BackTestChart {
  let chart: Chart

  /// - Throws: `ConfigurationError` if there are no dates of the range.
  init(
    _ test: BackTest, target: String, dates: String?, coverage: Double, range: String?
  ) throws {
    var keys: [ExactText] = []
    var rows: [ExactText: [BackTest.Row]] = [:]
    for row in test.rows {
      let key = ExactText(row.key)
      if rows[key] == nil { keys.append(key) }
      rows[key, default: []].append(row)
    }
    let hasDates = test.rows.allSatisfy { $0.date != nil }
    chart = Chart(
      title: ForecastChart.title("Back-test of forecasts of \(target)", keys.map(\.text)),
      valueName: target, rowName: hasDates ? dates ?? "" : "row",
      panels: try keys.map { key in
        let panel = Self.panel(
          rows[key] ?? [], leads: test.leads.count, coverage: coverage, hasDates: hasDates)
        return try range.map { try panel.part(of: $0) } ?? panel
      })
  }

  private static func panel(
    _ rows: [BackTest.Row], leads: Int, coverage: Double, hasDates: Bool
  ) -> Chart.Panel {
    let first = rows.map { $0.origin + $0.lead }.min() ?? 0
    let last = rows.map { $0.origin + $0.lead }.max() ?? 0
    let count = last - first + 1
    var truth = [Double](repeating: .nan, count: count)
    var dates = [String](repeating: "", count: hasDates ? count : 0)
    var near = truth
    var far = truth
    var ranges = [ClosedRange<Double>?](repeating: nil, count: count)
    for row in rows {
      let place = row.origin + row.lead - first
      truth[place] = row.truth
      if hasDates { dates[place] = row.date ?? "" }
      if row.lead == 1 {
        (near[place], ranges[place]) = (row.forecast.value, row.forecast.interval)
      }
      if row.lead == leads { far[place] = row.forecast.value }
    }
    var lines = [
      Chart.Line(name: "true value", style: .known, first: 0, values: truth),
      Chart.Line(name: "forecast 1 ahead", style: .forecast, first: 0, values: near),
    ]
    if leads > 1 {
      lines.append(
        Chart.Line(name: "forecast \(leads) ahead", style: .farForecast, first: 0, values: far))
    }
    // Forecasts of one step ahead come row after row.
    let own = ranges.prefix { $0 != nil }.compactMap { $0 }
    return Chart.Panel(
      title: rows.first?.key ?? "", dates: dates, rows: count, firstNumber: first, lines: lines,
      bands: own.isEmpty
        ? []
        : [
          Chart.Band(
            name: "\(ForecastChart.interval(coverage)) 1 ahead", first: 0, ranges: own)
        ], border: nil)
  }
}

extension Chart.Panel {
  /// The part of a range of dates, `1955-01:1960-12`.
  ///
  /// - Throws: `ConfigurationError` if it is not such a range, or none of the dates are in it.
  func part(of range: String) throws -> Chart.Panel {
    let name = title.isEmpty ? "" : "series \(title): "
    guard !dates.isEmpty, let axis = DateAxis(dates) else {
      throw ConfigurationError("\(name)rows have no dates that a range could be of")
    }
    guard let rows = axis.rows(in: range) else {
      throw ConfigurationError(
        "'\(range)' is not a range of dates such as \(dates[0]):\(dates[dates.count - 1])")
    }
    guard !rows.isEmpty else {
      throw ConfigurationError(
        "\(name)no row is in \(range); there are \(dates[0]) to \(dates[dates.count - 1])")
    }
    func cut<Value>(_ values: [Value], first: Int) -> (values: [Value], first: Int) {
      let from = min(max(rows.lowerBound - first, 0), values.count)
      let to = min(max(rows.upperBound - first, from), values.count)
      return (Array(values[from..<to]), max(first - rows.lowerBound, 0))
    }
    return Chart.Panel(
      title: title, dates: Array(dates[rows]), rows: rows.count,
      firstNumber: firstNumber + rows.lowerBound,
      lines: lines.map { line in
        let (values, first) = cut(line.values, first: line.first)
        return Chart.Line(name: line.name, style: line.style, first: first, values: values)
      },
      bands: bands.map { band in
        let (ranges, first) = cut(band.ranges, first: band.first)
        return Chart.Band(name: band.name, first: first, ranges: ranges)
      }, border: border.map { $0 - rows.lowerBound })
  }
}
