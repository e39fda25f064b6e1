import Checkpoints
import Files
import Recurrent

/// Where a run is saved, how often on the way, and how many older checkpoints stay.
package struct CheckpointSchedule {
  /// The time between two checkpoints.
  package enum Interval: Equatable, Sendable {
    case epochs(Int)
    case updates(Int)

    /// Whether it is over with the last update.
    package func isDue(_ trainer: Trainer, endedEpoch: Bool) -> Bool {
      switch self {
      case .epochs(let count): endedEpoch && trainer.progress.epoch % count == 0
      case .updates(let count): trainer.optimizer.iterations % count == 0
      }
    }
  }

  /// The path as it was given.
  package let path: String
  /// `nil` to save at the end only.
  package let interval: Interval?
  /// How many of the checkpoints, the newest among them, stay under names with their update too: for
  /// `a.h5`, `a-update-00000750.h5`.
  package let keep: Int
  private let lock: FileLock
  private let best: (path: String, lock: FileLock)?

  /// Takes the right to write at `path`.
  ///
  /// - Parameter bestPath: Where the checkpoint after the best epoch so far is kept; nowhere if `nil`.
  /// - Throws: ``FileError`` if nothing can be written there, or somebody else does;
  ///   ``ConfigurationError`` if a file of that name is one that training cannot go on from.
  package init(
    path: String, interval: Interval? = nil, keep: Int = 0, bestPath: String? = nil
  ) throws {
    try Self.checkNames(path: path, keep: keep, bestPath: bestPath)
    self.path = path
    self.interval = interval
    self.keep = keep
    lock = try FileLock(path)
    best = try bestPath.map { ($0, try FileLock($0)) }
  }

  /// Checks the names alone, without the right to write.
  ///
  /// - Throws: ``ConfigurationError`` as `init`.
  package static func checkNames(path: String, keep: Int, bestPath: String?) throws {
    for path in [path, bestPath].compactMap({ $0 }) {
      let format = try ModelFormats.named(path)
      guard format.holds.isComplete else {
        let complete = ModelFormats.all.filter(\.holds.isComplete).map(\.suffix)
        throw ConfigurationError(
          "\(path): training cannot continue from a \(format.suffix) file; save a "
            + "\(complete.joined(separator: " or ")) file and convert it afterwards")
      }
    }
    guard bestPath != path else {
      throw ConfigurationError("\(path): the best checkpoint needs a name of its own")
    }
    if keep > 0 { try KeptCheckpoints.checkName(path) }
  }

  func isDue(_ trainer: Trainer, endedEpoch: Bool) -> Bool {
    interval?.isDue(trainer, endedEpoch: endedEpoch) ?? false
  }

  func save(_ checkpoint: Checkpoint) throws {
    try CheckpointFile.save(checkpoint, to: path, lock: lock, keep: keep)
  }

  /// Whether the best epoch has a file of its own.
  var savesBest: Bool { best != nil }

  func saveBest(_ checkpoint: Checkpoint) throws {
    guard let best else { return }
    try CheckpointFile.save(checkpoint, to: best.path, lock: best.lock)
  }
}
