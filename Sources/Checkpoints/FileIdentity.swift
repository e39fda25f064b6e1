/// What a file is, whatever model is in it.
package struct FileIdentity: Equatable, Sendable {
  package var format: CheckpointFormat
  /// Who wrote it, or in which version of the format it is, as the file says; empty if it does not.
  package var version: String
  /// Whether an intact seal says that it is ours and no byte has changed.
  package var isSealed: Bool
  /// Whether the file has a model, not weights alone, that these tools can read.
  package var hasModel: Bool

  /// Looks at a file, and reads the model if it has one.
  ///
  /// - Throws: ``FileError`` if it is none of those that hold models.
  package static func read(
    _ path: String
  ) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    switch try CheckpointFormat.content(of: path) {
    case .safetensors:
      let texts = try SafetensorsFile(path).texts
      let identity = FileIdentity(
        format: .safetensors, version: texts["format"] == "pt" ? "PyTorch" : "", isSealed: false,
        hasModel: PortableState(texts: texts).hasModel)
      return (identity, identity.hasModel ? try CheckpointFile.load(path) : nil)
    case .onnx(let version):
      let identity = FileIdentity(
        format: .onnx, version: "format \(version)", isSealed: false, hasModel: false)
      return (identity, nil)
    default:
      return try ModelSource.open(path) { source in
        let older = try source.format == .kerasWeights && !KerasVariables.isLayout(of: source.root)
        let identity = FileIdentity(
          format: source.format,
          version: source.description.release.isEmpty
            ? (older ? "by layers" : "by variables") : "Keras \(source.description.release)",
          isSealed: source.isSealed, hasModel: source.description.model != nil)
        return (identity, identity.hasModel ? try source.checkpoint(into: nil) : nil)
      }
    }
  }
}
