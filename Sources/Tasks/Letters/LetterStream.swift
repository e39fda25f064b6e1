import Checkpoints
import Files

/// Letters of an experiment as they come, each answered by the one that is likeliest to follow.
final class LetterStream: LineStream {
  private let predictor: LetterPredictor

  /// Goes on where the file's stream stands, if one has been somewhere.
  ///
  /// - Throws: `FileError`.
  init(_ file: ModelFile) throws {
    predictor = try LetterPredictor(file)
    predictor.reset()
    guard let symbols = file.checkpoint.movedStream?.symbols else { return }
    try predictor.resume(symbols)
    if let state = file.checkpoint.recurrentState { try predictor.restore(state) }
  }

  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    do {
      let step = try predictor.read(String(decoding: line, as: UTF8.self).trimmingBlanks)
      answer += Array((step.map { "\($0.input) -> \($0.output)" } ?? "").utf8)
    } catch {
      throw LineError(line: number, error.description)
    }
    answer.append(UInt8(ascii: "\n"))
    return true
  }

  func store(in checkpoint: inout Checkpoint) {
    checkpoint.recurrentState = predictor.recurrentState
    checkpoint.stream = predictor.stream
  }
}
