import Checkpoints
import Recurrent

/// What a model of texts writes while it is trained, to see how far it has come.
///
/// It has a state and random numbers of its own, the same ones each time: training goes on as without it.
package final class TextPreview {
  /// The symbols that the default seed has.
  private static let seedLength = 10

  private let generator: TextGenerator
  private let seed: [Int]
  private let length: Int
  private let sampler: StreamPosition.Sampler

  /// - Parameters:
  ///   - seed: What each text begins with; the beginning of the training text if `nil`.
  ///   - length: The symbols to write behind it.
  /// - Throws: `ConfigurationError` if the run does not train a model of texts, ``SeedError`` if it does not know a symbol
  ///   of the seed, `FileError`, or `OutOfMemory`.
  package init(of run: TrainingRun, seed: String?, length: Int) throws {
    guard let data = run.data as? TextData, let task = data.task as? TextTask,
      let vocabulary = data.vocabulary
    else { throw ConfigurationError("only a model of texts writes samples") }
    generator = try TextGenerator(
      task, vocabulary: vocabulary, parameters: run.trainer.model.parameters)
    if let seed {
      do throws(SeedError) {
        self.seed = try generator.symbols(of: seed.utf8)
      } catch {
        throw SeedError("the sample's seed: \(error)")
      }
      guard !self.seed.isEmpty else { throw SeedError("the sample's seed is empty") }
    } else {
      self.seed = try data.beginning(symbols: Self.seedLength)
    }
    self.length = length
    sampler = StreamPosition.Sampler(seed: run.trainer.options.randomSeed, position: 0)
  }

  /// A text by the weights as they are, its seed first. What would move a terminal's cursor is replaced.
  ///
  /// - Throws: `ConfigurationError`.
  package func text() throws -> String {
    generator.sample(try SamplingOptions(), with: sampler)
    generator.begin(seed: seed)
    var bytes = seed.flatMap { generator.numbers.bytes(of: $0) }
    for _ in 0..<length { bytes += generator.step() }
    let scalars = String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
      let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      return isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
