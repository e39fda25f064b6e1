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

extension StreamPosition {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "next_input": .array(nextInput.map { .array($0.map(JSONValue.integer)) })
    ]
    if let sampler {
      members["sampler_seed"] = .string(String(sampler.seed))
      members["sampler_position"] = .string(String(sampler.position))
    }
    return .object(members)
  }

  /// - Returns: `nil` if the value is no position.
  init?(_ json: JSONValue) {
    guard case .object = json else { return nil }
    self.init(
      nextInput: (json["next_input"]?.array ?? []).map { ($0.array ?? []).compactMap(\.integer) })
    if let seed = json["sampler_seed"]?.string.flatMap({ UInt64($0) }),
      let position = json["sampler_position"]?.string.flatMap({ UInt64($0) })
    {
      sampler = Sampler(seed: seed, position: position)
    }
  }

  /// Whether a model can go on from here.
  func fits(_ configuration: ModelConfiguration, symbols: Int) -> Bool {
    let length = nextInput.first?.count ?? 0
    return nextInput.count == configuration.stateRows && length > 0
      && nextInput.allSatisfy { row in
        row.count == length && row.allSatisfy((0..<symbols).contains)
      }
  }
}
