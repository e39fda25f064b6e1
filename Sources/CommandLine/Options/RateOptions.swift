import ArgumentParser
import Recurrent
import Tasks

/// The learning rate and how it changes, of new runs and of those that go on.
package struct RateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The optimizer's learning rate. (default: the model's)", valueName: "RATE"))
  package var learningRate: Float?

  @Option(
    help: ArgumentHelp(
      "The learning rate schedule: \(ScheduleOption.forms). (default: constant; that of the checkpoint)",
      valueName: "SCHEDULE"),
    transform: ScheduleOption.init)
  package var schedule: ScheduleOption?

  @Option(
    help: ArgumentHelp(
      "The number of updates in which the learning rate rises from zero.", valueName: "N"))
  package var warmUp: Int?

  package init() {}

  package func validate() throws { try checkCount("--warm-up", warmUp, least: 0) }

  /// Whether the schedule is half a cosine over the epochs of the run.
  var followsCosine: Bool { schedule.map { $0.course == nil } ?? false }
}

/// Checks a number of epochs or updates.
///
/// - Throws: `ValidationError` with the option and the numbers that there can be.
func checkCount(_ option: String, _ value: Int?, least: Int) throws(ValidationError) {
  guard let value, !(least...TrainingProgress.mostEpochs).contains(value) else { return }
  throw ValidationError(
    "\(option) is \(value); it must be from \(least) to \(TrainingProgress.mostEpochs)")
}
