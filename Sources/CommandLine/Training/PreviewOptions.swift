import ArgumentParser
import Recurrent
import Tasks

/// What a model of texts writes while it is trained.
package struct PreviewOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Show a text that the model writes, every N epochs, or every N updates: 500updates.",
      valueName: "N"),
    transform: CheckpointSchedule.Interval.init(text:))
  package var sampleEvery: CheckpointSchedule.Interval?

  @Option(
    help: ArgumentHelp(
      "With --sample-every: the number of symbols to write. (default: 200)", valueName: "N"))
  package var sampleLength: Int?

  @Option(
    help: ArgumentHelp(
      "With --sample-every: what the text begins with. (default: the beginning of the training text)",
      valueName: "TEXT"))
  package var sampleSeed: String?

  package init() {}

  package func validate() throws {
    guard sampleEvery != nil || sampleLength == nil && sampleSeed == nil else {
      throw ValidationError(
        "\(sampleLength == nil ? "--sample-seed" : "--sample-length") needs --sample-every")
    }
    guard (1...Self.mostSymbols).contains(sampleLength ?? 1) else {
      throw ValidationError(
        "--sample-length is \(sampleLength ?? 0); it must be from 1 to \(Self.mostSymbols)")
    }
  }

  private static let mostSymbols = 1_000_000

  /// What shows the texts of a run; `nil` if none are asked for.
  ///
  /// - Throws: `SeedError`, `ConfigurationError` if the model is not one of texts, or `OutOfMemory`.
  package func preview(of run: TrainingRun) throws -> RunPreview? {
    guard let sampleEvery else { return nil }
    return RunPreview(
      every: sampleEvery,
      preview: try TextPreview(of: run, seed: sampleSeed, length: sampleLength ?? 200))
  }
}

/// Shows on stderr what a model writes as its training goes on.
package struct RunPreview {
  fileprivate let every: CheckpointSchedule.Interval
  fileprivate let preview: TextPreview

  /// The text, and as it is shown below its heading, if it is time for one.
  ///
  /// - Throws: `ConfigurationError`.
  func sample(
    of trainer: Trainer, endedEpoch: Bool
  ) throws -> (text: String, shown: String)? {
    guard every.isDue(trainer, endedEpoch: endedEpoch) else { return nil }
    let place =
      endedEpoch ? "epoch \(trainer.progress.epoch)" : "update \(trainer.optimizer.iterations)"
    let text = try preview.text()
    return (text, "==> after \(place) <==\n\(text)\(text.hasSuffix("\n") ? "" : "\n")\n")
  }
}
