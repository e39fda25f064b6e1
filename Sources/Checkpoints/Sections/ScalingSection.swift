import Files

/// `scaling`: the `method`; for each of the `columns`, `offsets` and `scales`, float64: a value is scaled to
/// `(value − offset) / scale`. `residuals`, float32: what forecasts of the validation part were beside the truth, scaled.
/// `keys`, where series have scalings of their own: `offsets` and `scales` are then `[keys, columns]`. `power`, the
/// exponent that the target is transformed with, `floors`, the least values that are transformed, and `own_powers`, where
/// series have exponents of their own. Of the linear part of forecasts `linear_weights`, `[length, horizon]`,
/// `linear_constants`, `linear_spread` and `linear_share`; of series with one of their own `own_linear_weights`,
/// `[keys × length, horizon]`, and `own_linear_constants`, `[keys, horizon]`; of columns that are known ahead
/// `known_effects`, `[known]`, and `own_known_effects`, `[keys, known]`.
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
    if let power = scaling.power {
      members.append(("power", .number(power.exponent)))
      members.append(("floors", .numbers(power.floors)))
      if !power.own.isEmpty { members.append(("own_powers", .numbers(power.own))) }
    }
    if let linear = scaling.linear {
      members.append(("linear_weights", .numbers(linear.map.weights, rows: linear.map.length)))
      members.append(("linear_constants", .numbers(linear.map.constants)))
      members.append(("linear_spread", .number(linear.spread)))
      members.append(("linear_share", .number(linear.share)))
      if !linear.own.isEmpty {
        let weights = linear.own.flatMap(\.weights)
        members.append(
          ("own_linear_weights", .numbers(weights, rows: linear.own.count * linear.map.length)))
        members.append(
          (
            "own_linear_constants",
            .numbers(linear.own.flatMap(\.constants), rows: linear.own.count)
          ))
      }
      if !linear.effects.isEmpty { members.append(("known_effects", .numbers(linear.effects))) }
      if !linear.ownEffects.isEmpty {
        members.append(("own_known_effects", .numberRows(linear.ownEffects)))
      }
    }
    return .group(members)
  }

  static func read(from root: any SectionStore, of checkpoint: Checkpoint) throws -> Scaling? {
    let group = try root.members(name)
    let method = try group.text("method")
    guard let method = Scaling.Method(rawValue: method) else {
      throw group.invalid("method", "is \(method)")
    }
    let keys = try group.ifThere("keys", group.texts) ?? []
    return Scaling(
      method: method, columns: try group.texts("columns"),
      offsets: try group.numbers("offsets"), scales: try group.numbers("scales"),
      residuals: try group.floats("residuals"), keys: keys,
      power: try group.ifThere("power") { name in
        PowerTransform(
          exponent: try group.number(name), floors: try group.numbers("floors"),
          own: try group.ifThere("own_powers", group.numbers) ?? [])
      },
      linear: try group.ifThere("linear_weights") { name in
        LinearForecast(
          LinearMap(
            weights: try group.numbers(name), constants: try group.numbers("linear_constants")),
          own: maps(
            try group.ifThere("own_linear_weights", group.numbers) ?? [],
            try group.ifThere("own_linear_constants", group.numbers) ?? [], count: keys.count),
          spread: try group.number("linear_spread"), share: try group.number("linear_share"),
          effects: try group.ifThere("known_effects", group.numbers) ?? [],
          ownEffects: try group.ifThere("own_known_effects", group.numberRows) ?? [])
      })
  }

  /// Cuts the numbers of several maps, which lie behind each other.
  private static func maps(
    _ weights: [Double], _ constants: [Double], count: Int
  ) -> [LinearMap] {
    guard count > 0, !weights.isEmpty || !constants.isEmpty else { return [] }
    func part(_ values: [Double], _ number: Int) -> [Double] {
      Array(values[number * values.count / count..<(number + 1) * values.count / count])
    }
    return (0..<count).map {
      LinearMap(weights: part(weights, $0), constants: part(constants, $0))
    }
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
    if let power = scaling.power {
      guard (-8...8).contains(power.exponent) else {
        throw SectionProblem("power", "must be from -8 to 8")
      }
      guard [1, max(1, scaling.keys.count)].contains(power.floors.count),
        power.floors.allSatisfy({ $0 > 0 && $0.isFinite })
      else { throw SectionProblem("floors", "must be positive numbers, one for each series") }
      guard [0, scaling.keys.count].contains(power.own.count),
        power.own.allSatisfy({ (-8...8).contains($0) })
      else {
        throw SectionProblem("own_powers", "must be numbers from -8 to 8, one for each series")
      }
    }
    if let linear = scaling.linear {
      let (length, horizon) = (linear.map.length, linear.map.horizon)
      func isOfThisShape(_ map: LinearMap) -> Bool {
        map.weights.count == length * horizon && map.constants.count == horizon
          && (map.weights + map.constants).allSatisfy(\.isFinite)
      }
      guard horizon > 0, length > 0, isOfThisShape(linear.map) else {
        throw SectionProblem("linear_weights", "must be finite, [length, horizon]")
      }
      guard [0, scaling.keys.count].contains(linear.own.count),
        linear.own.allSatisfy(isOfThisShape)
      else {
        throw SectionProblem(
          "own_linear_weights",
          "must be finite, [keys × length, horizon] = "
            + "[\(scaling.keys.count * length), \(horizon)]")
      }
      guard linear.effects.allSatisfy(\.isFinite) else {
        throw SectionProblem("known_effects", "must be finite")
      }
      guard [0, scaling.keys.count].contains(linear.ownEffects.count),
        linear.ownEffects.allSatisfy({
          $0.count == linear.effects.count && $0.allSatisfy(\.isFinite)
        })
      else {
        throw SectionProblem(
          "own_known_effects", "must be finite, [\(scaling.keys.count), \(linear.effects.count)]")
      }
      guard linear.spread > 0, linear.spread.isFinite else {
        throw SectionProblem("linear_spread", "must be positive")
      }
      guard (0...1).contains(linear.share) else {
        throw SectionProblem("linear_share", "must be from 0 to 1")
      }
    }
  }
}
