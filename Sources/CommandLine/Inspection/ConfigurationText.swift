import Checkpoints

/// The configuration texts of a Keras file.
package enum ConfigurationText {
  /// `model_config` and `training_config` as one indented JSON document, whatever is in them.
  ///
  /// - Throws: `FileError`.
  package static func read(_ path: String) throws -> String {
    try CheckpointFile.description(path).text(indented: true) + "\n"
  }
}
