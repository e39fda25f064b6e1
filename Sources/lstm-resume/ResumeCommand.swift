import ArgumentParser
import Checkpoints
import CommandLine
import Tasks

@main
struct ResumeCommand: ToolCommand {
  static let examples = [
    "lstm-resume a.h5                           # the epochs that are left",
    "lstm-resume a.h5 --epochs 100              # 100 further epochs",
    "lstm-resume a.h5 --epochs 100 --save b.h5  # the same; a.h5 stays as it is",
    "lstm-resume a.h5 --csv new/sales.csv       # data that moved or grew",
    "lstm-resume a.h5 --learning-rate 0.0001    # from here on",
    "lstm-resume a.h5 --until val_loss=0.1      # or --stop-after 2h",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-resume",
    abstract: "Continue training from a checkpoint, bit for bit as if it had never stopped.",
    discussion: """
      \(exampleList)
      """,
    version: version)

  @Argument(help: ArgumentHelp("The checkpoint to continue from.", valueName: "CHECKPOINT"))
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "Train N further epochs. (default: those that were still planned)", valueName: "N"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp("The checkpoint to write. (default: the same)", valueName: "CHECKPOINT"))
  var save: String?

  @Option(
    help: ArgumentHelp(
      "The model for the weights in CHECKPOINT, if it holds only weights.", valueName: "MODEL"))
  var model: String?

  @OptionGroup(title: "Data") var data: ResumedDataOptions

  @OptionGroup(title: "Other settings from now on") var settings: ResumedSettings

  @OptionGroup(title: "Stored stream") var stream: StoredStreamOptions

  @OptionGroup(title: "Texts written while training") var preview: PreviewOptions

  @OptionGroup(title: "Saving") var saving: SavingOptions

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var seal: SealKeyOption

  @OptionGroup var dryRun: DryRunOption

  @Flag(help: "Show no progress.")
  var quiet = false

  func validate() throws {
    if let epochs, epochs < 0 {
      throw ValidationError("--epochs is \(epochs); it cannot be negative")
    }
  }

  private var target: String { save ?? checkpoint }

  var files: CommandFiles {
    var files = CommandFiles()
    files.read(checkpoint, "CHECKPOINT", replacedBy: "--save")
    files.read(model, "--model")
    data.addFiles(to: &files)
    saving.addFiles(path: target, to: &files)
    return files
  }

  /// What the run does otherwise than before.
  private var changes: ResumeChanges {
    var changes = ResumeChanges()
    changes.savesInPlace = target == checkpoint
    changes.stream = stream.choice
    data.apply(to: &changes)
    settings.apply(to: &changes)
    return changes
  }

  func run() throws {
    threads.apply()
    // The lock comes first: what is read must not be replaced before it is written.
    let schedule =
      try !dryRun.dryRun && (target != checkpoint || CheckpointFile.isFile(checkpoint))
      ? try saving.schedule(path: target) : nil
    let trained = try ModelFile(checkpoint, model: model)
    try protectData(of: trained.checkpoint)
    let run = try WaitingLine.showing("Preparing", isQuiet: quiet) {
      try TrainingRun(resuming: trained, epochs: epochs, changes: changes)
    }
    for note in run.notes { Self.note("note: \(note)") }
    guard !dryRun.dryRun else {
      try saving.checkNames(path: target)
      return try dryRun.show(run)
    }
    try Self.train(
      run, saving: try schedule ?? saving.schedule(path: target),
      stopping: settings.stopping.rule,
      logs: try saving.logs(hasSamples: preview.sampleEvery != nil),
      preview: try preview.preview(of: run), isQuiet: quiet)
  }
}
