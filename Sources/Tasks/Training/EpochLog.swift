import Recurrent

/// A place where loss and metrics go as epochs end.
///
/// A run that goes on keeps the epochs that are done, and takes away those that the checkpoint does not have.
package protocol EpochLog {
  /// Writes all that the run knows of its epochs, and stays open for those to come.
  ///
  /// - Throws: `FileError` if it cannot be written.
  func begin(_ trainer: Trainer) throws

  /// Adds the epoch that ended last.
  ///
  /// - Throws: `FileError`.
  func add(_ trainer: Trainer) throws

  /// Adds a text that a model of texts wrote after an update; before the epoch if it ended with that.
  ///
  /// - Throws: `FileError`.
  func add(sample text: String, _ trainer: Trainer, endedEpoch: Bool) throws
}

extension EpochLog {
  package func add(sample text: String, _ trainer: Trainer, endedEpoch: Bool) throws {}
}
