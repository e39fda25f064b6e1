import Files
import HDF5
import Recurrent

/// Reading and writing checkpoints: whole, sealed, or not at all.
package enum CheckpointFile {
  /// Reads a checkpoint of ours, or a model file of Keras' own: `.h5`, `.keras` or weights alone.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; needed where the file has
  ///   weights alone.
  /// - Throws: ``FileError``.
  package static func load(_ path: String, into architecture: Checkpoint? = nil) throws
    -> Checkpoint
  {
    if try CheckpointFormat.content(of: path) == .safetensors {
      return try PyTorchWeights.read(path, into: architecture)
    }
    return try ModelSource.open(path) { try $0.checkpoint(into: architecture) }
  }

  /// Opens the file and has `body` read what it wants, with the same care as ``load(_:into:)``.
  ///
  /// - Parameter body: Receives the root of the HDF5 file; that in an archive if it is one.
  /// - Throws: ``FileError``, or what `body` throws.
  package static func read<Result>(
    _ path: String, _ body: (Group) throws -> Result
  ) throws -> Result {
    try ModelSource.open(path) { source in
      try source.arrays.sealed?.verifyPieces()
      return try body(source.root)
    }
  }

  /// Checks that a file is whole, sealed and loads.
  ///
  /// - Throws: ``FileError`` that tells what is wrong with it.
  package static func verify(_ path: String) throws {
    _ = try ModelSource.open(path, needsSeal: true) { try $0.checkpoint(into: nil) }
  }

  /// The texts of a file that describe its model, `model_config` and `training_config`, as JSON.
  ///
  /// - Throws: ``FileError``.
  package static func description(_ path: String) throws -> JSONValue {
    try ModelSource.open(path) { source in
      var members: [String: JSONValue] = [:]
      members["model_config"] = source.description.model
      if source.format == .kerasHDF5 { members["training_config"] = source.description.training }
      return .object(members)
    }
  }

  /// Whether there is a file under that name, whatever is in it.
  ///
  /// - Throws: ``FileError`` if that cannot be known.
  package static func isFile(_ path: String) throws -> Bool { try isRegularFile(path) }

  /// Replaces the checkpoint at `path` by this one, or leaves what is there.
  ///
  /// - Parameters:
  ///   - lock: The right to write there.
  ///   - keep: How many files stay under names with their update too.
  /// - Throws: ``FileError``.
  package static func save(
    _ checkpoint: Checkpoint, to path: String, lock: FileLock, keep: Int = 0
  ) throws {
    let format = try CheckpointFormat(path: path)
    if let problem = checkpoint.trainingProblem, format.isComplete {
      throw FileError.invalid(
        path, "cannot keep what the model is trained by: \(problem)")
    }
    try AtomicFile.replace(path, target: lock.target) { file in
      try describing(path) { try write(checkpoint, format, to: file) }
    } check: { temporary in
      do {
        try verify(temporary, is: checkpoint, format)
      } catch let error as FileError {
        throw FileError(
          error.kind, file: path, "not saved: it does not read back: \(error.reason)")
      }
    }
    if keep > 0, let update = checkpoint.optimizer?.iterations {
      try KeptCheckpoints.keep(path, update: update, most: keep)
    }
  }

  private static func write(
    _ checkpoint: Checkpoint, _ format: CheckpointFormat, to file: NewFile
  ) throws {
    switch format {
    case .kerasArchive: try KerasArchive.write(checkpoint, to: file)
    case .kerasHDF5, .kerasWeights:
      let arrays = try ArrayWriter(reportedAs: file.reportedPath)
      if format == .kerasHDF5 {
        try KerasDescription.write(checkpoint, to: arrays.root)
        try KerasWeights.write(checkpoint, arrays: arrays, to: arrays.root)
        try KerasOptimizer.write(checkpoint, arrays: arrays, to: arrays.root)
      } else {
        try KerasVariables.write(checkpoint, arrays: arrays, to: arrays.root)
      }
      try ResumptionGroups.write(checkpoint, arrays: arrays, to: arrays.root)
      _ = try arrays.close()
      try arrays.write(to: file)
    case .safetensors: try PyTorchWeights.write(checkpoint, to: file)
    case .onnx: try ONNXModel.write(checkpoint, to: file)
    }
  }

  /// Reads a finished file as ``load(_:into:)`` would, and compares it with what it was written from.
  ///
  /// - Throws: ``FileError``.
  private static func verify(
    _ temporary: String, is checkpoint: Checkpoint, _ format: CheckpointFormat
  ) throws {
    switch format {
    case .kerasHDF5, .kerasArchive, .kerasWeights:
      try ModelSource.open(temporary, needsSeal: true) { try $0.verify(is: checkpoint) }
    case .safetensors:
      let read = try PyTorchWeights.read(temporary, into: nil)
      let parameters = checkpoint.parameters
      let isSame = zip(parameters.parameters, read.parameters.parameters).allSatisfy {
        UnsafeRawBufferPointer(parameters[$0]).elementsEqual(
          UnsafeRawBufferPointer(read.parameters[$1]))
      }
      guard isSame, read.recurrentState == checkpoint.recurrentState,
        read.stream == checkpoint.stream, read.vocabulary == checkpoint.vocabulary
      else { throw FileError.invalid(temporary, "it is not what was written") }
    // Nothing here reads ONNX; the bytes were compared.
    case .onnx: break
    }
  }

  /// Turns an error while writing into one that names the checkpoint.
  private static func describing(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ConfigurationError {
      throw FileError.invalid(path, "cannot hold the model: \(error)")
    } catch let error as HDF5Error {
      throw FileError(.inputOutput, file: path, "cannot write: \(error.reason)")
    }
  }
}
