import Checkpoints
import Recurrent

/// Lines of a text as they come, each answered by how surprising it is: bits per symbol, its end included, after all
/// that the model has read before.
final class TextStream: LineStream {
  private let generator: TextGenerator
  private let learner: OnlineTrainer?
  /// The state before the symbol that is learnt from.
  private let stateBefore: StateSnapshot

  /// Goes on where the file's stream stands, if one has been somewhere.
  ///
  /// - Parameter learns: Whether the model makes an update for each symbol.
  /// - Throws: `FileError`; `ConfigurationError` if the model cannot learn so.
  init(_ file: ModelFile, learns: Bool) throws {
    let checkpoint = file.checkpoint
    generator = try TextGenerator(file)
    stateBefore = StateSnapshot(of: generator.model)
    if learns {
      guard checkpoint.configuration.isStateful, checkpoint.loss.takesClasses else {
        throw ConfigurationError(
          "a model of texts learns from a stream only if it carries its state")
      }
      learner = try OnlineTrainer(
        of: file, as: try checkpoint.configuration.stepByStep(batch: 1), timeSteps: 1)
    } else {
      learner = nil
    }
    if let symbols = checkpoint.movedStream?.symbols {
      try generator.resume(symbols, state: checkpoint.recurrentState, row: 0)
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
