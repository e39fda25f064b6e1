import Recurrent

// The same names as the groups of an HDF5 file have.

extension Vocabulary {
  var json: JSONValue {
    var members: [String: JSONValue] = ["symbols": .array(symbols.map(JSONValue.string))]
    switch encoding {
    case .scaled(let divisor): members["divisor"] = .number(divisor)
    case .oneHot: members["encoding"] = "one_hot"
    case .number: members["encoding"] = "number"
    }
    members["unknown"] = unknown.map(JSONValue.integer)
    return .object(members)
  }

  /// - Returns: `nil` if the value is no vocabulary.
  init?(_ json: JSONValue) {
    let symbols = (json["symbols"]?.array ?? []).compactMap(\.string)
    guard !symbols.isEmpty, Set(symbols).count == symbols.count else { return nil }
    let encoding: Encoding
    switch (json["encoding"]?.string, json["divisor"]?.double) {
    case ("one_hot", _): encoding = .oneHot
    case ("number", _): encoding = .number
    case (_, let divisor?) where divisor.isFinite && divisor > 0:
      encoding = .scaled(divisor: divisor)
    default: return nil
    }
    let unknown = json["unknown"]?.integer
    guard unknown.map({ symbols.indices.contains($0) }) ?? true else { return nil }
    self.init(symbols: symbols, encoding: encoding, unknown: unknown)
  }
}

extension Scaling {
  var json: JSONValue {
    [
      "method": .string(method.rawValue), "columns": .array(columns.map(JSONValue.string)),
      "offsets": .array(offsets.map(JSONValue.number)),
      "scales": .array(scales.map(JSONValue.number)),
      "residuals": .array(residuals.map { .number(Double($0)) }),
    ]
  }

  /// - Returns: `nil` if the value is no scaling.
  init?(_ json: JSONValue) {
    guard let method = json["method"]?.string.flatMap(Method.init(rawValue:)) else { return nil }
    func numbers(_ name: String) -> [Double] { (json[name]?.array ?? []).compactMap(\.double) }
    self.init(
      method: method, columns: (json["columns"]?.array ?? []).compactMap(\.string),
      offsets: numbers("offsets"), scales: numbers("scales"),
      residuals: numbers("residuals").map { Float($0) })
  }
}

extension StreamPosition {
  var json: JSONValue {
    var members: [String: JSONValue] = [:]
    if !nextInput.isEmpty {
      members["next_input"] = .array(nextInput.map { .array($0.map(JSONValue.integer)) })
    }
    if !nextValues.isEmpty {
      members["next_values"] = .array(
        nextValues.map { .array($0.map { .number(Double($0)) }) })
    }
    if !lastValues.isEmpty {
      members["last_values"] = .array(lastValues.map { .array($0.map(JSONValue.number)) })
    }
    if !keys.isEmpty { members["keys"] = .array(keys.map(JSONValue.string)) }
    if rowsSeen > 0 { members["rows_seen"] = .integer(rowsSeen) }
    if let sampler {
      members["sampler_seed"] = .string(String(sampler.seed))
      members["sampler_position"] = .string(String(sampler.position))
    }
    if hasMoved { members["moved"] = .bool(true) }
    members["ends_with_prediction"] = endsWithPrediction.map(JSONValue.bool)
    return .object(members)
  }

  /// - Returns: `nil` if the value is no position.
  init?(_ json: JSONValue) {
    guard case .object = json else { return nil }
    self.init(
      nextInput: (json["next_input"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) },
      nextValues: (json["next_values"]?.array ?? []).map {
        ($0.array ?? []).compactMap { $0.double.map { Float($0) } }
      },
      lastValues: (json["last_values"]?.array ?? []).map { ($0.array ?? []).compactMap(\.double) },
      keys: (json["keys"]?.array ?? []).compactMap(\.string),
      rowsSeen: json["rows_seen"]?.integer ?? 0, hasMoved: json["moved"]?.bool ?? false,
      endsWithPrediction: json["ends_with_prediction"]?.bool)
    if let seed = json["sampler_seed"]?.string.flatMap({ UInt64($0) }),
      let position = json["sampler_position"]?.string.flatMap({ UInt64($0) })
    {
      sampler = Sampler(seed: seed, position: position)
    }
  }

  /// Whether a model can go on from here.
  func fits(_ configuration: ModelConfiguration, symbols: Int) -> Bool {
    let length = nextInput.first?.count ?? 0
    let areSymbols =
      nextInput.isEmpty
      || nextInput.count == configuration.stateRows && length > 0
        && nextInput.allSatisfy({ row in
          row.count == length && row.allSatisfy((0..<symbols).contains)
        })
    return areSymbols && rowsSeen >= 0
      && nextValues.allSatisfy {
        $0.count % configuration.features == 0 && $0.allSatisfy(\.isFinite)
      }
      && (lastValues.isEmpty
        || lastValues.count == nextValues.count
          && lastValues.allSatisfy { $0.count == configuration.features })
      && (keys.isEmpty || keys.count == nextValues.count)
  }
}
