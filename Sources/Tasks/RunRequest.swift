/// What a model is to run on from, and how far.
package struct RunRequest: Sendable {
  /// What only some models have a use for.
  package enum Part: String, CaseIterable, Sendable {
    case row, temperature, topK, topP, randomSeed, beam, count, null
  }

  /// What to read from a zero state first; goes on where the stream stands if `nil`.
  package var seed: String?
  /// The predictions to make.
  package var steps = 1
  /// Which row of a stateful batch, from 0.
  package var row: Int?
  package var sampling: SamplingOptions?
  /// Decides what is drawn; the training's if `nil`, or that of the stream which goes on.
  package var randomSeed: UInt64?
  /// The texts that a search follows side by side; symbols are drawn if `nil`.
  package var beams: Int?
  /// The runs to make from one seed.
  package var count = 1

  package init() {}
}

/// What a run gives, piece by piece.
package enum RunOutput {
  /// A step with its prediction, which is a line.
  case step(LetterPredictor.Step)
  /// Bytes of a text.
  case text([UInt8])
  /// The end of one of several texts.
  case endOfText
  /// Something to know about the run that is not a part of it.
  case note(String)
}
