import Checkpoints
import Files
import Recurrent

/// How well a model does on another text than that of the training: on every symbol of it but the first, which nothing
/// comes before.
///
/// A stateful model reads it in as many rows as a batch of the training has, side by side, but in none that is shorter
/// than ``samplesOfARow`` samples, each from a zero state; what is left behind the last row goes on with its state. Another
/// model reads samples one behind the other, of which the last may be shorter.
package struct TextEvaluation: Sendable {
  /// The symbols that were predicted.
  package let symbols: Int
  /// How many symbols of the text the model does not know.
  package let unknownSymbols: Int
  /// Loss, accuracy and what else the training measured.
  package let measured: LossEvaluation

  /// The fewest samples that a row of its own reads.
  static let samplesOfARow = 20

  /// - Parameter path: A file, or `-` for stdin.
  /// - Throws: `FileError` if it cannot be read, or has a symbol that the model does not know and nothing stands for, or
  ///   the model is not one of texts; or `OutOfMemory`.
  init(_ file: ModelFile, task: TextTask, text path: String) throws {
    let checkpoint = file.checkpoint
    guard let stored = checkpoint.task, let vocabulary = checkpoint.vocabulary else {
      throw file.error("has no vocabulary")
    }
    try checkpoint.checkTrainable(file: file.path)
    let text = try file.naming {
      try TextSymbols(
        [path], level: task.level, vocabulary: vocabulary, vocabularySize: nil,
        encoding: vocabulary.encoding)
    }
    guard text.count > 1 else {
      throw FileError.invalid(path, "has a single symbol; there is none to predict")
    }
    var described = task
    if task.level == .subword {
      text.prepare(readers: 1, length: 1)
      described.charactersPerSymbol = try text.charactersPerSymbol(1..<text.count)
    }
    let parts = TextParts(
      symbols: text.count - 1, sequenceLength: task.sequenceLength,
      batchSize: stored.options.batchSize, isStateful: checkpoint.configuration.isStateful)
    let result = try file.naming {
      try Self.result(of: checkpoint, text, parts, metrics: stored.options.metrics)
    }
    symbols = text.count - 1
    unknownSymbols = text.unknownCount
    measured = LossEvaluation(
      result, loss: checkpoint.loss, lossDescription: described.description(ofLoss: result.loss))
  }

  private static func result(
    of checkpoint: Checkpoint, _ text: TextSymbols, _ parts: TextParts, metrics: [Metric]
  ) throws -> Evaluator.Result {
    let isStateful = checkpoint.configuration.isStateful
    var results: [Evaluator.Result] = []
    var state: RecurrentState?
    for part in parts.all {
      text.prepare(readers: part.rows, length: part.sequenceLength + 1)
      var configuration = checkpoint.configuration
      configuration.input.timeSteps = nil
      configuration.batch = isStateful ? part.rows : nil
      let evaluator = try Evaluator(
        parameters: checkpoint.parameters, as: configuration, losses: checkpoint.losses,
        source: try TextSamples(
          text, range: part.range, sequenceLength: part.sequenceLength,
          statefulBatch: isStateful ? part.rows : nil, what: "the text"),
        batchSize: part.rows, metrics: metrics)
      results.append(try evaluator.evaluate(from: state))
      state = evaluator.state?.row(part.rows - 1)
    }
    return Evaluator.Result(joining: results)
  }
}

/// The parts of a text that are read one behind the other.
struct TextParts {
  struct Part: Equatable {
    /// The symbols that are read, and the one behind them.
    let range: Range<Int>
    let sequenceLength: Int
    /// What is read side by side.
    let rows: Int
  }

  let all: [Part]

  /// - Parameters:
  ///   - symbols: Those to read, at least one.
  ///   - batchSize: The most rows.
  init(symbols: Int, sequenceLength: Int, batchSize: Int, isStateful: Bool) {
    var all: [Part] = []
    var first = 0
    func add(_ samples: Int, _ sequenceLength: Int, rows: Int) {
      guard samples > 0, sequenceLength > 0 else { return }
      let end = first + samples * sequenceLength
      all.append(Part(range: first..<end + 1, sequenceLength: sequenceLength, rows: rows))
      first = end
    }
    let samples = symbols / sequenceLength
    if isStateful {
      let rows = max(1, min(batchSize, samples / TextEvaluation.samplesOfARow))
      add(samples / rows * rows, sequenceLength, rows: rows)
      add(samples % rows, sequenceLength, rows: 1)
    } else {
      add(samples, sequenceLength, rows: min(batchSize, samples))
    }
    add(1, symbols % sequenceLength, rows: 1)
    self.all = all
  }
}

extension TextEvaluation: Report {
  package var text: String {
    let unknown = unknownSymbols > 0 ? "\(unknownSymbols) unknown, " : ""
    return "\(measured.part): \(counted(symbols, "symbol")), \(unknown)\(measured.figures)\n"
  }

  package var json: JSONValue {
    guard case .object(var members) = measured.json else { return measured.json }
    members["symbols"] = .integer(symbols)
    members["unknown_symbols"] = .integer(unknownSymbols)
    return .object(members)
  }
}
