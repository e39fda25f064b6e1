/// What a run that goes on from a checkpoint is to do otherwise than before.
package struct ResumeChanges: Sendable {
  /// What becomes of a stream that the checkpoint holds.
  package enum Stream: Sendable {
    /// It stays where it stands, beside the training.
    case kept
    /// It ends: the checkpoint has the stream of its training data again.
    case ended
  }

  /// Files in place of those that the task names, by what they are called, see ``LearningTask/dataNames``.
  package var data: [String: [String]] = [:]
  /// What becomes of the stream; a live stream that would be lost is an error if `nil`.
  package var stream: Stream?
  /// Whether the checkpoint is saved over, so that what is not kept is lost.
  package var savesInPlace = false

  package init() {}
}
