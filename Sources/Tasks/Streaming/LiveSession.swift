import Checkpoints
import Files
import Recurrent

/// A model that answers lines as they come, keeps its state from each to the next, and can store it to go on there
/// later.
package final class LiveSession {
  package private(set) var checkpoint: Checkpoint
  private let target: StateTarget?
  private let stream: any LineStream
  /// The lines that were answered, those of earlier runs included.
  package private(set) var rowsSeen: Int
  /// The rows of the stream that the checkpoint holds.
  private var rowsStored: Int
  /// Whether the target does not hold the checkpoint yet.
  private var isNewTarget: Bool

  /// - Parameters:
  ///   - file: The checkpoint to read.
  ///   - target: Where ``save()`` writes; nowhere if `nil`.
  ///   - learns: Whether the model makes an update for each true value that arrives.
  /// - Throws: `FileError`, or `ConfigurationError` if the model cannot learn so.
  package init(_ file: String, savingTo target: String?, learns: Bool) throws {
    self.target = try StateTarget(target, reading: file)
    checkpoint = try CheckpointFile.load(file)
    isNewTarget = target != file
    rowsSeen = checkpoint.stream?.rowsSeen ?? 0
    rowsStored = rowsSeen
    // Where training stands in its text is no place that a stream was at.
    let continues = checkpoint.stream?.hasMoved ?? false
    do {
      switch checkpoint.task?.source {
      case .series(let task):
        guard let scaling = checkpoint.scaling, scaling.columns.areExactly(task.features) else {
          throw ConfigurationError("/scaling: is not that of the series' columns")
        }
        stream = try SeriesStream(checkpoint, task, scaling, file: file, learns: learns)
      case .text:
        stream = try TextStream(checkpoint, file: file, continues: continues, learns: learns)
      case .experiment where !learns:
        stream = try LetterStream(checkpoint, file: file, continues: continues)
      case .arrays where !learns, nil where !learns:
        stream = try SeriesStream(rows: checkpoint, file: file)
      case .labelled:
        throw ConfigurationError("tells labels of whole sequences (see --sequences)")
      case .experiment, .arrays, nil:
        throw ConfigurationError("only models of series and of texts can learn from a live stream")
      }
    } catch let error as ConfigurationError {
      throw FileError(.invalid, file: file, error.description)
    }
  }

  /// Answers a line.
  ///
  /// - Parameters:
  ///   - line: Without its end.
  ///   - number: Which line of this run it is, from 1, for errors.
  ///   - answer: The bytes of the answer, with the end of its line, are added here; none for a line of names.
  /// - Throws: ``LineError`` if the line cannot be read; the session is then as it was before.
  package func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws {
    if try stream.answer(line, number: number, adding: &answer) { rowsSeen += 1 }
  }

  /// Stores where the stream stands, if the target does not hold that already. Training goes on from the state it had.
  ///
  /// - Throws: `FileError`.
  package func save() throws {
    guard let target, isNewTarget || rowsSeen > rowsStored else { return }
    if rowsSeen > rowsStored {
      checkpoint.keepTrainingState()
      try stream.store(in: &checkpoint)
      checkpoint.stream?.rowsSeen = rowsSeen
    }
    try target.save(checkpoint)
    rowsStored = rowsSeen
    isNewTarget = false
  }
}

/// What lines mean to a kind of model.
protocol LineStream: AnyObject {
  /// Answers a line.
  ///
  /// - Returns: Whether it was a row; otherwise it named columns.
  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool

  /// Puts state and position where they are kept.
  func store(in checkpoint: inout Checkpoint) throws
}

/// A line of a live stream that cannot be read.
package struct LineError: Error, CustomStringConvertible {
  package let description: String

  /// - Parameters:
  ///   - column: The name or the number of the column; the whole line if `nil`.
  package init(line: Int, column: String? = nil, _ reason: String) {
    description = "stdin: line \(line)" + (column.map { ", column \($0)" } ?? "") + ": " + reason
  }
}
