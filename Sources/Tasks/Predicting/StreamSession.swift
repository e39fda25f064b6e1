import Checkpoints
import Files
import Recurrent

/// One run of a stream: from a seed or from where it stood, some steps on, and back into a file.
package final class StreamSession {
  package private(set) var checkpoint: Checkpoint
  private let file: String
  private let target: StateTarget?
  private var predictor: SequencePredictor?
  /// The rows that the stream which goes on has seen.
  private var rowsSeen = 0

  /// - Parameters:
  ///   - file: The checkpoint to read.
  ///   - target: Where ``save()`` writes; nowhere if `nil`.
  /// - Throws: `FileError`.
  package init(_ file: String, savingTo target: String?) throws {
    self.file = file
    self.target = try StateTarget(target, reading: file)
    checkpoint = try CheckpointFile.load(file)
  }

  /// The same as a session of text; `nil` if the model was trained on none.
  ///
  /// - Throws: `FileError`.
  package func text() throws -> TextSession? {
    guard case .text = checkpoint.task?.source else { return nil }
    return try TextSession(checkpoint, file: file, target: target)
  }

  /// What models were trained on.
  package enum Kind: Sendable {
    case letters
    case text
    /// Numbers, whose streams are `LiveSession`s.
    case series
    /// Sequences with labels, which `LabelledSession`s answer.
    case labelled
    case arrays
  }

  package var kind: Kind {
    switch checkpoint.task?.source {
    case .experiment: .letters
    case .text: .text
    case .series: .series
    case .labelled: .labelled
    case .arrays, nil: .arrays
    }
  }

  /// Makes `steps` steps.
  ///
  /// - Parameters:
  ///   - seed: What to read from a zero state; goes on where the stream stands if `nil`.
  ///   - row: Whose steps to hand over.
  ///   - body: Takes each step as it is made.
  /// - Throws: `FileError`, ``SeedError``, `ConfigurationError` if there is no such row, or what
  ///   `body` throws.
  package func run(
    seed: String?, steps: Int, row: Int = 0, _ body: (SequencePredictor.Step) throws -> Void
  ) throws {
    let predictor = try SequencePredictor(checkpoint, file: file)
    guard (0..<predictor.rows).contains(row) else {
      throw ConfigurationError("there is no row \(row); the model has \(predictor.rows), from 0")
    }
    if let seed {
      do throws(SeedError) {
        try predictor.begin(seed: seed)
      } catch {
        throw SeedError("\(file): \(error)")
      }
    } else if let stream = checkpoint.stream, !stream.nextInput.isEmpty {
      try predictor.resume(stream)
      if let missing = predictor.whatIsMissing {
        throw FileError(.invalid, file: file, "its stream \(missing) to go on")
      }
    } else {
      throw FileError(
        .invalid, file: file, "holds no running stream; begin one with --seed and --save-state")
    }
    self.predictor = predictor
    rowsSeen = seed == nil ? checkpoint.stream?.rowsSeen ?? 0 : 0
    for _ in 0..<steps { try body(predictor.step()[row]) }
  }

  /// Stores where the stream stands. Training goes on from the state it had.
  ///
  /// - Throws: `FileError`.
  package func save() throws {
    guard let target, let predictor else { return }
    checkpoint.keepTrainingState()
    checkpoint.recurrentState = predictor.recurrentState
    checkpoint.stream = predictor.stream
    checkpoint.stream?.rowsSeen = rowsSeen
    try target.save(checkpoint)
  }
}
