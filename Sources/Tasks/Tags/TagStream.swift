import Checkpoints

/// Sequences as lines that come, each answered by the tags of its steps, with blanks between. Each stands for itself.
final class TagStream: LineStream {
  private let predictor: TagPredictor

  init(_ predictor: TagPredictor) { self.predictor = predictor }

  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw LineError(line: number, "is not UTF-8")
    }
    let answers = try predictor.answers(line: text, number: number)
    answer += Array(answers.map(\.tag).joined(separator: " ").utf8)
    answer.append(UInt8(ascii: "\n"))
    return true
  }

  func store(in checkpoint: inout Checkpoint) {
    if checkpoint.stream == nil { checkpoint.stream = StreamPosition(.rows, hasMoved: true) }
  }
}
