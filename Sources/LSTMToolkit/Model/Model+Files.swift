import Checkpoints
import Files
import Recurrent
import Tasks

/// The Keras that opens a file as its own. The two do not read each other's HDF5 files.
public enum KerasLayout: Sendable {
  /// tf-keras, the continuation of Keras 2.
  case keras2
  /// Keras 3.
  case keras3

  var version: KerasVersion {
    switch self {
    case .keras2: .two
    case .keras3: .three
    }
  }
}

extension Model {
  /// Opens a model file: one of ``save(_:layout:)`` or of the commands, Keras' `.h5` or `.keras`, or a
  /// `.safetensors` file that has its model.
  ///
  /// Training goes on from the file's optimizer, recurrent state and history.
  ///
  /// - Throws: `FileError` that names the file and what in it is not what it should be.
  public convenience init(contentsOf path: String) throws {
    let checkpoint = try Checkpoint.open(path)
    self.init(
      ModelCore(
        checkpoint, randomSeed: checkpoint.task?.options.randomSeed ?? Self.standardRandomSeed))
  }

  /// Writes the model, whole or not at all, with its optimizer, recurrent state and history. Keras opens `.h5` and
  /// `.keras` files as its own; the suffix decides, and `.weights.h5`, `.safetensors` and `.onnx` hold less.
  ///
  /// - Parameter layout: The Keras whose layout the file has; that of the file it was read from, or Keras 3, if
  ///   `nil`.
  /// - Parameter path: Where it is written.
  /// - Throws: `FileError` if it cannot be written, or another process is writing it; `ConfigurationError` if no
  ///   model file ends in such a suffix.
  public func save(_ path: String, layout: KerasLayout? = nil) throws {
    let lock = try FileLock(path)
    try core.lock.locked {
      var checkpoint = core.snapshot
      if let layout { checkpoint.kerasVersion = layout.version }
      try CheckpointFile.save(checkpoint, to: path, lock: lock)
    }
  }

  /// Takes the weights of a file in place of its own: `.weights.h5`, `.safetensors`, or those of a whole model.
  ///
  /// - Throws: `FileError` if it cannot be read, or holds the weights of another model.
  public func loadWeights(contentsOf path: String) throws {
    try core.lock.locked {
      let read = try CheckpointFile.load(path, into: core.checkpoint).parameters
      for parameter in core.parameters.parameters {
        _ = core.parameters[parameter].update(fromContentsOf: read[parameter])
      }
      core.forgetRun()
    }
  }
}
