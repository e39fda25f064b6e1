/// Which sequences a model is to answer, and how.
package struct AnswerRequest: Sendable {
  /// What only some models have a use for.
  package enum Part: String, CaseIterable, Sendable {
    case likeliest, threshold, beams
  }

  package enum Source: Sendable {
    /// A file, or `-` for stdin.
    case file(String)
    /// Sequences themselves: texts, or numbers with blanks between.
    ///
    /// The name is what errors call where they are from.
    case sequences([String], name: String)
  }

  package var source: Source
  /// How many of the likeliest classes to show with their probabilities; only what was chosen if `nil`.
  package var likeliest: Int?
  /// From which probability on a label is predicted, where a sequence may have several; 0.5 if `nil`.
  package var threshold: Double?
  /// How many texts a beam search follows, where an answer is a text; the likeliest symbol is always taken if `nil`.
  package var beams: Int?

  package init(_ source: Source) { self.source = source }

  /// What is given of what only some models have a use for.
  package var parts: [Part] {
    (likeliest == nil ? [] : [.likeliest])
      + EvaluationOptions(threshold: threshold, beams: beams).parts
  }
}

/// How the answers that a model is evaluated by are made, see ``AnswerRequest``.
package struct EvaluationOptions: Sendable {
  package let threshold: Double?
  package let beams: Int?

  package init(threshold: Double? = nil, beams: Int? = nil) {
    (self.threshold, self.beams) = (threshold, beams)
  }

  /// What is given of what only some models have a use for.
  package var parts: [AnswerRequest.Part] {
    (threshold == nil ? [] : [.threshold]) + (beams == nil ? [] : [.beams])
  }
}
