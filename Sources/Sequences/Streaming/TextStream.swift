import Checkpoints
import Recurrent

/// Lines of a text as they come, each answered by how surprising it is: bits per symbol, its end included, after all
/// that the model has read before.
final class TextStream: LineStream {
  private let generator: TextGenerator

  /// - Parameter continues: Whether it goes on where the checkpoint's stream stands, not from a zero state.
  /// - Throws: `CheckpointError`, or `ConfigurationError`.
  init(_ checkpoint: Checkpoint, file: String, continues: Bool) throws {
    generator = try TextGenerator(checkpoint, file: file)
    if continues, let stream = checkpoint.stream {
      try generator.resume(stream, state: checkpoint.recurrentState, row: 0)
    }
  }

  func answer(
    _ line: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    let symbols: [Int]
    do {
      symbols = try generator.symbols(of: Array(line) + [UInt8(ascii: "\n")])
    } catch {
      throw LineError(line: number, error.description)
    }
    let read = generator.read(symbols)
    answer += Array("\(Float(read.bits / Double(max(1, read.symbols))))\n".utf8)
    return true
  }

  func store(in checkpoint: inout Checkpoint) { generator.store(in: &checkpoint, row: 0) }
}
