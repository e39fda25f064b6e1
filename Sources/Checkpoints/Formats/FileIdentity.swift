/// What a file is, whatever model is in it.
package struct FileIdentity: Equatable, Sendable {
  /// The format in words.
  package var format: String
  /// Who wrote it, or in which version of the format it is, as the file says; empty if it does not.
  package var version: String
  /// Whether an intact seal says that it is ours and no byte has changed; `nil` if files of this format have none.
  package var isSealed: Bool?
  /// Whether the file has a model, not weights alone, that these tools can read.
  package var hasModel: Bool

  /// Looks at a file, and reads the model if it has one.
  ///
  /// - Parameter model: A file with the model, if the file has weights alone.
  /// - Throws: ``FileError`` if it is not a model file.
  package static func read(
    _ path: String, model: String? = nil
  ) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    let format = try ModelFormats.recognized(path)
    guard let model else { return try format.identify(path) }
    let checkpoint = try format.read(path, into: try CheckpointFile.architecture(model))
    return (try format.identify(path).identity, checkpoint)
  }
}
