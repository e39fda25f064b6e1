import ArgumentParser
import Checkpoints
import CommandLine

@main
struct InspectCommand: ToolCommand {
  static let examples = [
    "lstm-inspect models/stateful.h5",
    "lstm-inspect models/stateful.h5 --state --weights",
    "lstm-inspect models/stateful.h5 --history --format csv",
    "lstm-inspect models/stateful.h5 --dump lstm/hidden --format npy > hidden.npy",
    "lstm-inspect a.h5 --diff b.h5",
    "lstm-inspect models/stateful.h5 --verify",
  ]

  static let configuration = CommandConfiguration(
    commandName: "lstm-inspect",
    abstract: "Show everything in a checkpoint: weights, state, optimizer, history.",
    usage: "lstm-inspect [<options>] <CHECKPOINT>",
    discussion: """
      \(exampleList)

      The exit code of --diff is 1 if the files differ.
      """,
    version: version)

  @Argument(help: ArgumentHelp("The checkpoint.", valueName: "CHECKPOINT"))
  var checkpoint: String

  @Option(
    help: ArgumentHelp(
      "The model for the weights in CHECKPOINT, if it holds only weights.", valueName: "MODEL"))
  var model: String?

  @OptionGroup(title: "What to show") var tables: TableOptions

  @OptionGroup(title: "What to show") var dump: DumpOption

  @OptionGroup(title: "What to show") var difference: DiffOption

  @OptionGroup(title: "What to show") var verify: VerifyOption

  @OptionGroup(title: "What to show") var config: ConfigOption

  @Option(
    help: ArgumentHelp("The format of the output; npy only with --dump.", valueName: "FORMAT"))
  var format: OutputFormat = .text

  @OptionGroup var seal: SealKeyOption

  static var rules: CommandModes? {
    CommandModes(
      [
        VerifyOption.self, ConfigOption.self, DiffOption.self, DumpOption.self, TableOptions.self,
      ], standard: TableOptions.self)
  }

  func validate() throws {
    guard format != .npy || dump.dump != nil else {
      throw ValidationError("npy holds one array; choose it with --dump NAME")
    }
    guard format != .csv || !config.config else {
      throw ValidationError("--format csv does not go with --config; it goes with tables")
    }
  }

  /// What it writes goes to stdout.
  var files: CommandFiles { CommandFiles() }

  func run() throws {
    if let dump = dump.dump {
      try StandardStreams.output(ArrayDump(dump, in: checkpoint).bytes(format))
    } else if let diff = difference.diff {
      let difference = try CheckpointDifference(checkpoint, diff)
      if !difference.isEmpty || format != .text {
        try StandardStreams.output(format.render([difference.table]))
      }
      if !difference.isEmpty { throw ExitStatus.different }
    } else if verify.verify {
      // What the task should be, its kind alone knows.
      var contents = try CheckpointFile.verify(checkpoint)
      try contents.readTask(of: checkpoint)
      try StandardStreams.output("\(checkpoint): intact\n")
    } else if config.config {
      try StandardStreams.output(ConfigurationText.read(checkpoint))
    } else {
      let file = try FileIdentityReport(checkpoint, model: model)
      guard let report = file.contents else {
        if let table = tables.chosen.first {
          throw ValidationError(
            "\(table) needs a model, and \(checkpoint) has none that can be read here; leave it out to see what the file is"
          )
        }
        return try StandardStreams.output(format.render([file.summary]))
      }
      try StandardStreams.output(format.render(tables.tables(of: report)))
    }
  }
}

extension InspectionError: UsageError {}
