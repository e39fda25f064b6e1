import ArgumentParser
import Files
import Tasks

/// Writing the text that belongs to another one.
package struct PairsMode: PredictionMode {
  package static let triggers = ["--pairs", "--source"]
  package static let takes = ["--output", "--format", "--beam"]
  package static let formats: [OutputFormat] = [.text, .json, .csv]

  @Option(
    help: ArgumentHelp(
      "Write the targets of the sources in this file, whose column is called as in the training; - is stdin. With --evaluate: evaluate on this file.",
      valueName: "FILE"))
  package var pairs: String?

  @Option(
    help: ArgumentHelp(
      "Write the target of one source; - reads one from each line of stdin.", valueName: "TEXT"))
  package var source: String?

  package init() {}

  package var isAskedFor: Bool { pairs != nil || source != nil }

  package func check(_ modes: PredictionModes) throws {
    guard pairs == nil || source == nil else {
      throw ValidationError("--source does not go with --pairs")
    }
    try modes.common.checkTable()
  }

  package func addFiles(to files: inout CommandFiles) {
    files.read(pairs, "--pairs")
    if source == DataFiles.standardInput { files.read(source, "--source") }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    var request = AnswerRequest(
      try pairs.map { .file($0) } ?? .lines(source ?? "", option: "--source"))
    request.beams = modes.sampling.beam
    let task = try AnswerMode.task(
      try file.task(), of: file, takes: request.parts, data: "pairs",
      source == nil ? "--pairs" : "--source")
    try task.answers(file, request).write(to: modes.common.outputFile, modes.common.outputFormat)
  }
}
