import Checkpoints
import Recurrent

/// A model that answers lines as they come, keeps its state from each to the next, and can store it to go on there
/// later.
package final class LiveStream {
  private let file: ModelFile
  private let stream: any LineStream
  private let learns: Bool
  /// The lines that were answered, those of earlier runs included.
  package private(set) var rowsSeen: Int
  /// The rows of the stream that the target holds; `nil` if it does not hold the model yet.
  private var rowsStored: Int?

  /// - Parameters:
  ///   - learns: Whether the model makes an update for each true value that arrives.
  ///   - coverage: How probable it is to be that true values lie within the intervals that are answered too; none are
  ///     if `nil`.
  /// - Throws: `FileError`, also if the model cannot follow a stream, or learn from one; `ConfigurationError` if its
  ///   answers have no intervals.
  package init(_ file: ModelFile, learns: Bool = false, coverage: Double? = nil) throws {
    self.file = file
    self.learns = learns
    rowsSeen = file.checkpoint.stream?.rowsSeen ?? 0
    rowsStored = file.savesInPlace ? rowsSeen : nil
    stream = try file.naming { try file.task().stream(file, learns: learns) }
    guard let coverage else { return }
    guard let stream = stream as? any IntervalStream else {
      throw ConfigurationError(
        "\(file.path): is no model of a series, whose answers have intervals")
    }
    try file.naming { try stream.showIntervals(coverage: coverage) }
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

  /// Saves the file with where the stream stands, if its target does not hold that already.
  ///
  /// - Throws: `FileError`.
  package func save() throws {
    guard rowsStored != rowsSeen else { return }
    if rowsSeen > rowsStored ?? file.checkpoint.stream?.rowsSeen ?? 0 {
      try file.moveStream { checkpoint in
        try stream.store(in: &checkpoint)
        checkpoint.stream?.rowsSeen = rowsSeen
        // What was learnt is in the model's weights: training goes on from them, not from others.
        if learns { checkpoint.keptWeights = nil }
      }
    }
    try file.save()
    rowsStored = rowsSeen
  }
}

/// What lines mean to a kind of model.
package protocol LineStream: AnyObject {
  /// Answers a line.
  ///
  /// - Returns: Whether it was a row; otherwise it named columns.
  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool

  /// Puts state and position where they are kept.
  func store(in checkpoint: inout Checkpoint) throws
}

/// A stream whose answers can have intervals.
protocol IntervalStream: LineStream {
  /// Has each answer say where the true values will be, with a probability.
  ///
  /// - Throws: `ConfigurationError` if they have none of that probability.
  func showIntervals(coverage: Double) throws(ConfigurationError)
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

extension ConfigurationError {
  static let cannotLearn = ConfigurationError(
    "only models of series and of texts can learn from a live stream")
}

extension OnlineTrainer {
  /// Learns with the optimizer and the loss of a file.
  ///
  /// - Throws: `FileError` if the file has no optimizer; `ConfigurationError`, or `OutOfMemory`.
  convenience init(
    of file: ModelFile, as configuration: ModelConfiguration?, timeSteps: Int
  ) throws {
    guard let optimizer = file.checkpoint.optimizer else {
      throw file.error("has no optimizer to learn with")
    }
    try self.init(
      parameters: file.checkpoint.parameters, as: configuration, optimizer: optimizer,
      loss: file.checkpoint.loss, timeSteps: timeSteps, dropoutSeed: file.randomSeed)
  }
}
