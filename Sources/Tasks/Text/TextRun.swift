import Checkpoints
import Files
import Recurrent

/// One run of a text: from a seed or from where the stream stood, some symbols on, and back into the file.
package final class TextRun {
  private let file: ModelFile
  private let generator: TextGenerator
  private var row = 0
  /// The rows that the stream which goes on has seen.
  private var rowsSeen = 0

  /// - Throws: `FileError` if the file is not one of a text.
  package init(_ file: ModelFile) throws {
    self.file = file
    generator = try TextGenerator(file)
  }

  /// Begins a text.
  ///
  /// - Parameter number: Which of several texts from one seed it is; each has random numbers of its own.
  /// - Throws: `FileError`, ``SeedError``, or `ConfigurationError` if there is no such row.
  package func begin(_ request: RunRequest, number: Int = 0) throws {
    let rows = file.checkpoint.configuration.stateRows
    row = request.row ?? 0
    guard (0..<rows).contains(row) else {
      throw ConfigurationError("there is no row \(row); the model has \(rows), from 0")
    }
    guard request.row == nil || request.seed == nil || file.isSaved else {
      throw ConfigurationError(
        "a row does nothing with a seed, unless it is stored: a text begins from a zero state")
    }
    let stream = request.seed == nil ? file.checkpoint.stream : nil
    rowsSeen = stream?.rowsSeen ?? 0
    if let seed = request.seed {
      do throws(SeedError) {
        try generator.begin(seed: seed)
      } catch {
        throw SeedError("\(file.path): the seed's \(error)")
      }
    } else if let symbols = stream?.symbols {
      try generator.resume(symbols, state: file.checkpoint.recurrentState, row: row)
    } else {
      throw file.error("holds no running stream; begin one with a seed, and store where it ends")
    }
    let randomSeed =
      request.count == 1 ? request.randomSeed : (request.randomSeed ?? 0) &+ UInt64(number)
    let past = randomSeed == nil ? stream?.sampler : nil
    generator.sample(
      try request.sampling ?? SamplingOptions(),
      with: past
        ?? StreamPosition.Sampler(seed: randomSeed ?? file.randomSeed, position: 0))
  }

  /// What the seed had that the model does not know, in words; `nil` if nothing.
  package var seedNote: String? {
    let unknown = generator.unknownSymbols
    guard !unknown.isEmpty else { return nil }
    let shown = unknown.prefix(Self.shownSymbols).map { JSONValue.string($0).text() }
    return "\(unknown.count) symbols of the seed are unknown to the model and read as "
      + "\(SymbolCounter.unknown): \(shown.joined(separator: ", "))"
      + (unknown.count > shown.count ? ", …" : "")
  }

  /// The unknown symbols that a note names.
  private static let shownSymbols = 5

  /// The bytes of the next symbol.
  package func step() -> [UInt8] { generator.step() }

  /// Goes on with the most probable continuation that so many beams find.
  ///
  /// - Returns: Its bytes.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  package func search(beams: Int, steps: Int) throws -> [UInt8] {
    try generator.search(beams: beams, steps: steps).flatMap { generator.numbers.bytes(of: $0) }
  }

  /// Goes on with a text that somebody gives.
  ///
  /// - Throws: ``SeedError`` if the model does not know one of its symbols; it then stands where it stood.
  package func take(_ text: String) throws(SeedError) {
    generator.read(try generator.symbols(of: text.utf8))
  }

  /// Goes on with a symbol that somebody chooses.
  ///
  /// - Returns: Its bytes.
  package func take(_ candidate: TextGenerator.Candidate) -> [UInt8] {
    generator.read([candidate.number])
    return generator.numbers.bytes(of: candidate.number)
  }

  /// The likeliest next symbols.
  ///
  /// - Throws: `ConfigurationError`.
  package func candidates(_ count: Int) throws -> [TextGenerator.Candidate] {
    try generator.candidates(count)
  }

  /// Stores where the stream stands.
  package func store() {
    file.moveStream { checkpoint in
      generator.store(in: &checkpoint, row: row)
      checkpoint.stream?.rowsSeen = rowsSeen
    }
  }
}
