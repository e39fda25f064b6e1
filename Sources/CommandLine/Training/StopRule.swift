import Files
import Recurrent
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What stops a run, beside a signal, before all its epochs are done: its state is saved, and it can go on.
package struct StopRule {
  private let limit: DurationOption?
  package let goal: TrainingGoal?
  private let begin = now()
  private var pace = ClockPace()
  /// Why the run is to stop, in words; `nil` as long as it is not.
  package private(set) var reason: String?

  init(after limit: DurationOption?, goal: TrainingGoal?) {
    (self.limit, self.goal) = (limit, goal)
  }

  /// Looks at a run after an update.
  mutating func update(_ trainer: Trainer, endedEpoch: Bool) {
    if endedEpoch { look(at: trainer.progress.history) }
    guard reason == nil, let limit, pace.isDue else { return }
    let time = Self.now()
    pace.look(at: time)
    if time - begin >= limit.seconds { reason = "stopped after \(limit.text)" }
  }

  /// Looks at the last epoch that is done.
  mutating func look(at history: History) {
    guard let goal, let value = goal.reached(in: history) else { return }
    reason = "\(goal.name) \(fixed(value, 4)) has reached \(goal)"
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
