import HDF5
import Recurrent

/// Reading and writing checkpoints: whole, sealed, or not at all.
public enum CheckpointFile {
  /// Reads a checkpoint of ours, or a model file of Keras' own.
  ///
  /// A file without an intact seal is walked by a child process first: libhdf5 can crash on damaged
  /// files.
  ///
  /// - Throws: ``CheckpointError``.
  public static func load(_ path: String) throws -> Checkpoint {
    try loadWithSeal(path).checkpoint
  }

  /// Reads a checkpoint as ``load(_:)`` does, and tells whether an intact seal says that it is ours and no
  /// byte has changed.
  ///
  /// - Throws: ``CheckpointError``.
  public static func loadWithSeal(
    _ path: String
  ) throws -> (checkpoint: Checkpoint, isSealed: Bool) {
    try open(path) { root, sealed in
      let reader = ArrayReader(sealed: sealed, file: path)
      return (try checkpoint(root, arrays: reader, file: path), sealed != nil)
    }
  }

  /// Opens the file and has `body` read what it wants, with the same care as ``load(_:)``.
  ///
  /// - Throws: ``CheckpointError``, or what `body` throws.
  public static func read<Result>(
    _ path: String, _ body: (Group) throws -> Result
  ) throws -> Result {
    try open(path) { root, sealed in
      try sealed?.verifyPieces()
      return try body(root)
    }
  }

  /// Checks that a file is whole, sealed and loads.
  ///
  /// - Throws: ``CheckpointError`` that tells what is wrong with it.
  public static func verify(_ path: String) throws {
    _ = try open(path, needsSeal: true) { root, sealed in
      try checkpoint(root, arrays: ArrayReader(sealed: sealed, file: path), file: path)
    }
  }

  /// Looks at the seal before HDF5 sees the file; at the pieces of large arrays, which HDF5 does not look
  /// into, when they are read, or afterwards.
  private static func open<Result>(
    _ path: String, needsSeal: Bool = false,
    _ body: (_ root: Group, _ sealed: SealedFile?) throws -> Result
  ) throws -> Result {
    var sealed: SealedFile?
    switch try SealedFile.open(path) {
    case .sealed(let file): sealed = file
    case .broken(let reason): throw CheckpointError.invalid(path, reason)
    case .absent where needsSeal:
      throw CheckpointError.invalid(
        path, "has no seal: it was not written by these tools, or was changed since")
    case .absent: try Quarantine.walk(path)
    }
    do {
      let result = try body(try File.open(path).root, sealed)
      try sealed?.verifyPieces()
      return result
    } catch let error as HDF5Error {
      throw CheckpointError.invalid(path, error.reason)
    } catch let error as OutOfMemory {
      throw CheckpointError.invalid(path, error.description)
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
    try AtomicFile.replace(path, target: lock.target) { temporary in
      let arrays = ArrayWriter(reportedAs: path)
      try describing(path) {
        let file = try File.create(temporary)
        try write(checkpoint, arrays: arrays, to: file.root)
        try file.close()
      }
      try arrays.seal(temporary)
    }
    if keep > 0, let update = checkpoint.optimizer?.iterations {
      try KeptCheckpoints.keep(path, update: update, most: keep)
    }
  }

  private static func checkpoint(
    _ root: Group, arrays: ArrayReader, file: String
  ) throws -> Checkpoint {
    let parameters: ParameterStore<Float>
    let kerasVersion = try KerasModel.version(root)
    do {
      parameters = try ParameterStore(try KerasModel.readConfiguration(root, file: file))
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(file, "/@model_config: \(error)")
    }
    try KerasWeights.read(root, into: parameters, arrays: arrays, file: file)
    let training = try KerasTraining.read(root, file: file)
    var checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try KerasOptimizer.read(
        root, training, parameters: parameters, arrays: arrays, file: file),
      loss: training?.loss ?? .categoricalCrossEntropy,
      recurrentState: nil, kerasVersion: kerasVersion)
    try ResumptionGroups.read(root, into: &checkpoint, arrays: arrays, file: file)
    if checkpoint.recurrentState == nil {
      checkpoint.recurrentState = RecurrentState.zero(parameters.configuration)
    }
    return checkpoint
  }

  private static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    try KerasModel.write(checkpoint, to: root)
    try KerasWeights.write(checkpoint, arrays: arrays, to: root)
    try KerasOptimizer.write(checkpoint, arrays: arrays, to: root)
    try ResumptionGroups.write(checkpoint, arrays: arrays, to: root)
  }

  /// Turns an error of HDF5 while writing into one that names the checkpoint, not the temporary file.
  private static func describing(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
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
