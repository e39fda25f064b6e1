@testable import CommandLine
@testable import Tasks

extension Parser {
  /// Values of options that have a form of their own.
  static let options = Parser("options", mostBytes: 256) { bytes, _ in
    let text = bytes.text
    _ = try? ScheduleOption(text)
    _ = try? NamedNumbersOption(text)
    _ = try? ListOption<Int>(text, of: "a number")
    _ = DurationOption(argument: text)
    _ = try? TrainingGoal(text)
    _ = try? Frequency(option: text)
  }
}
