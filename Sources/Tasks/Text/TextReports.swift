import Files

/// The likeliest next symbols of a text.
package struct CandidateReport: Report {
  private let candidates: [TextGenerator.Candidate]

  package init(_ candidates: [TextGenerator.Candidate]) { self.candidates = candidates }

  /// A line for each, its probability first.
  package var text: String {
    candidates.map {
      percentage(Double($0.probability)) + "  " + JSONValue.string($0.symbol).text() + "\n"
    }.joined()
  }

  package var json: JSONValue {
    [
      "candidates": .array(
        candidates.map {
          ["symbol": .string($0.symbol), "probability": .number(Double($0.probability))]
        })
    ]
  }
}
