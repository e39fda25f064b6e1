import Files

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
  var fields: [String] {
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
