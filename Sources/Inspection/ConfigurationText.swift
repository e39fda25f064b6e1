import LSTMToolkit

/// The configuration texts of a Keras file.
public enum ConfigurationText {
  /// `model_config` and `training_config` as one indented JSON document, whatever is in them.
  ///
  /// - Throws: `CheckpointError`.
  public static func read(_ path: String) throws -> String {
    try CheckpointFile.read(path) { root in
      var members: [String: JSONValue] = [:]
      for name in ["model_config", "training_config"] where root.attributes.contains(name) {
        let text = try root.attributes.string(name)
        members[name] = JSONValue(text: text) ?? .string(text)
      }
      return JSONValue.object(members).text(indented: true) + "\n"
    }
  }
}
