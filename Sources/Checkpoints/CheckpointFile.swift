import Files
import HDF5
import Recurrent

/// Reading and writing checkpoints: whole, or not at all.
package enum CheckpointFile {
  /// Reads a checkpoint of ours, or another model file of a known format, whatever its name.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; needed where the file has
  ///   weights alone.
  /// - Throws: ``FileError``.
  package static func load(_ path: String, into architecture: Checkpoint? = nil) throws
    -> Checkpoint
  {
    try ModelFormats.readable(path).read(path, into: architecture)
  }

  /// Reads a model for weights of another file: from a model file, or from the text of a model alone, whose own weights are
  /// not set.
  ///
  /// - Throws: ``FileError``.
  package static func architecture(_ path: String) throws -> Checkpoint {
    if let text = try ModelFormats.recognized(path) as? KerasTextFormat {
      return try text.model(path)
    }
    return try load(path)
  }

  /// Whether a file has the text of a model, without weights.
  ///
  /// - Throws: ``FileError``.
  package static func isArchitecture(_ path: String) throws -> Bool {
    try ModelFormats.recognized(path) is KerasTextFormat
  }

  /// Opens a file of HDF5 and has `body` read what it wants, with the same care as ``load(_:into:)``.
  ///
  /// - Parameter body: Receives the root of the HDF5 file; that in an archive if it is one.
  /// - Throws: ``FileError``, or what `body` throws.
  package static func read<Result>(
    _ path: String, _ body: (Group) throws -> Result
  ) throws -> Result {
    _ = try ModelFormats.readable(path)
    return try KerasSource.open(path) { source in
      try source.verifyPieces()
      return try body(source.root)
    }
  }

  /// Checks that a file is whole, sealed and loads.
  ///
  /// - Returns: What it holds.
  /// - Throws: ``FileError`` that says what is wrong with it.
  @discardableResult
  package static func verify(_ path: String) throws -> Checkpoint {
    try ModelFormats.readable(path).verify(path)
  }

  /// The texts of a file that describe its model, `model_config` and `training_config`, as JSON.
  ///
  /// - Throws: ``FileError``.
  package static func description(_ path: String) throws -> JSONValue {
    try ModelFormats.readable(path).description(of: path)
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
  /// - Throws: ``FileError``; ``ConfigurationError`` if the name says no format.
  package static func save(
    _ checkpoint: Checkpoint, to path: String, lock: FileLock, keep: Int = 0
  ) throws {
    let format = try ModelFormats.named(path)
    guard format.isWritable else {
      throw ConfigurationError("\(path): is \(format.name), which is read here but not written")
    }
    guard SealKey.current == nil || format.isSealed else {
      throw ConfigurationError("\(path): \(format.suffix) files cannot be sealed with a key")
    }
    if let problem = checkpoint.trainingProblem, format.holds.isComplete {
      throw FileError.invalid(
        path, "cannot keep what the model is trained by: \(problem)", remedies: problem.remedies)
    }
    try AtomicFile.replace(path, target: lock.target) { file in
      try describing(path) { try format.write(checkpoint, to: file) }
    } check: { temporary in
      do {
        try format.check(temporary, is: checkpoint)
      } catch let error as FileError {
        throw FileError(
          error.kind, file: path, "not saved: it does not read back: \(error.reason)")
      }
    }
    if keep > 0, let update = checkpoint.optimizer?.iterations {
      try KeptCheckpoints.keep(path, update: update, most: keep)
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
