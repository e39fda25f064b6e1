import Recurrent

/// What a file is, whatever model is in it.
public struct FileIdentity: Equatable, Sendable {
  public var format: CheckpointFormat
  /// Who wrote it, or in which version of the format it is, as the file says; empty if it does not.
  public var version: String
  /// Whether an intact seal says that it is ours and no byte has changed.
  public var isSealed: Bool
  /// Whether the file has a model, not weights alone, that these tools can read.
  public var hasModel: Bool

  /// Looks at a file.
  ///
  /// - Throws: ``CheckpointError`` if it is none of those that hold models.
  public init(of path: String) throws {
    switch CheckpointFormat.content(of: path) {
    case .safetensors:
      let texts = try SafetensorsFile(path).texts
      self.init(
        format: .safetensors, version: texts["format"] == "pt" ? "PyTorch" : "", isSealed: false,
        hasModel: PortableState(texts: texts).hasModel)
    case .onnx(let version):
      self.init(
        format: .onnx, version: "format \(version)", isSealed: false, hasModel: false)
    default:
      self = try ModelSource.open(path) { source in
        let older = source.format == .kerasWeights && !KerasVariables.isLayout(of: source.root)
        return FileIdentity(
          format: source.format,
          version: source.description.release.isEmpty
            ? (older ? "by layers" : "by variables") : "Keras \(source.description.release)",
          isSealed: source.isSealed, hasModel: source.description.model != nil)
      }
    }
  }

  private init(format: CheckpointFormat, version: String, isSealed: Bool, hasModel: Bool) {
    self.format = format
    self.version = version
    self.isSealed = isSealed
    self.hasModel = hasModel
  }
}
