import ArgumentParser
import Recurrent
import Tasks

/// When a run ends before all its epochs are done, of new runs and of those that go on.
package struct StoppingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Stop when the validation loss, or the loss without validation, has not improved for N epochs.",
      valueName: "N"))
  package var earlyStopping: Int?

  @Flag(
    help: "With early stopping: the weights of the best epoch are the model's when the run ends.")
  package var restoreBest = false

  @Option(
    help: ArgumentHelp(
      "Save and stop after that time: 2h, 30m, 90s, or 1h30m. lstm-resume continues.",
      valueName: "TIME"))
  package var stopAfter: DurationOption?

  @Option(
    help: ArgumentHelp(
      "Save and stop after the epoch that reaches it: loss=0.1, val_loss=0.1, accuracy=0.9 or another metric. lstm-resume continues.",
      valueName: "NAME=NUMBER"),
    transform: TrainingGoal.init)
  package var until: TrainingGoal?

  package init() {}

  /// What stops a run.
  package var rule: StopRule { StopRule(after: stopAfter, goal: until) }
}

/// `2h`, `30m`, `90s`, `1h30m`: a time.
package struct DurationOption: ExpressibleByArgument, Sendable {
  /// As it was given.
  package let text: String
  package let seconds: Double

  private static let units: [Character: Double] = ["h": 3600, "m": 60, "s": 1]

  package init?(argument: String) {
    var (seconds, digits) = (0.0, "")
    for character in argument {
      guard let unit = Self.units[character] else {
        digits.append(character)
        continue
      }
      guard let number = Double(digits), number >= 0, number.isFinite else { return nil }
      seconds += number * unit
      digits = ""
    }
    guard digits.isEmpty, seconds > 0, seconds.isFinite else { return nil }
    (text, self.seconds) = (argument, seconds)
  }
}
