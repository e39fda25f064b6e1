import ArgumentParser
import Tasks

/// `--sequences`, `--sequence`, `--label` and `--regression`: which sequences with labels to learn.
package struct LabelledOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Learn to tell the label of each sequence in this file: X.csv with names in its first line, or X.jsonl, an object a line.",
      valueName: "FILE"))
  package var sequences: String?

  @Option(
    help: ArgumentHelp(
      "The column of the sequences: texts, or numbers with blanks between.", valueName: "COLUMN"))
  package var sequence: String?

  @Option(help: ArgumentHelp("The column of the labels.", valueName: "COLUMN"))
  package var label: String?

  @Flag(help: "Labels are numbers to come near to, not classes.")
  package var regression = false

  package init() {}

  package func validate() throws {
    guard sequences == nil || sequence != nil && label != nil else {
      throw ValidationError("--sequences needs --sequence COLUMN and --label COLUMN")
    }
  }

  package static let names = ["--sequences", "--sequence", "--label", "--regression"]

  /// Each option, and whether it is given.
  package var given: [(name: String, isGiven: Bool)] {
    let values: [Any?] = [sequences, sequence, label]
    let areGiven = values.map { $0 != nil } + [regression]
    return zip(Self.names, areGiven).map { (name: $0, isGiven: $1) }
  }

  /// The plan; `nil` if no such sequences are to be learnt.
  package var plan: LabelledPlan? {
    guard let sequences, let sequence, let label else { return nil }
    var plan = LabelledPlan(file: sequences, sequence: sequence, label: label)
    plan.isRegression = regression
    return plan
  }
}
