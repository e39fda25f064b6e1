import Checkpoints
import Files
import Kernels
import Recurrent
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Saves a run while it goes on: what it has at a moment is copied at once, and a thread of its own writes the copy.
///
/// A save that fails is tried again; the last time, the error is that of the run. One moment is saved at a time: while a
/// save is under way, others wait or are left out.
final class BackgroundSaving {
  /// The files of a moment.
  struct Moment: OptionSet {
    let rawValue: Int
    /// That of the run as it stands.
    static let last = Moment(rawValue: 1)
    /// That of its best epoch.
    static let best = Moment(rawValue: 2)
  }

  /// The seconds before a save is tried again, each time.
  private static let pauses: [Double] = [0.05, 1]

  private let schedule: CheckpointSchedule
  private var copy: CheckpointCopy?
  private var work: BackgroundWork?
  /// What the thread has to tell.
  private let state = Mutex(State())
  /// The updates of the newest moment that is in the run's file.
  private(set) var savedAt: Int?

  private struct State {
    /// Of attempts after which another one follows.
    var failures: [FileError] = []
    /// Of the last one.
    var error: (any Error)?
    var savedAt: Int?
  }

  init(_ schedule: CheckpointSchedule) { self.schedule = schedule }

  /// Whether a save is under way.
  var isBusy: Bool { work.map { !$0.isFinished } ?? false }

  /// What went wrong since the last time and is tried again.
  func takeFailures() -> [FileError] {
    guard work != nil else { return [] }
    return state.withLock { state in
      defer { state.failures = [] }
      return state.failures
    }
  }

  /// Begins to save a run as it is now, when the save before has ended.
  ///
  /// - Throws: What made the save before fail.
  func save(_ checkpoint: Checkpoint, _ moment: Moment) throws {
    try finish()
    let copied: Checkpoint
    do {
      let copy = try copy ?? CheckpointCopy(of: checkpoint)
      self.copy = copy
      copied = copy.take(checkpoint)
    } catch is OutOfMemory {
      // Without room for a copy the run waits.
      try write(checkpoint, moment)
      savedAt = checkpoint.optimizer?.iterations
      return
    }
    // Nobody else sees the copy until the thread has ended.
    nonisolated(unsafe) let saved = copied
    nonisolated(unsafe) let saving = self
    let key = SealKey.current
    work = BackgroundWork {
      SealKey.$current.withValue(key) { saving.writeRepeatedly(saved, moment) }
    }
  }

  /// Ends when nothing is under way any more.
  ///
  /// - Throws: What made the last save fail.
  func finish() throws {
    work?.wait()
    try check()
  }

  /// - Throws: What made the last save fail, if it has ended.
  func check() throws {
    guard let work, work.isFinished else { return }
    work.wait()
    self.work = nil
    let (error, savedAt) = state.withLock { state in
      defer { state.error = nil }
      return (state.error, state.savedAt)
    }
    if let error { throw error }
    if let savedAt { self.savedAt = savedAt }
  }

  private func write(_ checkpoint: Checkpoint, _ moment: Moment) throws {
    if moment.contains(.last) { try schedule.save(checkpoint) }
    if moment.contains(.best) { try schedule.saveBest(checkpoint) }
  }

  private func writeRepeatedly(_ checkpoint: Checkpoint, _ moment: Moment) {
    for pause in Self.pauses.map(Optional.some) + [nil] {
      do {
        try write(checkpoint, moment)
        if moment.contains(.last) {
          state.withLock { $0.savedAt = checkpoint.optimizer?.iterations }
        }
        return
      } catch let error as FileError {
        guard let pause else { return state.withLock { $0.error = error } }
        state.withLock { $0.failures.append(error) }
        usleep(UInt32(pause * 1_000_000))
      } catch {
        return state.withLock { $0.error = error }
      }
    }
  }
}
