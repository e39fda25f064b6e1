import ArgumentParser
import Tasks

/// Showing how well a model does.
package struct EvaluateMode: PredictionMode {
  package static let triggers = ["--evaluate"]
  package static let takes = [
    "--csv", "--sequences", "--pairs", "--threshold", "--beam", "--format",
  ]
  package static let formats: [OutputFormat] = [.text, .json, .csv]

  @Flag(
    help: "Show loss and errors on the data that were kept for validation, or on others.")
  package var evaluate = false

  @Option(
    help: ArgumentHelp(
      "With --evaluate: a text, not that of the training; - is stdin.", valueName: "FILE"))
  package var text: String?

  @Option(
    help: ArgumentHelp(
      "With --evaluate: arrays to evaluate any model on, as Keras' evaluate does: X.npy, X.csv or FILE.h5:DATASET.",
      valueName: "X"))
  package var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --evaluate: what the model should answer to the inputs: classes, one-hot rows or numbers.",
      valueName: "Y"))
  package var targets: [String] = []

  package init() {}

  package var isAskedFor: Bool { evaluate }

  package func check(_ modes: PredictionModes) throws {
    guard inputs.isEmpty == targets.isEmpty else {
      throw ValidationError(
        inputs.isEmpty ? "--targets needs --inputs" : "--inputs needs --targets")
    }
    let others = [
      ("--csv", modes.common.csv != nil), ("--sequences", modes.answer.sequences != nil),
      ("--pairs", modes.pairs.pairs != nil), ("--text", text != nil),
      ("--threshold", modes.answer.threshold != nil), ("--beam", modes.sampling.beam != nil),
    ]
    if !inputs.isEmpty, let other = others.first(where: \.1)?.0 {
      throw ValidationError("\(other) does not go with --inputs")
    }
  }

  package func addFiles(to files: inout CommandFiles) {
    files.read(text, "--text")
    for input in inputs { files.read(NamedFiles.path(input), "--inputs") }
    for target in targets { files.read(NamedFiles.path(target), "--targets") }
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let report = try report(file, modes, note: note)
    guard modes.common.format != .csv || report is any TableReport else {
      throw ValidationError(
        "--format csv does not apply to models of \(type(of: try file.task()).title); "
          + "\(file.path) is one")
    }
    try report.show(modes.common.outputFormat)
  }

  private func report(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws -> any Report {
    if !inputs.isEmpty {
      let evaluation = try ArrayEvaluation(file, inputs: inputs, targets: targets)
      for text in evaluation.notes { note("note: \(file.path): \(text)") }
      return evaluation
    }
    let task = try file.task()
    let given = [
      ("csv", modes.common.csv), ("sequences", modes.answer.sequences),
      ("pairs", modes.pairs.pairs), ("text", text),
    ]
    for (name, data) in given where data != nil && type(of: task).otherData != name {
      throw ValidationError(
        "--\(name) does not apply to models of \(type(of: task).title); \(file.path) is one")
    }
    let data = given.compactMap(\.1).first
    let options = EvaluationOptions(
      threshold: modes.answer.threshold, beams: modes.sampling.beam)
    guard let part = options.parts.first else { return try task.evaluate(file, data: data) }
    return try AnswerMode.task(task, of: file, takes: options.parts, part.option)
      .evaluate(file, data: data, options)
  }
}
