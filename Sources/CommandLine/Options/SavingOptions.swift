import ArgumentParser
import Checkpoints
import Tasks

/// `--checkpoint-every`, `--keep`, `--save-best`, `--log` and `--tensorboard`, the same wherever training saves.
package struct SavingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also save every N epochs, or every N updates: 500updates.", valueName: "N"),
    transform: CheckpointSchedule.Interval.init(text:))
  package var checkpointEvery: CheckpointSchedule.Interval?

  @Option(
    help: ArgumentHelp(
      "Keep the last N of these as NAME-update-UPDATES.h5.", valueName: "N"))
  package var keep: Int = 0

  @Option(
    help: ArgumentHelp(
      "Also save the checkpoint of the best epoch, by validation loss, or by loss without validation.",
      valueName: "CHECKPOINT"))
  package var saveBest: String?

  @Option(
    help: ArgumentHelp(
      "Write loss and metrics of each epoch to a .csv or .jsonl file.", valueName: "FILE"))
  package var log: String?

  @Option(
    help: ArgumentHelp("Write loss and metrics as TensorBoard event files.", valueName: "FOLDER"))
  package var tensorboard: String?

  @Option(
    help: ArgumentHelp(
      "With --tensorboard, also write histograms of the weights: after the first epoch and then every N epochs.",
      valueName: "N"))
  package var tensorboardHistograms: Int?

  @Flag(help: "With --tensorboard, also write the graph of the model's layers.")
  package var tensorboardGraph = false

  package init() {}

  package func validate() throws {
    guard keep >= 0 else { throw ValidationError("--keep is \(keep); it cannot be negative") }
    if let tensorboardHistograms, tensorboardHistograms < 1 {
      throw ValidationError(
        "--tensorboard-histograms is \(tensorboardHistograms); it must be at least 1")
    }
    guard tensorboard == nil else { return }
    if tensorboardHistograms != nil {
      throw ValidationError("--tensorboard-histograms needs --tensorboard")
    }
    if tensorboardGraph { throw ValidationError("--tensorboard-graph needs --tensorboard") }
  }

  /// Takes the right to write at `path`.
  ///
  /// - Throws: `FileError`, or `ConfigurationError` if the name is not that of such a checkpoint.
  package func schedule(path: String) throws -> CheckpointSchedule {
    try CheckpointSchedule(
      path: path, interval: checkpointEvery, keep: keep, bestPath: saveBest)
  }

  /// Checks the names of what would be written, and writes nothing.
  ///
  /// - Parameter path: The checkpoint; `nil` if it has no name yet.
  /// - Throws: `ConfigurationError`.
  package func checkNames(path: String?) throws {
    if let path {
      try CheckpointSchedule.checkNames(path: path, keep: keep, bestPath: saveBest)
    }
    _ = try logs()
  }

  /// Adds what is written to the files of a command.
  ///
  /// - Parameter path: The checkpoint.
  package func addFiles(path: String?, to files: inout CommandFiles) {
    files.write(path, "--save")
    files.write(saveBest, "--save-best")
    files.write(log, "--log")
    files.write(tensorboard, "--tensorboard")
    for file in tensorboard.map(TensorBoardLog.files) ?? [] { files.write(file, "--tensorboard") }
  }

  /// What is written as epochs end.
  ///
  /// - Parameter hasSamples: Whether texts are written too.
  /// - Throws: `ConfigurationError` if a file has an unknown suffix.
  package func logs(hasSamples: Bool = false) throws -> [any EpochLog] {
    var logs: [any EpochLog] = []
    if let log { logs.append(try TrainingLog(log, hasSamples: hasSamples)) }
    if let tensorboard {
      logs.append(
        TensorBoardLog(
          tensorboard, histogramEpochs: tensorboardHistograms, hasGraph: tensorboardGraph))
    }
    return logs
  }
}

extension CheckpointSchedule.Interval {
  /// - Throws: `ValidationError` if it is neither epochs nor updates.
  init(text: String) throws(ValidationError) {
    let unit = "updates"
    let isUpdates = text.hasSuffix(unit)
    guard let count = Int(isUpdates ? String(text.dropLast(unit.count)) : text), count >= 1 else {
      throw ValidationError(
        "it is a number of epochs from 1, such as 10, or of updates: 500updates")
    }
    self = isUpdates ? .updates(count) : .epochs(count)
  }
}

extension KerasVersion: ExpressibleByArgument {
  package init?(argument: String) {
    guard let number = Int(argument) else { return nil }
    self.init(rawValue: number)
  }

  package var defaultValueDescription: String { String(rawValue) }
  package static var allValueStrings: [String] { ["3", "2"] }
}
