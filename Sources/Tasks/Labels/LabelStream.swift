import Checkpoints
import Files

/// Sequences as lines that come, each answered by its label. Each stands for itself.
final class LabelStream: LineStream {
  private let predictor: LabelPredictor

  init(_ predictor: LabelPredictor) { self.predictor = predictor }

  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw LineError(line: number, "is not UTF-8")
    }
    answer += Array(try predictor.answer(line: text, number: number).utf8)
    answer.append(UInt8(ascii: "\n"))
    return true
  }

  func store(in checkpoint: inout Checkpoint) {
    if checkpoint.stream == nil { checkpoint.stream = StreamPosition(.rows, hasMoved: true) }
  }
}
