import ArgumentParser
import CommandLine
import Tasks

@main
struct TrainCommand: ToolCommand {
  static let examples = [
    "lstm-train --save alphabet.h5",
    "lstm-train --text book.txt --save book.h5",
    "lstm-train --csv sales.csv --target sales --date month --sequence-length 12 --save sales.h5",
    "lstm-train --text book.txt --units 128,128 --epochs 20 --save deep.h5",
    "lstm-train --text book.txt --units 512,512 --dry-run",
    "lstm-train --experiment timesteps --epochs 200 --save timesteps.h5",
    "lstm-train --units 64,32 --checkpoint-every 10 --keep 3 --save kept.h5",
    "lstm-train --sequences words.csv --sequence word --label language --save words.h5",
    "lstm-train --sequences motions.csv --key id --date time --label motion --save motions.h5",
    "lstm-train --sequences names.csv --sequence sentence --tags tags --save tagger.h5",
    "lstm-train --pairs dates.csv --source date --target iso --save dates.h5",
    "lstm-train --from book.h5 --text other.txt --save other.h5",
    "lstm-train --model model.h5 --inputs X.npy --targets Y.npy --epochs 20 --save trained.h5",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-train",
    abstract: "Train a recurrent model and save it with its optimizer and its recurrent state.",
    discussion: """
      EXPERIMENTS:
      \(Experiment.all.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))

      \(exampleList)

      Ctrl-C saves and stops; lstm-resume continues from there.
      """,
    version: version)

  static var rules: CommandModes? { TaskKinds.rules }

  @OptionGroup var kinds: TaskKinds

  @OptionGroup(title: "Learning") var learning: LearningOptions

  @OptionGroup(title: "Texts written while training") var preview: PreviewOptions

  @OptionGroup(title: "Saving") var saving: SavingOptions

  @OptionGroup var threads: ThreadsOption

  @OptionGroup var seal: SealKeyOption

  @OptionGroup var dryRun: DryRunOption

  func check() throws {
    guard kinds.common.save != nil || dryRun.dryRun else {
      throw ValidationError("Missing expected argument '--save <CHECKPOINT>'")
    }
    try kinds.check(learning)
  }

  var files: CommandFiles {
    var files = CommandFiles()
    kinds.addFiles(to: &files)
    saving.addFiles(path: kinds.common.save, to: &files)
    return files
  }

  func run() throws {
    threads.apply()
    let common = kinds.common
    let plan = try kinds.plan(learning)
    // The lock comes first: what is read must not be replaced before it is written.
    let schedule = try dryRun.dryRun ? nil : common.save.map(saving.schedule)
    if schedule == nil { try saving.checkNames(path: common.save) }
    let run = try WaitingLine.showing("Preparing", isQuiet: common.quiet) {
      try TrainingRun(plan)
    }
    if !common.quiet { for note in run.notes { Self.note(note) } }
    if common.verbose { Self.note(run.trainer.memoryDescription) }
    guard let schedule else { return try dryRun.show(run) }
    try Self.train(
      run, saving: schedule, stopping: learning.stopping.rule,
      logs: try saving.logs(hasSamples: preview.sampleEvery != nil),
      preview: try preview.preview(of: run), isQuiet: common.quiet)
  }
}
