import Checkpoints
import Files
import Recurrent

/// Lines of a text as they come, each answered by how surprising it is: bits per symbol, its end included, after all
/// that the model has read before.
final class TextStream: LineStream {
  private let generator: TextGenerator
  private let learner: OnlineTrainer?
  /// The state before the symbol that is learnt from.
  private let stateBefore: StateSnapshot

  /// - Parameters:
  ///   - continues: Whether it goes on where the checkpoint's stream stands, not from a zero state.
  ///   - learns: Whether the model makes an update for each symbol.
  /// - Throws: `FileError`; `ConfigurationError` if the model cannot learn so.
  init(_ checkpoint: Checkpoint, file: String, continues: Bool, learns: Bool) throws {
    generator = try TextGenerator(checkpoint, file: file)
    stateBefore = StateSnapshot(of: generator.model)
    learner = try learns ? Self.learner(checkpoint, file: file) : nil
    if continues, let stream = checkpoint.stream, !stream.nextInput.isEmpty {
      try generator.resume(stream, state: checkpoint.recurrentState, row: 0)
    }
  }

  private static func learner(_ checkpoint: Checkpoint, file: String) throws -> OnlineTrainer {
    guard let optimizer = checkpoint.optimizer else {
      throw FileError(.invalid, file: file, "has no optimizer to learn with")
    }
    guard checkpoint.configuration.isStateful, checkpoint.loss.takesClasses else {
      throw ConfigurationError(
        "a model of texts learns from a stream if it carries its state (--framing stateful)")
    }
    return try OnlineTrainer(
      parameters: checkpoint.parameters, as: try checkpoint.configuration.stepByStep(batch: 1),
      optimizer: optimizer, loss: checkpoint.loss, timeSteps: 1,
      dropoutSeed: checkpoint.task?.options.randomSeed ?? 0)
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
    let read = try generator.read(
      symbols, willRead: { if learner != nil { generator.model.keepStates(in: stateBefore) } },
      didRead: { try learn($0, next: $1) })
    answer += Array("\(Float(read.bits / Double(max(1, read.symbols))))\n".utf8)
    return true
  }

  private func learn(_ symbol: Int, next: Int) throws {
    guard let learner else { return }
    learner.model.restoreStates(from: stateBefore)
    let vocabulary = generator.vocabulary
    if vocabulary.isScaled {
      try learner.learn(input: { _, _ in vocabulary.encode(symbol) }, classNumber: next)
    } else {
      try learner.learn(symbol: Int32(symbol), classNumber: next)
    }
  }

  func store(in checkpoint: inout Checkpoint) { generator.store(in: &checkpoint, row: 0) }
}
