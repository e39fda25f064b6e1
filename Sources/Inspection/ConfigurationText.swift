import LSTMToolkit

/// The configuration texts of a Keras file.
public enum ConfigurationText {
  /// `model_config` and `training_config` as one indented JSON document, whatever is in them.
  ///
  /// - Throws: `CheckpointError`.
  public static func read(_ path: String) throws -> String {
    try CheckpointFile.description(path).text(indented: true) + "\n"
  }
}
