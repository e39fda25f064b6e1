import Files

/// How good forecasts of each part of some series were, beside the forecast that nothing changes.
package struct ErrorReport: Report {
  private let parts: [SeriesErrors]

  package init(_ parts: [SeriesErrors]) { self.parts = parts }

  /// A line for each part.
  package var text: String {
    parts.map { errors in
      "\(errors.part): \(errors.count) values, RMSE \(short(errors.rmse)), MAE \(short(errors.mae)); "
        + "last value: RMSE \(short(errors.naiveRMSE)), MAE \(short(errors.naiveMAE))\n"
    }.joined()
  }

  package var json: JSONValue {
    let members = parts.map { ($0.part, JSONValue.object($0.members)) }
    return ["parts": .object(Dictionary(members) { first, _ in first })]
  }
}

extension SeriesErrors {
  fileprivate var members: [String: JSONValue] {
    [
      "count": .integer(count), "rmse": .number(rmse), "mae": .number(mae),
      "naive_rmse": .number(naiveRMSE), "naive_mae": .number(naiveMAE),
    ]
  }
}

/// Forecasts of some series.
package struct ForecastReport: TableReport {
  package let forecasts: [Forecast]

  package init(_ forecasts: [Forecast]) { self.forecasts = forecasts }

  /// A line for each step, after a line of names.
  package var csv: String {
    let hasKeys = forecasts.contains { !$0.key.isEmpty }
    let hasDates = forecasts.contains { $0.steps.contains { $0.date != nil } }
    var names = hasKeys ? ["key"] : []
    names += ["step"] + (hasDates ? ["date"] : []) + ["forecast", "lower", "upper"]
    var lines = [names.joined(separator: ",")]
    for forecast in forecasts {
      for (index, step) in forecast.steps.enumerated() {
        var fields = hasKeys ? [quoted(forecast.key)] : []
        fields += ["\(index + 1)"] + (hasDates ? [quoted(step.date ?? "")] : [])
        lines.append((fields + step.fields).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSONValue {
    [
      "forecasts": .array(
        forecasts.map { forecast in
          var members: [String: JSONValue] = ["steps": .array(forecast.steps.map(\.json))]
          if !forecast.key.isEmpty { members["key"] = .string(forecast.key) }
          return .object(members)
        })
    ]
  }
}

extension Forecast.Step {
  /// The forecast and the ends of its interval.
  fileprivate var fields: [String] {
    // The model's numbers have no more digits than these.
    [value, interval?.lowerBound, interval?.upperBound].map { $0.map { "\(Float($0))" } ?? "" }
  }

  fileprivate var json: JSONValue {
    var members: [String: JSONValue] = ["forecast": .number(value)]
    members["date"] = date.map(JSONValue.string)
    if let interval {
      members["lower"] = .number(interval.lowerBound)
      members["upper"] = .number(interval.upperBound)
    }
    return .object(members)
  }
}

extension BackTest: TableReport {
  /// A line for each distance.
  package var text: String {
    leads.enumerated().map { index, lead in
      let errors = lead.errors
      return
        "\(index + 1) ahead: \(errors.count) forecasts, RMSE \(short(errors.rmse)), MAE \(short(errors.mae)); "
        + "last value: RMSE \(short(errors.naiveRMSE)), MAE \(short(errors.naiveMAE))"
        + (lead.coverage.map { "; \(percentage($0)) within the interval" } ?? "") + "\n"
    }.joined()
  }

  /// Every forecast beside what came, a line each, after a line of names.
  package var csv: String {
    let hasKeys = rows.contains { !$0.key.isEmpty }
    let hasDates = rows.contains { $0.date != nil }
    let names =
      (hasKeys ? ["key"] : []) + ["origin", "step"] + (hasDates ? ["date"] : [])
      + ["truth", "forecast", "lower", "upper"]
    let lines = rows.map { row in
      ((hasKeys ? [quoted(row.key)] : []) + ["\(row.origin)", "\(row.lead)"]
        + (hasDates ? [quoted(row.date ?? "")] : []) + ["\(row.truth)"] + row.forecast.fields)
        .joined(separator: ",")
    }
    return ([names.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// The errors of each distance.
  package var json: JSONValue {
    [
      "leads": .array(
        leads.enumerated().map { index, lead in
          var members = lead.errors.members
          members["step"] = .integer(index + 1)
          members["coverage"] = lead.coverage.map(JSONValue.number)
          return .object(members)
        })
    ]
  }
}
