import Checkpoints
import Files

/// A model file on its way into another format.
package struct Conversion {
  private let checkpoint: Checkpoint
  private let output: String
  private let format: any ModelFormat
  private let lock: FileLock
  private let trainingProblem: TrainingProblem?

  /// Reads the file.
  ///
  /// - Parameters:
  ///   - output: The file that ``run()`` writes, in the format of its suffix.
  ///   - model: A file with the model, if `file` has weights alone.
  ///   - kerasVersion: Whose words the output uses; the file's if `nil`.
  /// - Throws: `FileError`; `ConfigurationError` if the output has an unknown suffix.
  package init(
    _ file: String, to output: String, model: String? = nil, kerasVersion: KerasVersion? = nil
  ) throws {
    format = try ModelFormats.named(output)
    // The lock comes first: what is read must not be replaced before it is written.
    lock = try FileLock(output)
    self.output = output
    let architecture = try model.map { try CheckpointFile.architecture($0) }
    var checkpoint = try Checkpoint.open(file, into: architecture)
    if let kerasVersion { try checkpoint.turn(into: kerasVersion, file: file) }
    trainingProblem = checkpoint.trainingProblem
    if trainingProblem != nil {
      // As a model that was not compiled.
      (checkpoint.trainingProblem, checkpoint.optimizer) = (nil, nil)
    }
    self.checkpoint = checkpoint
  }

  /// Writes the output, whole or not at all.
  ///
  /// - Throws: `FileError`.
  package func run() throws { try CheckpointFile.save(checkpoint, to: output, lock: lock) }

  /// What the format of the output has no place for, in words.
  package var losses: [String] {
    var losses: [String] = []
    if let trainingProblem {
      losses.append("\(output) has no loss and no optimizer: \(trainingProblem)")
    }
    let metrics = checkpoint.unsupportedMetrics
    if format.holds.optimizer, !metrics.isEmpty {
      losses.append("\(output) has no metrics \(metrics.joined(separator: ", "))")
    }
    losses += format.losses(of: checkpoint).map { "\(output) \($0)" }
    return losses
  }
}
