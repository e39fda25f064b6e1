import Files
import HDF5
import Tasks

extension [SeriesErrors] {
  /// A line for each part: how good its forecasts were, beside the forecast that nothing changes.
  package var text: String {
    map { errors in
      "\(errors.part): \(errors.count) values, RMSE \(short(errors.rmse)), MAE \(short(errors.mae)); "
        + "last value: RMSE \(short(errors.naiveRMSE)), MAE \(short(errors.naiveMAE))\n"
    }.joined()
  }

  /// The same as one JSON document.
  package var json: String {
    let parts = map { ($0.part, JSONValue.object($0.members)) }
    let document: JSONValue = ["parts": .object(Dictionary(parts) { first, _ in first })]
    return document.text(indented: true) + "\n"
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

extension [Forecast] {
  /// A line for each step, after a line of names.
  package var csv: String {
    let hasKeys = contains { !$0.key.isEmpty }
    let hasDates = contains { $0.steps.contains { $0.date != nil } }
    var names = hasKeys ? ["key"] : []
    names += ["step"] + (hasDates ? ["date"] : []) + ["forecast", "lower", "upper"]
    var lines = [names.joined(separator: ",")]
    for forecast in self {
      for (index, step) in forecast.steps.enumerated() {
        var fields = hasKeys ? [quoted(forecast.key)] : []
        fields += ["\(index + 1)"] + (hasDates ? [quoted(step.date ?? "")] : [])
        lines.append((fields + step.fields).joined(separator: ","))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same as one JSON document.
  package var json: String {
    let document: JSONValue = [
      "forecasts": .array(
        map { forecast in
          var members: [String: JSONValue] = ["steps": .array(forecast.steps.map(\.json))]
          if !forecast.key.isEmpty { members["key"] = .string(forecast.key) }
          return .object(members)
        })
    ]
    return document.text(indented: true) + "\n"
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

extension BackTest {
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

  /// The errors of each distance as one JSON document.
  package var json: String {
    let document: JSONValue = [
      "leads": .array(
        leads.enumerated().map { index, lead in
          var members = lead.errors.members
          members["step"] = .integer(index + 1)
          members["coverage"] = lead.coverage.map(JSONValue.number)
          return .object(members)
        })
    ]
    return document.text(indented: true) + "\n"
  }
}

/// A field of CSV.
func quoted(_ field: String) -> String {
  guard field.contains(where: { ",\"\n\r".contains($0) }) else { return field }
  return "\"" + field.replacing("\"", with: "\"\"") + "\""
}

/// A number with five digits or more.
func short(_ value: Double) -> String {
  let size = abs(value)
  return fixed(value, size >= 1000 ? 1 : size >= 10 ? 3 : 5)
}
