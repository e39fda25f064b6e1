import Files

/// How good forecasts of each part of some series were, beside those of simple methods.
package struct ErrorReport: Report {
  private let parts: [PartErrors]

  package init(_ parts: [PartErrors]) { self.parts = parts }

  /// A table for each part.
  package var text: String {
    parts.map { "\($0.all.part): \($0.all.count) values\n\($0.all.table)\($0.wins)" }
      .joined(separator: "\n")
  }

  package var json: JSONValue {
    let members = parts.map { ($0.all.part, JSONValue.object($0.members)) }
    return ["parts": .object(Dictionary(members) { first, _ in first })]
  }
}

extension ErrorSums {
  /// The names of the measures and their values, for people.
  fileprivate static let measures = ["RMSE", "MAE", "MASE", "sMAPE"]
  fileprivate var texts: [String] {
    [short(rmse), short(mae), fixed(mase, 3), fixed(smape, 2) + " %"]
  }

  fileprivate var members: [String: JSONValue] {
    [
      "rmse": .number(rmse), "mae": .number(mae), "mase": .number(mase), "smape": .number(smape),
    ]
  }
}

extension SeriesErrors {
  /// A line for the model and for each simple method, after a line of names.
  fileprivate var table: String {
    let lines =
      [("", ErrorSums.measures), ("model", model.texts)]
      + baselines.map { ($0.name, $0.errors.texts) }
    let first = lines.map(\.0.count).max() ?? 0
    let widths = ErrorSums.measures.indices.map { column in
      lines.map { $0.1[column].count }.max() ?? 0
    }
    return lines.map { name, texts in
      let cells = zip(texts, widths).map { text, width in
        "  " + String(repeating: " ", count: width - text.count) + text
      }
      return "  " + name + String(repeating: " ", count: first - name.count) + cells.joined() + "\n"
    }.joined()
  }

  fileprivate var members: [String: JSONValue] {
    var members = model.members
    members["count"] = .integer(count)
    members["baselines"] = .object(
      Dictionary(
        baselines.map { ($0.name.replacing(" ", with: "_"), .object($0.errors.members)) }
      ) { first, _ in first })
    return members
  }
}

extension PartErrors {
  /// On how many series the model is better than each simple method; empty if there is one series.
  fileprivate var wins: String {
    guard series.count > 1 else { return "" }
    return all.baselines.map { name, _ in
      let better = series.count {
        $0.errors.rmse < $0.errors.baselines.first { $0.name == name }?.errors.rmse ?? 0
      }
      return "  lower RMSE than \(name) on \(better) of \(series.count) series\n"
    }.joined()
  }

  fileprivate var members: [String: JSONValue] {
    var members = all.members
    guard !series.isEmpty else { return members }
    members["series"] = .object(
      Dictionary(series.map { ($0.key, .object($0.errors.members)) }) { first, _ in first })
    return members
  }
}

extension BackTest: TableReport {
  /// A table of the errors, and a line for each distance.
  package var text: String {
    let summary =
      "\(rows.count) values in forecasts of \(leads.count) steps"
      + (coverage.map { ", \(percentage($0)) within the interval" } ?? "")
    let distances = leads.enumerated().map { index, lead in
      "\(index + 1) ahead: \(lead.errors.count) forecasts, RMSE \(short(lead.errors.rmse)), "
        + "MAE \(short(lead.errors.mae))"
        + (lead.coverage.map { "; \(percentage($0)) within the interval" } ?? "") + "\n"
    }
    return summary + "\n" + errors.all.table + errors.wins + distances.joined()
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

  /// The errors of all, of each series and of each distance.
  package var json: JSONValue {
    var document = errors.members
    document["coverage"] = coverage.map(JSONValue.number)
    document["leads"] = .array(
      leads.enumerated().map { index, lead in
        var members = lead.errors.members
        members["step"] = .integer(index + 1)
        members["coverage"] = lead.coverage.map(JSONValue.number)
        return .object(members)
      })
    return .object(document)
  }
}
