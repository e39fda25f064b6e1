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
}

/// Learning to predict a label for each sequence.
package struct LabelsOptions: TaskOptions {
  package static let triggers = ["--label"]
  package static let takes =
    TaskKinds.ofNewModels + SampleOptions.ofSymbols + SequencesOptions.optionNames + ofRows
    + ["--sequence-length", "--loss"]
  package static let needs = ["--sequences"]
  /// The options of sequences that are made of rows.
  private static let ofRows = ["--key", "--date", "--features"]

  @Option(
    help: ArgumentHelp(
      "With --sequences: classify; the column of the label of each sequence.", valueName: "COLUMN"))
  package var label: String?

  @Flag(help: "With --label: labels are numbers, not classes.")
  package var regression = false

  @Flag(
    help:
      "With --label or --pairs: the recurrent layers that read sequences do so from both ends.")
  package var bidirectional = false

  @Option(
    help: ArgumentHelp(
      "With --label: a sequence has any number of labels, with this between them in the column: ';'.",
      valueName: "SEPARATOR"))
  package var labelSeparator: String?

  @Option(
    help: ArgumentHelp(
      """
      With --label: the column that says train, validation or test. (default: a random part for validation, see \
      --validation-split)
      """, valueName: "COLUMN"))
  package var split: String?

  @Flag(
    help:
      "With --label or --pairs: additive attention over the steps that were read, in place of the last step alone."
  )
  package var attention = false

  package init() {}

  package func validate() throws {
    guard labelSeparator != "" else {
      throw ValidationError(
        "--label-separator is empty; give what is between two labels, such as ';'")
    }
    guard labelSeparator == nil || !regression else {
      throw ValidationError("--label-separator does not go with --regression")
    }
  }

  package var isAskedFor: Bool { label != nil }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    var task = try newTask(kinds)
    task.isRegression = regression
    (task.isBidirectional, task.hasAttention) = (bidirectional, attention)
    task.labelSeparator = labelSeparator
    task.split = split
    task.level = kinds.samples.level
    task.sequenceLength = kinds.samples.sequenceLength
    task.vocabularySize = kinds.samples.vocabularySize
    task.embedding = kinds.samples.embedding
    return task
  }

  /// Where the sequences are: in a column, or in the rows of several.
  private func newTask(_ kinds: TaskKinds) throws(ValidationError) -> LabelsTask {
    let (columns, label) = (kinds.columns, label ?? "")
    let file = kinds.sequences.sequences ?? ""
    guard let key = columns.key else {
      guard columns.date == nil, columns.features == nil else {
        throw ValidationError(
          "\(columns.date != nil ? "--date" : "--features") needs --key, the column that says which "
            + "sequence a row belongs to")
      }
      guard let column = kinds.sequences.sequence else {
        throw ValidationError(
          "--label needs --sequence COLUMN, or --key COLUMN if each step has a row of its own")
      }
      return LabelsTask(file: file, sequence: column, label: label)
    }
    let (sequences, samples) = (kinds.sequences, kinds.samples)
    for (name, isGiven) in [
      ("--sequence", sequences.sequence != nil), ("--level", samples.level != nil),
      ("--vocabulary-size", samples.vocabularySize != nil),
      ("--embedding", samples.embedding != nil),
    ] where isGiven {
      throw ValidationError("\(name) does not go with --key, whose rows are numbers")
    }
    return LabelsTask(
      file: file,
      rows: SequenceRows(
        key: key, date: columns.date, features: columns.features?.elements ?? []), label: label)
  }
}
