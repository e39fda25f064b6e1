import HDF5
import Recurrent

/// A file of a Keras layout, opened with care: where its arrays are, and what it says about its model.
struct ModelSource {
  let path: String
  /// The HDF5 group that holds everything.
  let root: Group
  let description: KerasDescription
  let format: CheckpointFormat
  /// Whether an intact seal says that the file is ours and no byte has changed.
  let isSealed: Bool
  let arrays: ArrayReader

  /// Opens a file and has `body` read what it wants.
  ///
  /// The seal is looked at before HDF5 sees the file; the pieces of large arrays, which HDF5 does not look into,
  /// when they are read, or afterwards. Without a seal a child process walks the file first: libhdf5 can crash
  /// on damaged files.
  ///
  /// - Throws: ``CheckpointError``, or what `body` throws.
  static func open<Result>(
    _ path: String, needsSeal: Bool = false, _ body: (ModelSource) throws -> Result
  ) throws -> Result {
    let (content, verdict) = try SealedFile.open(path)
    var sealed: SealedFile?
    switch verdict {
    case .sealed(let file): sealed = file
    case .broken(let reason): throw CheckpointError.invalid(path, reason)
    case .absent where needsSeal:
      throw CheckpointError.invalid(
        path, "has no seal: it was not written by these tools, or was changed since")
    case .absent: break
    }
    do {
      let result: Result
      switch content {
      case .zip:
        let archive = try ZipReader(path)
        let description = try KerasDescription(archive, file: path)
        let unpacked = try KerasArchive.unpackWeights(archive, file: path)
        guard CheckpointFormat.content(of: unpacked.path) == .hdf5 else {
          throw CheckpointError.invalid(path, "\(KerasArchive.weights): is not HDF5")
        }
        if sealed == nil { try Quarantine.walk(unpacked.path, reportedAs: path) }
        result = try body(
          ModelSource(
            path: path, root: try File.open(unpacked.path).root, description: description,
            format: .kerasArchive, isSealed: sealed != nil,
            arrays: ArrayReader(sealed: nil, file: path)))
        withExtendedLifetime(unpacked) {}
      case .hdf5:
        if sealed == nil { try Quarantine.walk(path, reportedAs: path) }
        let root = try File.open(path).root
        let description = try KerasDescription(root, file: path)
        result = try body(
          ModelSource(
            path: path, root: root, description: description,
            format: description.model == nil ? .kerasWeights : .kerasHDF5, isSealed: sealed != nil,
            arrays: ArrayReader(sealed: sealed, file: path)))
        try sealed?.verifyPieces()
      case .safetensors, .onnx, .other:
        throw CheckpointError.invalid(path, "is not a file of Keras'")
      }
      return result
    } catch let error as HDF5Error {
      throw CheckpointError.invalid(path, error.reason)
    } catch let error as OutOfMemory {
      throw CheckpointError.invalid(path, error.description)
    }
  }

  /// What the file holds.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; the file's own model if `nil`.
  /// - Throws: `HDF5Error` or ``CheckpointError``.
  func checkpoint(into architecture: Checkpoint?) throws -> Checkpoint {
    let own = try architecture == nil ? description.configuration(file: path) : nil
    guard let configuration = architecture?.configuration ?? own else {
      throw CheckpointError.invalid(
        path,
        try KerasVariables.isLayout(of: root) || KerasWeights.isLayout(of: root)
          ? "holds weights without their model; give the model too (lstm-convert --model MODEL)"
          : "is HDF5, but no model of Keras': it has no attribute model_config")
    }
    let parameters: ParameterStore<Float>
    do {
      parameters = try ParameterStore(configuration)
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(path, "\(description.modelPlace): \(error)")
    }
    try readWeights(into: parameters)
    let training = try description.kerasTraining(file: path)
    var checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try optimizer(
        training?.optimizer ?? architecture?.optimizer?.configuration, parameters),
      loss: training?.loss ?? architecture?.loss ?? .categoricalCrossEntropy, recurrentState: nil,
      vocabulary: architecture?.vocabulary,
      kerasVersion: architecture?.kerasVersion ?? description.version)
    try ResumptionGroups.read(root, into: &checkpoint, arrays: arrays, file: path)
    if checkpoint.recurrentState == nil {
      checkpoint.recurrentState = RecurrentState.zero(configuration)
    }
    return checkpoint
  }

  private func readWeights(into parameters: ParameterStore<Float>) throws {
    if try KerasVariables.isLayout(of: root), format != .kerasHDF5 {
      try KerasVariables.read(root, into: parameters, arrays: arrays, file: path)
    } else {
      let group = try format == .kerasHDF5 ? root.group("model_weights") : root
      try KerasWeights.read(group, into: parameters, arrays: arrays, file: path)
    }
  }

  private func optimizer(
    _ configuration: OptimizerConfiguration?, _ parameters: ParameterStore<Float>
  ) throws -> Optimizer<Float>? {
    guard let configuration else { return nil }
    let variables =
      try format == .kerasHDF5
      ? KerasOptimizer.variables(root) : KerasVariables.optimizerVariables(root)
    return try KerasOptimizer.read(
      variables ?? [], configuration, parameters: parameters, arrays: arrays, file: path)
  }
}
