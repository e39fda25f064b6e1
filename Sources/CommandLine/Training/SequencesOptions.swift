import ArgumentParser
import Tasks

/// Which sequences a file has: the same options whatever is predicted for them.
package struct SequencesOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Classify or tag sequences: X.csv with names in its first line, X.jsonl with an object a line, or X.conll.",
      valueName: "FILE"))
  package var sequences: String?

  @Option(
    help: ArgumentHelp(
      "With --sequences: the column of texts, or of numbers separated by blanks. (default: 1 in CoNLL files)",
      valueName: "COLUMN"
    ))
  package var sequence: String?

  package init() {}

  /// The file and the column.
  ///
  /// - Throws: `ValidationError` if one is missing.
  func required() throws(ValidationError) -> (file: String, column: String) {
    guard let sequences, let sequence else {
      throw ValidationError("--sequences and --sequence COLUMN go together")
    }
    return (sequences, sequence)
  }
}

/// Learning to predict a label for each sequence.
package struct LabelsOptions: TaskOptions {
  package static let triggers = ["--label"]
  package static let takes =
    TaskKinds.ofNewModels + SampleOptions.ofSymbols + SequencesOptions.optionNames
    + ["--sequence-length", "--loss"]
  package static let needs = SequencesOptions.optionNames

  @Option(
    help: ArgumentHelp(
      "With --sequences: classify; the column of the label of each sequence.", valueName: "COLUMN"))
  package var label: String?

  @Flag(help: "With --label: labels are numbers, not classes.")
  package var regression = false

  @Flag(help: "With --label: recurrent layers read the sequences from both ends.")
  package var bidirectional = false

  package init() {}

  package var isAskedFor: Bool { label != nil }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    let (file, column) = try kinds.sequences.required()
    var task = LabelsTask(file: file, sequence: column, label: label ?? "")
    task.isRegression = regression
    task.isBidirectional = bidirectional
    task.level = kinds.samples.level
    task.sequenceLength = kinds.samples.sequenceLength
    task.vocabularySize = kinds.samples.vocabularySize
    task.embedding = kinds.samples.embedding
    return task
  }
}
