import Checkpoints
import Files
import Recurrent

/// A model's file that is open: what it holds, and the right to save what becomes of it. Predictions and streams are
/// views on it.
package final class ModelFile {
  package let path: String
  package private(set) var checkpoint: Checkpoint
  private let target: (path: String, lock: FileLock)?

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file to read.
  ///   - model: A file with the model, if the file has weights alone.
  ///   - target: Where ``save()`` writes; nowhere if `nil`.
  /// - Throws: `FileError`; `ConfigurationError` if a file of the target's name cannot keep a stream.
  package init(_ path: String, model: String? = nil, savingTo target: String? = nil) throws {
    self.path = path
    // The right to write comes first: what is read must not be replaced in between. Where the file itself is
    // missing, that is an error of reading.
    if let target, try target != path || CheckpointFile.isFile(path) {
      let format = try ModelFormats.named(target)
      guard format.isReadable else {
        throw ConfigurationError(
          "\(target): a stream cannot continue from a \(format.suffix) file; store the state in another format"
        )
      }
      self.target = (target, try FileLock(target))
    } else {
      self.target = nil
    }
    checkpoint = try Checkpoint.open(
      path, into: try model.map { try CheckpointFile.architecture($0) })
  }

  /// What the model was trained on; a model of Keras' own takes arrays.
  ///
  /// - Throws: `FileError` if the file keeps something else than a task.
  package func task() throws -> any LearningTask {
    guard let stored = checkpoint.task else { return ArraysTask() }
    do {
      return try TaskRegistry.task(stored)
    } catch let problem as MemberProblem {
      throw error("the task's \(problem.name) \(problem.description(in: stored.members))")
    }
  }

  /// The task, which must be of a kind.
  ///
  /// - Throws: `FileError` if it is of another one.
  package func task<Kind: LearningTask>(as kind: Kind.Type) throws -> Kind {
    let task = try task()
    guard let own = task as? Kind else {
      throw error("is a model of \(type(of: task).title), not of \(kind.title)")
    }
    return own
  }

  /// Whether ``save()`` writes anything.
  var isSaved: Bool { target != nil }
  /// Whether the file that is saved is the one that was read.
  var savesInPlace: Bool { target?.path == path }

  /// Decides every random number of the model's training.
  package var randomSeed: UInt64 { checkpoint.task?.options.randomSeed ?? 0 }

  /// An error in what the file holds.
  package func error(_ reason: String) -> FileError { FileError(.invalid, file: path, reason) }

  /// Names the file in what is wrong with its model.
  ///
  /// - Throws: `FileError` for a `ConfigurationError`, or what `body` throws.
  package func naming<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as ConfigurationError {
      throw self.error(error.description)
    }
  }

  /// Stores where a stream stands. Training goes on from the state that it had.
  ///
  /// - Throws: What `change` throws.
  package func moveStream(_ change: (inout Checkpoint) throws -> Void) rethrows {
    checkpoint.keepTrainingState()
    try change(&checkpoint)
  }

  /// Replaces the target by what the model has become; nothing if there is none.
  ///
  /// - Throws: `FileError`.
  package func save() throws {
    guard let target else { return }
    try CheckpointFile.save(checkpoint, to: target.path, lock: target.lock)
  }
}

extension Checkpoint {
  /// Where a prediction or a live stream stands; `nil` if none has begun: where training stands in its data is no
  /// place that a stream was at.
  var movedStream: StreamPosition? { stream.flatMap { $0.hasMoved ? $0 : nil } }
}
