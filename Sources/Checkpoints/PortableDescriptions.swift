import Files
import HDF5
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
    guard let symbols = json["symbols"]?.elements(\.string), !symbols.isEmpty,
      symbols.areAllDifferent
    else { return nil }
    let encoding: Encoding
    switch (json["encoding"]?.string, json["divisor"]?.double) {
    case ("one_hot", _): encoding = .oneHot
    case ("number", _): encoding = .number
    case (_, let divisor?) where divisor.isFinite && divisor > 0:
      encoding = .scaled(divisor: divisor)
    default: return nil
    }
    let unknown = json["unknown"]?.integer
    guard unknown.map({ symbols.indices.contains($0) }) ?? (json["unknown"] == nil) else {
      return nil
    }
    self.init(symbols: symbols, encoding: encoding, unknown: unknown)
  }
}

extension Scaling {
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "method": .string(method.rawValue), "columns": .array(columns.map(JSONValue.string)),
      "offsets": .array(offsets.map(JSONValue.number)),
      "scales": .array(scales.map(JSONValue.number)),
      "residuals": .array(residuals.map { .number(Double($0)) }),
    ]
    if !keys.isEmpty { members["keys"] = .array(keys.map(JSONValue.string)) }
    return .object(members)
  }

  /// - Returns: `nil` if the value is no scaling.
  init?(_ json: JSONValue) {
    guard let method = json["method"]?.string.flatMap(Method.init(rawValue:)),
      let columns = json["columns"]?.elements(\.string),
      let offsets = json["offsets"]?.elements(\.double),
      let scales = json["scales"]?.elements(\.double),
      let residuals = json["residuals"]?.elements(\.double),
      let keys = json["keys"].map({ $0.elements(\.string) }) ?? []
    else { return nil }
    self.init(
      method: method, columns: columns, offsets: offsets, scales: scales,
      residuals: residuals.map { Float($0) }, keys: keys)
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
    if !dates.isEmpty {
      members["dates"] = .array(dates.map { .array($0.map(JSONValue.string)) })
    }
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
    /// A list that need not be there.
    func list<Element>(_ name: String, _ element: (JSONValue) -> Element?) -> [Element]? {
      json[name].map { $0.elements(element) } ?? []
    }
    guard let nextInput = list("next_input", { $0.elements(\.integer) }),
      let nextValues = list("next_values", { $0.elements { $0.double.map { Float($0) } } }),
      let lastValues = list("last_values", { $0.elements(\.double) }),
      let keys = list("keys", \.string),
      let dates = list("dates", { $0.elements(\.string) }),
      let rowsSeen = json["rows_seen"].map({ $0.integer }) ?? 0,
      let hasMoved = json["moved"].map({ $0.bool }) ?? false
    else { return nil }
    let endsWithPrediction = json["ends_with_prediction"]?.bool
    guard (endsWithPrediction == nil) == (json["ends_with_prediction"] == nil) else { return nil }
    self.init(
      nextInput: nextInput, nextValues: nextValues, lastValues: lastValues, keys: keys,
      rowsSeen: rowsSeen, hasMoved: hasMoved, endsWithPrediction: endsWithPrediction)
    self.dates = dates
    guard json["sampler_seed"] != nil || json["sampler_position"] != nil else { return }
    guard let seed = json["sampler_seed"]?.string.flatMap({ UInt64($0) }),
      let position = json["sampler_position"]?.string.flatMap({ UInt64($0) })
    else { return nil }
    sampler = Sampler(seed: seed, position: position)
  }

  /// Whether a model can go on from here.
  func fits(_ configuration: ModelConfiguration, symbols: Int) -> Bool {
    let length = nextInput.first?.count ?? 0
    // A model of symbols has no stream without them, unless it was fed numbers.
    let areSymbols =
      nextInput.isEmpty && (symbols == 0 || !nextValues.isEmpty || rowsSeen > 0)
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
          && lastValues.allSatisfy {
            $0.count == configuration.features && $0.allSatisfy(\.isFinite)
          })
      && (keys.isEmpty || keys.count == nextValues.count)
      && (dates.isEmpty || dates.count == nextValues.count)
  }
}

extension JSONValue {
  /// The elements of a list.
  ///
  /// - Returns: `nil` if the value is no list, or one of its elements is not what is wanted.
  func elements<Element>(_ element: (JSONValue) -> Element?) -> [Element]? {
    guard let array else { return nil }
    let elements = array.compactMap(element)
    return elements.count == array.count ? elements : nil
  }
}
