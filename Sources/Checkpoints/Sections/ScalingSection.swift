import Files

/// `scaling`: the `method`; for each of the `columns`, `offsets` and `scales`, float64: a value is scaled to
/// `(value − offset) / scale`. `residuals`, float32: what forecasts of the validation part were beside the truth, scaled.
/// `keys`, where series have scalings of their own: `offsets` and `scales` are then `[keys, columns]`.
enum ScalingSection: Section {
  static let name = "scaling"
  static var property: WritableKeyPath<Checkpoint, Scaling?> { \.scaling }

  static func stored(_ scaling: Scaling) -> StoredValue {
    var members: [(String, StoredValue)] = [
      ("method", .text(scaling.method.rawValue)), ("columns", .texts(scaling.columns)),
    ]
    let rows = scaling.keys.isEmpty ? nil : scaling.keys.count
    if rows != nil { members.append(("keys", .texts(scaling.keys))) }
    members.append(("offsets", .numbers(scaling.offsets, rows: rows)))
    members.append(("scales", .numbers(scaling.scales, rows: rows)))
    members.append(("residuals", .floats(scaling.residuals)))
    return .group(members)
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> Scaling? {
    let group = try root.members(name)
    let method = try group.text("method")
    guard let method = Scaling.Method(rawValue: method) else {
      throw group.invalid("method", "is \(method)")
    }
    return Scaling(
      method: method, columns: try group.texts("columns"),
      offsets: try group.numbers("offsets"), scales: try group.numbers("scales"),
      residuals: try group.floats("residuals"),
      keys: try group.ifThere("keys", group.texts) ?? [])
  }

  static func check(_ scaling: inout Scaling, in checkpoint: Checkpoint) throws(SectionProblem) {
    guard !scaling.columns.isEmpty else { throw SectionProblem("columns", "are none") }
    guard scaling.keys.areAllDifferent else {
      throw SectionProblem("keys", "are not all different")
    }
    let count = scaling.columns.count * max(1, scaling.keys.count)
    for (name, values) in [("offsets", scaling.offsets), ("scales", scaling.scales)] {
      guard values.count == count, values.allSatisfy(\.isFinite) else {
        throw SectionProblem(name, "must be \(count) numbers, are \(values.count)")
      }
    }
    guard scaling.scales.allSatisfy({ $0 != 0 }) else {
      throw SectionProblem("scales", "must not be 0")
    }
    guard scaling.residuals.allSatisfy(\.isFinite) else {
      throw SectionProblem("residuals", "must be finite")
    }
  }
}
