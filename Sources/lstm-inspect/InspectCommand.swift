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
    discussion: """
      \(exampleList)

      --diff ends with exit code 1 if the files differ.
      """,
    version: version)

  @Argument(help: ArgumentHelp("The checkpoint.", valueName: "CHECKPOINT"))
  var checkpoint: String

  @Flag(help: "Every weight array with its spread.")
  var weights = false

  @Flag(help: "Hidden and cell state of every stateful layer.")
  var state = false

  @Flag(help: "The optimizer's settings and moments.")
  var optimizer = false

  @Flag(help: "Loss and accuracy by epoch.")
  var history = false

  @Flag(help: "Keras' model_config and training_config, as JSON.")
  var config = false

  @Option(
    help: ArgumentHelp(
      "All values of one array; its path in the file, or the end of it.", valueName: "NAME"))
  var dump: String?

  @Option(help: ArgumentHelp("What is not the same in another file.", valueName: "OTHER"))
  var diff: String?

  @Flag(help: "Check that no byte has changed since it was written.")
  var verify = false

  @Option(help: "text, json, csv, or npy (with --dump).")
  var format: ReportFormat = .text

  func validate() throws {
    let alone = [dump != nil, diff != nil, verify, config].filter { $0 }.count
    let tables = [weights, state, optimizer, history].contains(true)
    guard alone <= 1, alone == 0 || !tables else {
      throw ValidationError("--config, --dump, --diff and --verify each stand alone")
    }
    guard format != .npy || dump != nil else {
      throw ValidationError("npy holds one array; choose it with --dump NAME")
    }
    try Self.modes.check([
      ("--verify", verify), ("--config", config), ("--diff", diff != nil), ("--dump", dump != nil),
      ("--format json", format == .json), ("--format csv", format == .csv),
      ("--format npy", format == .npy),
    ])
  }

  /// What stands alone, and the formats of each.
  private static let modes = OptionTable([
    OptionTable.Mode("--verify", takes: []),
    OptionTable.Mode("--config", takes: ["--format json"]),
    OptionTable.Mode("--diff", takes: ["--format json", "--format csv"]),
    OptionTable.Mode("--dump", takes: ["--format json", "--format csv", "--format npy"]),
    OptionTable.Mode(name: "tables", takes: ["--format json", "--format csv"]),
  ])

  /// What it writes goes to stdout.
  var files: CommandFiles { CommandFiles() }

  func run() throws {
    if let dump {
      try StandardStreams.output(ArrayDump(dump, in: checkpoint).bytes(format))
    } else if let diff {
      let difference = try CheckpointDifference(checkpoint, diff)
      if !difference.isEmpty || format != .text {
        try StandardStreams.output(format.render([difference.table]))
      }
      if !difference.isEmpty { throw ExitStatus.different }
    } else if verify {
      try CheckpointFile.verify(checkpoint)
      try StandardStreams.output("\(checkpoint): intact\n")
    } else if config {
      try StandardStreams.output(ConfigurationText.read(checkpoint))
    } else {
      let file = try FileIdentityReport(checkpoint)
      guard let report = file.contents else {
        let tables = [
          ("--weights", weights), ("--state", state), ("--optimizer", optimizer),
          ("--history", history),
        ]
        if let table = tables.first(where: \.1) {
          throw ValidationError(
            "\(table.0) needs a model, and \(checkpoint) has none that can be read here; leave it out to see what the file is"
          )
        }
        return try StandardStreams.output(format.render([file.summary]))
      }
      let chosen: [(Bool, () -> [ReportTable])] = [
        (weights, { [report.weights] }), (state, { [report.state] }),
        (optimizer, { [report.optimizer, report.moments] }), (history, { [report.history] }),
      ]
      let tables = chosen.filter(\.0).flatMap { $0.1() }
      try StandardStreams.output(
        format.render(tables.isEmpty ? [report.summary, report.layers] : tables))
    }
  }
}

extension ReportFormat: ExpressibleByArgument {}

extension InspectionError: UsageError {}
