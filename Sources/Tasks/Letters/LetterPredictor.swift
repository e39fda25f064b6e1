import Checkpoints
import Files
import Recurrent

/// Lets a trained model run on its own: each symbol it predicts is its next input.
package final class LetterPredictor {
  /// One step of one row.
  package struct Step: Equatable, Sendable {
    /// The newest symbol the model was fed.
    package let input: String
    /// The symbol it finds likeliest to follow.
    package let output: String
    /// How likely, from 0 to 1.
    package let probability: Float
  }

  package let vocabulary: Vocabulary
  package let framing: Framing
  /// The sequences that run beside each other: the model's batch if it is stateful, otherwise one.
  package let rows: Int
  private let model: Sequential<Float>
  private var next: [[Int]] = []
  /// Whether the last of ``next`` is a prediction, not a symbol that came.
  private var endsWithPrediction = false

  /// - Throws: `FileError` if the file is not one of letters, or its model none of its experiment.
  package init(_ file: ModelFile) throws {
    let checkpoint = file.checkpoint
    let experiment = try file.task(as: LettersTask.self).experiment
    guard let vocabulary = checkpoint.vocabulary else {
      throw file.error("has no vocabulary, so letters cannot be turned into its inputs")
    }
    let framing = experiment.framing
    guard checkpoint.configuration.features == framing.features else {
      throw file.error(
        "the model takes \(checkpoint.configuration.features) features, "
          + "experiment \(experiment.name) gives \(framing.features)")
    }
    guard checkpoint.configuration.outputUnits == vocabulary.symbols.count else {
      throw file.error(
        "the model gives \(checkpoint.configuration.outputUnits) values for "
          + "\(vocabulary.symbols.count) symbols")
    }
    self.vocabulary = vocabulary
    self.framing = framing
    let rows = checkpoint.configuration.stateRows
    self.rows = rows
    model = try file.naming {
      let model = try Sequential(
        parameters: checkpoint.parameters, batch: rows, timeSteps: framing.timeSteps)
      if let state = checkpoint.recurrentState { try model.restore(state) }
      return model
    }
    guard model.outputSteps == 1 else {
      throw file.error("the model gives an output for every step, not for the last one")
    }
  }

  /// Starts cold: the state is zero, then the model reads `seed` up to its last symbol, in each row.
  ///
  /// - Throws: ``SeedError`` if it cannot read that.
  package func begin(seed: String) throws(SeedError) {
    var symbols: [Int] = []
    for character in seed {
      guard let index = vocabulary.index(of: String(character)) else {
        throw unknown(String(character))
      }
      symbols.append(index)
    }
    guard symbols.count >= fewest else {
      throw SeedError(
        "'\(seed)' is too short; this model reads \(fewest) symbol\(fewest == 1 ? "" : "s") at once"
      )
    }
    model.resetStates()
    if model.configuration.isStateful {
      for symbol in symbols.dropLast() { feed([[Int]](repeating: [symbol], count: rows)) }
    }
    next = [[Int]](repeating: Array(symbols.suffix(framing.length)), count: rows)
    endsWithPrediction = false
  }

  /// The symbols that the model reads before it answers.
  private var fewest: Int { framing.padded ? 1 : framing.length }

  /// Goes on where a stream stands; the state is the checkpoint's.
  ///
  /// - Throws: `ConfigurationError` if the stream is not one of ``rows`` rows of symbols.
  package func resume(_ stream: StreamPosition.Symbols) throws(ConfigurationError) {
    guard stream.next.count == rows else {
      throw ConfigurationError(
        "the stream has symbols to continue with for \(stream.next.count) rows, not for \(rows)")
    }
    next = stream.next
    // An older file does not say it; a model that has read enough has predicted.
    endsWithPrediction = stream.endsWithPrediction ?? hasReadEnough
  }

  /// Whether the next step can be made without another symbol.
  private var hasReadEnough: Bool { next.first?.count ?? 0 >= fewest }

  /// How many symbols are missing before the model can go on by itself, in words; `nil` if none are.
  var whatIsMissing: String? {
    hasReadEnough
      ? nil : "has read \(next.first?.count ?? 0) of \(fewest) symbols that the model needs"
  }

  /// Takes a state for its own.
  ///
  /// - Throws: `ConfigurationError` if it is not one of this model's.
  func restore(_ state: RecurrentState) throws(ConfigurationError) { try model.restore(state) }

  /// Where the stream stands now.
  package var stream: StreamPosition {
    StreamPosition(
      .symbols(StreamPosition.Symbols(next: next, endsWithPrediction: endsWithPrediction)),
      hasMoved: true)
  }
  package var recurrentState: RecurrentState? { model.recurrentState }

  /// Forgets what it has read.
  func reset() {
    model.resetStates()
    next = [[Int]](repeating: [], count: rows)
    endsWithPrediction = false
  }

  /// Reads a symbol, in each row, in place of the one that is due by prediction.
  ///
  /// - Returns: The step of the first row; `nil` as long as the model has not read enough.
  /// - Throws: ``SeedError`` if the model does not know the symbol.
  func read(_ symbol: String) throws(SeedError) -> Step? {
    guard let number = vocabulary.index(of: symbol) else { throw unknown(symbol) }
    let known = (next.first ?? []).dropLast(endsWithPrediction ? 1 : 0)
    next = [[Int]](repeating: Array((known + [number]).suffix(framing.length)), count: rows)
    endsWithPrediction = false
    return hasReadEnough ? step().first : nil
  }

  /// Feeds what is due and makes the likeliest symbol the next input.
  ///
  /// - Returns: One step for each row.
  package func step() -> [Step] {
    let steps = predict()
    for (row, symbol) in model.likeliestClasses(rows: rows).enumerated() {
      next[row] = Array((next[row] + [symbol]).suffix(framing.length))
    }
    endsWithPrediction = true
    return steps
  }

  private func unknown(_ symbol: String) -> SeedError {
    SeedError("unknown symbol '\(symbol)'; the model knows \(vocabulary.symbols.joined())")
  }

  /// Feeds what is due.
  private func predict() -> [Step] {
    let output = feed(next)
    let classes = model.outputUnits
    return model.likeliestClasses(rows: rows).enumerated().map { row, symbol in
      Step(
        input: vocabulary.symbols[next[row].last ?? 0], output: vocabulary.symbols[symbol],
        probability: output[row * classes + symbol])
    }
  }

  @discardableResult
  private func feed(_ windows: [[Int]]) -> UnsafeBufferPointer<Float> {
    for (row, window) in windows.enumerated() {
      let values = framing.encode(window, vocabulary)
      for (index, value) in values.enumerated() {
        let (step, feature) = (index / framing.features, index % framing.features)
        model.input[(step * rows + row) * framing.features + feature] = value
      }
    }
    return model.forward(rows: rows)
  }
}

/// A seed that a model cannot read.
package struct SeedError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
