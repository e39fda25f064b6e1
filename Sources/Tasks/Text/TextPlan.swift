import Checkpoints

/// Which text to learn, and how it is cut into samples.
package struct TextPlan: Sendable {
  /// Read one after the other; `-` is stdin.
  package var files: [String]
  package var level = TextTask.Level.character
  /// The symbols of a sample: how far back an update looks.
  package var sequenceLength = 50
  /// Whether samples may be shorter, and batches smaller, where the text is too short for them.
  package var mayShortenSamples = false
  package var mayShrinkBatches = false
  /// Whether the state is carried from sample to sample through the whole text.
  package var isStateful = true
  /// The units of a learnt embedding; symbols are one-hot if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; all if `nil`.
  package var vocabularySize: Int?

  /// The updates of an epoch that a short text is to have.
  private static let updates = 20

  /// Batches and samples that fit the text: as they are if they do. Otherwise batches are made small enough for
  /// ``updates`` updates an epoch, and samples short enough that each part of the text has one for each row.
  ///
  /// - Parameters:
  ///   - training: The symbols to train on.
  ///   - validation: Those kept for validation; 0 if there is none.
  func fitting(
    training: Int, validation: Int, batchSize: Int
  ) -> (batchSize: Int, sequenceLength: Int) {
    let least = (validation > 0 ? min(training, validation) : training) - 1
    var (batch, length) = (batchSize, sequenceLength)
    let rows = { (batch: Int) in isStateful ? batch : 1 }
    guard length > 0, batch > 0, least > 0,
      rows(batch).multipliedReportingOverflow(by: length)
        .partialValue > least
    else { return (batch, length) }
    if mayShrinkBatches, isStateful {
      batch = max(1, min(batch, training / (Self.updates * length), least / length))
    }
    if mayShortenSamples { length = max(1, min(length, least / rows(batch))) }
    return (batch, length)
  }

  /// - Parameter level: Words have an embedding and are the 10,000 most frequent ones unless you say otherwise.
  package init(files: [String], level: TextTask.Level = .character) {
    self.files = files
    self.level = level
    guard level == .word else { return }
    embedding = 64
    vocabularySize = 10_000
  }
}
