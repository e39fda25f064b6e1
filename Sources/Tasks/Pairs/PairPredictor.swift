import Checkpoints
import Files
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a model writes for texts.
package final class PairPredictor {
  /// A text that was written.
  package struct Answer: Equatable, Sendable {
    package let text: String
    /// From 0 to 1.
    package let probability: Double
  }

  private let file: ModelFile
  private let task: PairsTask
  private let symbols: PairSymbols
  private let models: DecodingModels
  private let beams: Int
  /// The sources that are read at once.
  private static let sourcesAtOnce = 64

  /// - Parameter beams: The texts that a search follows for each source; without, the likeliest symbol is always taken.
  /// - Throws: `FileError` if the file is not one of pairs.
  package init(_ file: ModelFile, beams: Int? = nil) throws {
    self.file = file
    self.beams = beams ?? 0
    task = try file.task(as: PairsTask.self)
    let checkpoint = file.checkpoint
    guard
      let symbols = PairSymbols(
        checkpoint.vocabulary, labels: checkpoint.labels, level: task.level),
      checkpoint.labels?.count == checkpoint.configuration.outputUnits
    else { throw file.error("/task, /labels and /vocabulary do not fit each other") }
    self.symbols = symbols
    models = try file.naming { try DecodingModels(checkpoint.configuration) }
  }

  /// Writes the texts that belong to others.
  ///
  /// - Throws: `FileError` that names line and column, or `OutOfMemory`.
  package func answers(_ source: AnswerRequest.Source) throws -> PairReport {
    switch source {
    case .file(let path):
      let texts = try PairTable(path, source: task.source, target: nil).pairs.map(\.source)
      return PairReport(texts, try answers(texts))
    case .sequences(let texts, let name):
      if let empty = texts.firstIndex(of: "") {
        let line = texts.count == 1 ? "" : "line \(empty + 1): "
        throw FileError.invalid(name, line + "the text is empty")
      }
      return PairReport(texts, try answers(texts))
    }
  }

  /// The same of texts, none of them empty: those of one length together.
  func answers(_ texts: [String]) throws -> [Answer] {
    let sources = texts.map(symbols.source)
    var answers = [Answer](repeating: Answer(text: "", probability: 0), count: texts.count)
    let groups = Dictionary(grouping: sources.indices) { sources[$0].count }
    for (length, numbers) in groups.sorted(by: { $0.key < $1.key }) {
      let decoder = try file.naming {
        try PairDecoder(
          models, file.checkpoint.parameters, sources: min(Self.sourcesAtOnce, numbers.count),
          steps: length, longest: task.targetLength ?? 1, beams: beams)
      }
      for first in stride(from: 0, to: numbers.count, by: decoder.sourcesAtOnce) {
        let batch = numbers[first..<min(first + decoder.sourcesAtOnce, numbers.count)]
        for (number, target) in zip(batch, decoder.targets(of: batch.map { sources[$0] })) {
          answers[number] = Answer(
            text: symbols.text(target.numbers), probability: exp(target.score))
        }
      }
    }
    return answers
  }

  /// How right the texts are that are written for the pairs which were kept for validation, or for all of another file.
  ///
  /// - Throws: `FileError`, or `OutOfMemory`.
  package func evaluate(_ data: String? = nil) throws -> PairEvaluation {
    let checkpoint = file.checkpoint
    try checkpoint.checkTrainable(file: file.path)
    let table = try PairTable(data ?? task.file, source: task.source, target: task.target)
    guard data != nil || table.digest == task.digest else {
      throw try task.changedError(of: file.path)
    }
    let parts = try splitSamples(
      table.pairs.count,
      validationSplit: data == nil ? checkpoint.task?.validationSplit ?? 0 : 0,
      randomSeed: file.randomSeed)
    let isHeld = !parts.validation.isEmpty
    let chosen = isHeld ? parts.validation : parts.training
    let result = try file.naming {
      try Evaluator(
        parameters: checkpoint.parameters, losses: checkpoint.losses,
        source: try NumberedPairs(table, symbols).dataset(chosen),
        batchSize: checkpoint.task?.options.batchSize ?? Self.sourcesAtOnce
      ).evaluate()
    }
    let answers = try answers(chosen.map { table.pairs[$0].source })
    return PairEvaluation(
      part: isHeld ? "validation" : "all", result: result, pairs: chosen.count,
      exact: zip(chosen, answers).count { table.pairs[$0].target.isExactly($1.text) })
  }
}
