import Files
import HDF5
import Recurrent

/// What archives of Keras' keep of layers with vocabularies beside the model: the vocabularies in
/// `assets/layers/NAME/vocabulary.txt`, and the weights of `tf_idf` among the variables. Here both become options of the
/// layer, as Keras has them where they were given when the layer was made.
enum KerasTexts {
  private static let weights = "idf_weights"

  private static let hasVocabulary = TextInput.classes.union(["IntegerLookup"])

  /// The most bytes of a vocabulary.
  private static let mostVocabulary = 16 << 20

  /// Adds the vocabularies to a model.
  ///
  /// - Throws: ``FileError``.
  static func addVocabularies(to model: JSONValue, from archive: ZipReader) throws -> JSONValue {
    try changing(model) { key, options in
      let path = "assets/layers/\(key)/vocabulary.txt"
      guard (options["vocabulary"] ?? .null) == .null,
        archive.members.contains(where: { $0.name == path })
      else { return }
      let text = String(decoding: try archive.read(path, most: mostVocabulary), as: UTF8.self)
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      while lines.last == "" { lines.removeLast() }
      options["vocabulary"] = .array(
        lines.map { line -> JSONValue in
          let number = options["vocabulary_dtype"] == "int64" ? Int(line) : nil
          return number.map(JSONValue.integer) ?? .string(String(line))
        })
    }
  }

  /// Adds the weights.
  ///
  /// - Throws: `HDF5Error`.
  static func addWeights(to model: JSONValue, from root: Group) throws -> JSONValue {
    try changing(model) { key, options in
      let path = "layers/\(key)/vars/\(weights)"
      guard options["output_mode"] == "tf_idf", (options[weights] ?? .null) == .null,
        try root.contains(path)
      else { return }
      let values: [Float] = try root.dataset(path).read()
      options[weights] = .array(values.map { .number(Double($0)) })
    }
  }

  /// Writes the weights, which Keras looks for among the variables too.
  ///
  /// - Throws: `HDF5Error`.
  static func writeWeights(of model: ModelConfiguration, to root: Group) throws {
    var counts: [String: Int] = [:]
    for texts in model.inputs.compactMap(\.texts) {
      let name = KerasVariables.snakeCase(texts.className)
      let count = counts[name, default: 0]
      counts[name] = count + 1
      guard texts.options["output_mode"] == "tf_idf", let values = texts.options[weights]?.array
      else { continue }
      let path = "layers/\(count == 0 ? name : "\(name)_\(count)")"
      for place in [path, path + "/_lookup_layer"] {
        try root.createGroup(place + "/vars").write(
          weights, shape: [values.count], values.map { Float($0.double ?? 0) })
      }
    }
  }

  /// Changes the options of the layers of texts.
  private static func changing(
    _ model: JSONValue, _ change: (_ key: String, inout [String: JSONValue]) throws -> Void
  ) throws -> JSONValue {
    guard case .object(var members) = model, case .object(var config) = members["config"],
      var layers = config["layers"]?.array
    else { return model }
    var counts: [String: Int] = [:]
    for (index, layer) in layers.enumerated() {
      guard let className = layer["class_name"]?.string, hasVocabulary.contains(className),
        case .object(var layerMembers) = layer, case .object(var options) = layerMembers["config"]
      else { continue }
      let name = KerasVariables.snakeCase(className)
      let count = counts[name, default: 0]
      counts[name] = count + 1
      try change(count == 0 ? name : "\(name)_\(count)", &options)
      layerMembers["config"] = .object(options)
      layers[index] = .object(layerMembers)
    }
    config["layers"] = .array(layers)
    members["config"] = .object(config)
    return .object(members)
  }
}
