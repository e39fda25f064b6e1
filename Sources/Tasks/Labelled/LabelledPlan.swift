import Checkpoints

/// Which sequences with labels to learn.
package struct LabelledPlan: Sendable {
  /// A CSV file with names in its first line, or a JSON object on each line of a `.jsonl` or `.ndjson` file.
  package var file: String
  /// The columns, or members of the objects.
  package var sequence: String
  package var label: String
  /// Whether labels are numbers to come near to, not classes.
  package var isRegression = false
  /// What a symbol of a text is; `nil` to see by the first sequence whether it is numbers, and take the characters of
  /// a text.
  package var level: TextTask.Level?
  /// The most steps of a sample, of longer sequences the last ones; those of the longest sequence if `nil`.
  package var sequenceLength: Int?
  /// The units of the learnt embedding of symbols; 32 if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; all if `nil`.
  package var vocabularySize: Int?

  package init(file: String, sequence: String, label: String) {
    self.file = file
    self.sequence = sequence
    self.label = label
  }
}
