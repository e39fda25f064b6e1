import Files
import Recurrent

/// The types of numbers that Keras' layers may have. All are computed in `float32` here, and their names are kept.
enum KerasType {
  private static let plain: Set<String> = [
    "float32", "float64", "float16", "bfloat16", "int32", "int64",
  ]
  /// Weights of one type and computations of another.
  private static let mixed: Set<String> = ["mixed_float16", "mixed_bfloat16"]

  /// The name of an option `dtype`, which is a text or an object; `nil` if it is not known.
  static func name(_ value: JSONValue) -> String? {
    let name = value == .null ? "float32" : value.string ?? value["config"]?["name"]?.string
    return name.flatMap { plain.contains($0) || mixed.contains($0) ? $0 : nil }
  }

  /// The option as a version of Keras writes it.
  static func value(_ name: String, _ version: KerasVersion) -> JSONValue {
    guard version == .three || mixed.contains(name) else { return .string(name) }
    return [
      "module": version == .three ? "keras" : "keras.mixed_precision",
      "class_name": version == .three ? "DTypePolicy" : "Policy",
      "config": ["name": .string(name)], "registered_name": nil,
    ]
  }
}

extension ModelConfiguration {
  /// The layers whose numbers Keras computes in other types than `float32`, with the types; `nil` if there are none.
  package var otherTypes: String? {
    let others = layers.compactMap { layer -> String? in
      let inner = (layer.recurrentLayers + [layer]).compactMap { $0["dtype"].string }
      return inner.first { $0 != "float32" }.map { "\($0) of layer \(layer.name)" }
    }
    return others.isEmpty ? nil : others.joined(separator: ", ")
  }
}
