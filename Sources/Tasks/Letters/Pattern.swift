import Checkpoints
import Recurrent

/// Symbols that follow each other and the one that comes next, by their numbers.
package struct Pattern: Equatable, Sendable {
  package let symbols: [Int]
  package let target: Int

  package init(symbols: [Int], target: Int) {
    self.symbols = symbols
    self.target = target
  }
}

extension SequenceDataset {
  /// Patterns as a model takes them.
  ///
  /// - Throws: ``ConfigurationError`` if there are none.
  package init(
    _ patterns: [Pattern], framing: Framing, vocabulary: Vocabulary
  ) throws(ConfigurationError) {
    try self.init(
      samples: patterns.count, timeSteps: framing.timeSteps, features: framing.features,
      inputs: patterns.flatMap { framing.encode($0.symbols, vocabulary) },
      targets: patterns.map { Int32($0.target) })
  }
}
