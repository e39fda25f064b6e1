import Recurrent

/// One run of letters: from a seed or from where the stream stood, some steps on, and back into the file.
package final class LetterRun {
  private let file: ModelFile
  private let predictor: LetterPredictor
  private var row = 0
  /// The rows that the stream which goes on has seen.
  private var rowsSeen = 0

  /// - Throws: `FileError` if the file is not one of letters.
  package init(_ file: ModelFile) throws {
    self.file = file
    predictor = try LetterPredictor(file)
  }

  /// Begins.
  ///
  /// - Parameters:
  ///   - seed: What to read from a zero state; goes on where the stream stands if `nil`.
  ///   - row: Whose steps ``step()`` gives.
  /// - Throws: `FileError`, ``SeedError``, or `ConfigurationError` if there is no such row.
  package func begin(seed: String?, row: Int = 0) throws {
    guard (0..<predictor.rows).contains(row) else {
      throw ConfigurationError("there is no row \(row); the model has \(predictor.rows), from 0")
    }
    self.row = row
    if let seed {
      do throws(SeedError) {
        try predictor.begin(seed: seed)
      } catch {
        throw SeedError("\(file.path): \(error)")
      }
      return
    }
    guard let stream = file.checkpoint.stream, let symbols = stream.symbols else {
      throw file.error("holds no running stream; begin one with a seed, and store where it ends")
    }
    try predictor.resume(symbols)
    if let missing = predictor.whatIsMissing {
      throw file.error("its stream \(missing) to continue with")
    }
    rowsSeen = stream.rowsSeen
  }

  /// Makes a step.
  package func step() -> LetterPredictor.Step { predictor.step()[row] }

  /// Stores where the stream stands.
  package func store() {
    file.moveStream { checkpoint in
      checkpoint.recurrentState = predictor.recurrentState
      checkpoint.stream = predictor.stream
      checkpoint.stream?.rowsSeen = rowsSeen
    }
  }
}
