import Recurrent

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

  /// The learning rate; with a schedule, the one that it starts from.
  package var learningRate: Float?
  /// The schedule of the learning rate from now on.
  package var course: LearningRateSchedule.Course?
  /// Whether that is half a cosine over the epochs that are left.
  package var followsCosine = false
  /// The updates over which the rate rises; the schedule then begins anew.
  package var warmUp: Int?
  /// The norm, or the value, that gradients are clipped to; 0 for none.
  package var clipNorm: Double?
  package var clipValue: Double?
  /// The rate of the `Dropout` layers that there are.
  package var dropout: Double?
  package var batchSize: Int?
  /// The epochs without a better loss after which the run ends; 0 for none.
  package var earlyStopping: Int?
  /// Whether the weights of the best epoch, from now on, are the model's when the run ends.
  package var restoresBest = false

  package init() {}
}
