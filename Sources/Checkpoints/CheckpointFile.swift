import HDF5
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading and writing checkpoints: whole, sealed, or not at all.
public enum CheckpointFile {
  /// Reads a checkpoint of ours, or a model file of Keras' own: `.h5`, `.keras` or weights alone.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; needed where the file has
  ///   weights alone.
  /// - Throws: ``CheckpointError``.
  public static func load(_ path: String, into architecture: Checkpoint? = nil) throws -> Checkpoint
  {
    if CheckpointFormat.content(of: path) == .safetensors {
      return try PyTorchWeights.read(path, into: architecture)
    }
    return try ModelSource.open(path) { try $0.checkpoint(into: architecture) }
  }

  /// Opens the file and has `body` read what it wants, with the same care as ``load(_:into:)``.
  ///
  /// - Parameter body: Receives the root of the HDF5 file; that in an archive if it is one.
  /// - Throws: ``CheckpointError``, or what `body` throws.
  public static func read<Result>(
    _ path: String, _ body: (Group) throws -> Result
  ) throws -> Result {
    try ModelSource.open(path) { source in
      try source.arrays.sealed?.verifyPieces()
      return try body(source.root)
    }
  }

  /// Checks that a file is whole, sealed and loads.
  ///
  /// - Throws: ``CheckpointError`` that tells what is wrong with it.
  public static func verify(_ path: String) throws {
    _ = try ModelSource.open(path, needsSeal: true) { try $0.checkpoint(into: nil) }
  }

  /// The texts of a file that describe its model, `model_config` and `training_config`, as JSON.
  ///
  /// - Throws: ``CheckpointError``.
  public static func description(_ path: String) throws -> JSONValue {
    try ModelSource.open(path) { source in
      var members: [String: JSONValue] = [:]
      members["model_config"] = source.description.model
      if source.format == .kerasHDF5 { members["training_config"] = source.description.training }
      return .object(members)
    }
  }

  /// Whether there is a file under that name, whatever is in it.
  public static func isFile(_ path: String) -> Bool { isRegularFile(path) }

  /// Replaces the checkpoint at `path` by this one, or leaves what is there.
  ///
  /// - Parameters:
  ///   - lock: The right to write there.
  ///   - keep: How many files stay under names with their update too.
  /// - Throws: ``CheckpointError``.
  public static func save(
    _ checkpoint: Checkpoint, to path: String, lock: CheckpointLock, keep: Int = 0
  ) throws {
    let format = try CheckpointFormat(path: path)
    try AtomicFile.replace(path, target: lock.target) { temporary in
      try describing(path) {
        switch format {
        case .kerasArchive: try KerasArchive.write(checkpoint, to: temporary, reportedAs: path)
        case .kerasHDF5: try writeHDF5(checkpoint, to: temporary, reportedAs: path, write)
        case .kerasWeights:
          try writeHDF5(checkpoint, to: temporary, reportedAs: path, writeWeights)
        case .safetensors:
          try PyTorchWeights.write(checkpoint, to: temporary, reportedAs: path)
        case .onnx: try ONNXModel.write(checkpoint, to: temporary, reportedAs: path)
        }
      }
    }
    if keep > 0, let update = checkpoint.optimizer?.iterations {
      try KeptCheckpoints.keep(path, update: update, most: keep)
    }
  }

  private static func writeHDF5(
    _ checkpoint: Checkpoint, to temporary: String, reportedAs path: String,
    _ body: (Checkpoint, ArrayWriter, Group) throws -> Void
  ) throws {
    let arrays = ArrayWriter(reportedAs: path)
    let hdf5 = try File.create(temporary)
    try body(checkpoint, arrays, hdf5.root)
    try hdf5.close()
    guard let file = FileDescriptor(temporary, O_RDWR) else {
      throw CheckpointError.cannotWrite(path)
    }
    try file.seal(try arrays.finish(file), reportedAs: path)
  }

  private static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    try KerasDescription.write(checkpoint, to: root)
    try KerasWeights.write(checkpoint, arrays: arrays, to: root)
    try KerasOptimizer.write(checkpoint, arrays: arrays, to: root)
    try ResumptionGroups.write(checkpoint, arrays: arrays, to: root)
  }

  private static func writeWeights(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    try KerasVariables.write(checkpoint, arrays: arrays, to: root)
    try ResumptionGroups.write(checkpoint, arrays: arrays, to: root)
  }

  /// Turns an error of HDF5 while writing into one that names the checkpoint, not the temporary file.
  private static func describing(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(path, "cannot hold the model: \(error)")
    } catch let error as HDF5Error {
      // What the system said stands inside HDF5's message.
      let said = error.stack.compactMap {
        $0.split(separator: "error message = '").dropFirst().first
      }
      let reason = said.first.flatMap { $0.split(separator: "'").first }.map(String.init)
      throw CheckpointError(
        .inputOutput, file: path, "cannot write: \(reason ?? error.reason)")
    }
  }
}
