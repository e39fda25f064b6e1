import ArgumentParser
import Tasks

/// Showing how well a model does.
package struct EvaluateMode: PredictionMode {
  package static let triggers = ["--evaluate"]
  package static let takes = ["--csv", "--sequences", "--format"]

  @Flag(
    help: "Show loss and errors on the data that were kept for validation, or on others.")
  package var evaluate = false

  package init() {}

  package var isAskedFor: Bool { evaluate }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let task = try file.task()
    let given = [("csv", modes.common.csv), ("sequences", modes.answer.sequences)]
    for (name, data) in given where data != nil && type(of: task).otherData != name {
      throw ValidationError(
        "--\(name) does not apply to models of \(type(of: task).title); \(file.path) is one")
    }
    try task.evaluate(file, data: given.compactMap(\.1).first).show(modes.common.outputFormat)
  }
}

/// Predicting a label for each sequence of a file, or one for each of its steps.
package struct AnswerMode: PredictionMode {
  package static let triggers = ["--sequences"]
  package static let takes = ["--output", "--format"]

  @Option(
    help: ArgumentHelp(
      "Classify or tag the sequences of this file; - is stdin. With --evaluate: evaluate on this file.",
      valueName: "FILE"))
  package var sequences: String?

  package init() {}

  package var isAskedFor: Bool { sequences != nil }

  package func check(_ modes: PredictionModes) throws { try modes.common.checkTable() }

  package func addFiles(to files: inout CommandFiles) { files.read(sequences, "--sequences") }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let task = try file.task()
    guard let task = task as? any AnsweringTask else {
      throw ValidationError(
        "--sequences does not apply to models of \(type(of: task).title); \(file.path) is one")
    }
    try task.answers(file, sequences: sequences ?? "").write(
      to: modes.common.output, modes.common.outputFormat)
  }
}
