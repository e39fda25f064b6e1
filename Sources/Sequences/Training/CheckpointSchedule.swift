import Checkpoints
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a run is saved, how often on the way, and how many older checkpoints stay.
public struct CheckpointSchedule {
  /// The time between two checkpoints.
  public enum Interval: Equatable, Sendable {
    case epochs(Int)
    case updates(Int)
  }

  /// The path as it was given.
  public let path: String
  /// `nil` to save at the end only.
  public let interval: Interval?
  /// How many checkpoints stay beside the newest, each under a name with its update: for `a.h5`,
  /// `a-00000750.h5`.
  public let keep: Int
  private let lock: CheckpointLock

  /// Takes the right to write at `path`.
  ///
  /// - Throws: ``CheckpointError`` if nothing can be written there, or somebody else does.
  public init(path: String, interval: Interval? = nil, keep: Int = 0) throws {
    self.path = path
    self.interval = interval
    self.keep = keep
    lock = try CheckpointLock(path)
  }

  func isDue(_ trainer: Trainer, endedEpoch: Bool) -> Bool {
    switch interval {
    case .epochs(let count): endedEpoch && trainer.progress.epoch % count == 0
    case .updates(let count): trainer.optimizer.iterations % count == 0
    case nil: false
    }
  }

  func save(_ checkpoint: Checkpoint) throws {
    try CheckpointFile.save(checkpoint, to: path, lock: lock)
    guard keep > 0, let update = checkpoint.optimizer?.iterations else { return }
    let numbered = numberedPath(update)
    unlink(numbered)
    // The same file under a second name: the next save replaces only the first.
    guard link(path, numbered) == 0 else {
      throw CheckpointError(
        .cannotCreate, file: numbered, "cannot keep: \(String(cString: strerror(errno)))")
    }
    removeOldest(upTo: update)
  }

  private func numberedPath(_ update: Int) -> String {
    let digits = String(update)
    let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return stem + "-" + number + suffix
  }

  private var stem: String { path.hasSuffix(".h5") ? String(path.dropLast(3)) : path }
  private var suffix: String { path.hasSuffix(".h5") ? ".h5" : "" }

  /// Removes all but the newest numbered checkpoints; later ones are another run's.
  private func removeOldest(upTo update: Int) {
    let slash = stem.lastIndex(of: "/")
    let folder = slash.map { stem[...$0] } ?? "./"
    let prefix = (slash.map { stem[stem.index(after: $0)...] } ?? stem[...]) + "-"
    guard let directory = opendir(String(folder)) else { return }
    defer { closedir(directory) }
    var updates: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(
          to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)
        ) {
          String(cString: $0)
        }
      }
      guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { continue }
      let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
      guard digits.count >= 8, digits.allSatisfy(\.isNumber), let number = Int(digits),
        number <= update
      else { continue }
      updates.append(number)
    }
    for update in updates.sorted().dropLast(keep) { unlink(numberedPath(update)) }
  }
}
