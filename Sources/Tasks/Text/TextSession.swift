import Checkpoints
import Files
import Recurrent

/// One run of a text: from a seed or from where the stream stood, some symbols on, and back into a file.
package final class TextSession {
  private var checkpoint: Checkpoint
  private let file: String
  private let target: StateTarget?
  private let generator: TextGenerator
  private var row = 0
  /// The rows that the stream which goes on has seen.
  private var rowsSeen = 0

  /// - Parameters:
  ///   - checkpoint: What `file` holds.
  ///   - target: Where ``save()`` writes; nowhere if `nil`.
  /// - Throws: `FileError` if the checkpoint is not one of a text.
  init(
    _ checkpoint: Checkpoint, file: String, target: StateTarget?
  ) throws {
    self.checkpoint = checkpoint
    self.file = file
    self.target = target
    generator = try TextGenerator(checkpoint, file: file)
  }

  /// Begins a text.
  ///
  /// - Parameters:
  ///   - seed: What to read from a zero state; goes on where the stream stands if `nil`.
  ///   - row: Which of the sequences side by side it is, for a stateful batch.
  ///   - randomSeed: Decides what is drawn; goes on with the stream's random numbers if `nil`.
  /// - Throws: `FileError`, ``SeedError``, or `ConfigurationError` if there is no such row.
  package func begin(
    seed: String?, row: Int, options: SamplingOptions, randomSeed: UInt64?
  ) throws {
    let rows = checkpoint.configuration.stateRows
    guard (0..<rows).contains(row) else {
      throw ConfigurationError("there is no row \(row); the model has \(rows), from 0")
    }
    self.row = row
    rowsSeen = seed == nil ? checkpoint.stream?.rowsSeen ?? 0 : 0
    if let seed {
      do throws(SeedError) {
        try generator.begin(seed: seed)
      } catch {
        throw SeedError("\(file): the seed's \(error)")
      }
    } else if let stream = checkpoint.stream, !stream.nextInput.isEmpty {
      try generator.resume(stream, state: checkpoint.recurrentState, row: row)
    } else {
      throw FileError(
        .invalid, file: file, "holds no running stream; begin one with --seed and --save-state")
    }
    let past = seed == nil && randomSeed == nil ? checkpoint.stream?.sampler : nil
    generator.sample(
      options,
      with: past
        ?? StreamPosition.Sampler(
          seed: randomSeed ?? checkpoint.task?.options.randomSeed ?? 0, position: 0))
  }

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

  /// Stores where the stream stands. Training goes on from the state it had.
  ///
  /// - Throws: `FileError`.
  package func save() throws {
    guard let target else { return }
    checkpoint.keepTrainingState()
    generator.store(in: &checkpoint, row: row)
    checkpoint.stream?.rowsSeen = rowsSeen
    try target.save(checkpoint)
  }
}
