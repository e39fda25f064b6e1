import Files
import Recurrent
import Tasks

/// What stops a run, beside a signal, before all its epochs are done: its state is saved, and it can go on.
package struct StopRule {
  private let limit: DurationOption?
  package let goal: TrainingGoal?
  private let clock = RunClock()
  /// Why the run is to stop, in words; `nil` as long as it is not.
  package private(set) var reason: String?

  init(after limit: DurationOption?, goal: TrainingGoal?) {
    (self.limit, self.goal) = (limit, goal)
  }

  /// Looks at a run after an update.
  mutating func update(_ trainer: Trainer, endedEpoch: Bool) {
    if endedEpoch { look(at: trainer.progress.history) }
    guard reason == nil, let limit else { return }
    if clock.seconds >= limit.seconds { reason = "stopped after \(limit.text)" }
  }

  /// Looks at the last epoch that is done.
  mutating func look(at history: History) {
    guard let goal, let value = goal.reached(in: history) else { return }
    reason = "\(goal.name) \(fixed(value, 4)) has reached \(goal)"
  }
}
