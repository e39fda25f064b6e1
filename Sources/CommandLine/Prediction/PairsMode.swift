import ArgumentParser
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

  private var texts: AnsweredTexts {
    AnsweredTexts(
      file: pairs, text: source, fileOption: "--pairs", textOption: "--source", data: "pairs")
  }

  package var isAskedFor: Bool { texts.isGiven }
  package func check(_ modes: PredictionModes) throws { try texts.check(modes) }
  package func addFiles(to files: inout CommandFiles) { texts.add(to: &files) }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    var request = try texts.request()
    request.beams = modes.sampling.beam
    try texts.write(request, of: file, modes)
  }
}
