import ArgumentParser
import Files
import Recurrent
import Tasks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `--dry-run`: what a run would be like.
package struct DryRunOption: ParsableArguments {
  @Flag(
    help: """
      Show the shapes of all layers, memory, updates and an estimate of the time, from updates of about two seconds that \
      are thrown away. Nothing is written.
      """)
  package var dryRun = false

  @Option(
    help: ArgumentHelp(
      "The format of --dry-run: text, json or csv. (default: text)", valueName: "FORMAT"))
  package var format: OutputFormat?

  package init() {}

  package func validate() throws {
    guard format == nil || dryRun else { throw ValidationError("--format needs --dry-run") }
    guard format != .npy else { throw ValidationError("--format npy does not go with --dry-run") }
  }

  /// Measures a run and shows it.
  ///
  /// - Throws: What its updates throw, or ``OutputError``.
  package func show(_ run: TrainingRun) throws {
    let format = format ?? .text
    let report = try WaitingLine.showing("Measuring") {
      try DryRun(run.trainer, isText: format == .text)
    }
    try StandardStreams.output(format.render(report.tables))
  }
}

/// What a training run would be like: its layers, its memory and its time.
struct DryRun {
  let tables: [ReportTable]

  /// Makes some updates.
  ///
  /// - Parameter isText: Whether sizes and times are for people, not numbers of bytes and seconds.
  /// - Throws: What they throw.
  init(_ trainer: Trainer, isText: Bool) throws {
    let model = trainer.model
    let progress = trainer.progress
    let memory = TrainingMemory(trainer)
    let epochs = progress.targetEpochs - progress.epoch
    let layers = ReportTable(
      layersOf: model.configuration, batch: model.batch, timeSteps: model.timeSteps)
    func bytes(_ count: Int) -> ReportTable.Cell {
      isText ? .text(Self.size(count)) : .integer(count)
    }
    func time(_ seconds: Double) -> ReportTable.Cell {
      isText ? .text(Self.duration(seconds)) : .number(seconds)
    }
    let trainable = model.parameters.parameters.filter(\.isTrainable).reduce(0) { $0 + $1.count }
    let size = ReportTable(
      name: "model",
      facts: [
        ("parameters", .integer(model.configuration.parameterCount)),
        ("trainable parameters", .integer(trainable)),
        ("weights", bytes(memory.weights)), ("gradients", bytes(memory.gradients)),
        ("optimizer \(trainer.optimizer.configuration.className)", bytes(memory.optimizer)),
        ("training buffers", bytes(memory.training)),
        ("validation buffers", memory.validation.map(bytes) ?? .none),
        ("memory", bytes(memory.total)),
      ])
    let samples = trainer.source.samples
    let estimate = try TrainingEstimate(measuring: trainer)
    let (updates, isTooMuch) = epochs.multipliedReportingOverflow(by: trainer.updatesPerEpoch)
    let course = ReportTable(
      name: "training",
      facts: [
        ("samples", .integer(samples)),
        ("validation samples", trainer.evaluator.map { .integer($0.samples) } ?? .none),
        ("batch size", .integer(trainer.options.batchSize)),
        ("updates per epoch", .integer(trainer.updatesPerEpoch)), ("epochs", .integer(epochs)),
        (
          "updates",
          isTooMuch ? .none : .integer(epochs == 0 ? 0 : max(0, updates - progress.updateInEpoch))
        ),
        ("measured updates", .integer(estimate.updates)),
        ("time of an update", time(estimate.secondsPerUpdate)),
        ("time of a validation", estimate.secondsPerValidation.map(time) ?? .none),
        ("time of an epoch", time(estimate.secondsPerEpoch)),
        ("time of all epochs", time(estimate.seconds)),
        ("memory of this process", Self.peak.map(bytes) ?? .none),
      ])
    tables = [layers, size, course]
  }

  /// The most memory that this process has had, in bytes, the data in it.
  private static var peak: Int? {
    var usage = rusage()
    #if canImport(Glibc)
      guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
      return usage.ru_maxrss * 1024
    #else
      guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
      return usage.ru_maxrss
    #endif
  }

  /// `12.3 MiB`.
  static func size(_ bytes: Int) -> String {
    var (size, unit) = (Double(bytes), "bytes")
    for larger in ["KiB", "MiB", "GiB", "TiB"] where size >= 1024 {
      (size, unit) = (size / 1024, larger)
    }
    return "\(fixed(size, unit == "bytes" ? 0 : 1)) \(unit)"
  }

  /// `12.3 µs`, `4.5 ms`, `9.0 s`, and from a minute on as progress shows it.
  static func duration(_ seconds: Double) -> String {
    if seconds >= 60 { return ProgressLine.clock(seconds) }
    if seconds >= 1 { return fixed(seconds, 1) + " s" }
    return seconds >= 1e-3 ? fixed(seconds * 1e3, 1) + " ms" : fixed(seconds * 1e6, 1) + " µs"
  }
}
