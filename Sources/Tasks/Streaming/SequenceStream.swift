import Checkpoints

/// Sequences as lines that come. Each stands for itself.
final class SequenceStream: LineStream {
  private let answer: (_ line: String, _ number: Int) throws -> String

  /// - Parameter answer: Answers a line, with its number for errors.
  init(_ answer: @escaping (_ line: String, _ number: Int) throws -> String) {
    self.answer = answer
  }

  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw LineError(line: number, "is not UTF-8")
    }
    answer += Array(try self.answer(text, number).utf8)
    answer.append(UInt8(ascii: "\n"))
    return true
  }

  func store(in checkpoint: inout Checkpoint) {
    if checkpoint.stream == nil { checkpoint.stream = StreamPosition(.rows, hasMoved: true) }
  }
}
