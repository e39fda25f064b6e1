import ArgumentParser
import CommandLine

/// The tables of what a checkpoint holds.
struct TableOptions: CommandMode {
  static let triggers = ["--weights", "--state", "--optimizer", "--history"]
  static let takes = ["--format", "--model"]

  @Flag(help: "Every weight array with its mean, deviation and range.")
  var weights = false

  @Flag(help: "Hidden and cell state of every stateful layer.")
  var state = false

  @Flag(help: "The optimizer's settings and moments.")
  var optimizer = false

  @Flag(help: "Loss and accuracy by epoch, and settings that were changed on the way.")
  var history = false

  /// The names of those that are asked for.
  var chosen: [String] {
    zip(Self.triggers, [weights, state, optimizer, history]).filter(\.1).map(\.0)
  }

  /// Those that are asked for, or a summary of the file.
  func tables(of report: CheckpointReport) -> [ReportTable] {
    var tables: [ReportTable] = []
    if weights { tables.append(report.weights) }
    if state { tables.append(report.state) }
    if optimizer { tables += [report.optimizer, report.moments] }
    if history { tables += [report.history, report.changes].compactMap { $0 } }
    return tables.isEmpty ? [report.summary, report.layers] : tables
  }
}

/// All values of one array.
struct DumpOption: CommandMode {
  static let triggers = ["--dump"]
  static let takes = ["--format"]

  @Option(
    help: ArgumentHelp(
      "All values of one array, given by its path in the file or the end of that path.",
      valueName: "NAME"))
  var dump: String?
}

/// What differs between two files.
struct DiffOption: CommandMode {
  static let triggers = ["--diff"]
  static let takes = ["--format"]

  @Option(help: ArgumentHelp("The differences from another file.", valueName: "OTHER"))
  var diff: String?
}

/// Whether a file is as it was written.
struct VerifyOption: CommandMode {
  static let triggers = ["--verify"]
  static let takes: [String] = []

  @Flag(help: "Check the checksums: no byte has changed since the file was written.")
  var verify = false
}

/// The texts that describe a model.
struct ConfigOption: CommandMode {
  static let triggers = ["--config"]
  static let takes = ["--format"]

  @Flag(help: "Keras' model_config and training_config, as JSON.")
  var config = false
}
