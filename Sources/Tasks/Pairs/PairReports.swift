import Files
import Recurrent

/// How right the texts of a model are: symbol by symbol where it is given the true ones before each, and as wholes where it
/// writes them by itself.
package struct PairEvaluation: Report, Sendable {
  /// What was looked at: `validation` or `all`.
  package let part: String
  /// Of symbols, ends among them.
  package let result: Evaluator.Result
  package let pairs: Int
  /// The pairs whose target is written without a fault.
  package let exact: Int

  /// Their fraction.
  package var exactness: Double { Double(exact) / Double(max(1, pairs)) }

  package var text: String {
    "\(part): \(counted(pairs, "pair")), loss \(fixed(result.loss, 4)), "
      + "accuracy \(percentage(result.accuracy)) of \(result.rows) symbols, "
      + "\(percentage(exactness)) without a fault\n"
  }

  package var json: JSONValue {
    [
      "part": .string(part), "pairs": .integer(pairs), "loss": .number(result.loss),
      "symbols": .integer(result.rows), "accuracy": .number(result.accuracy),
      "exact": .integer(exact), "exactness": .number(exactness),
    ]
  }
}

/// What a model has written for some texts.
package struct PairReport: TableReport {
  private let sources: [String]
  package let answers: [PairPredictor.Answer]

  init(_ sources: [String], _ answers: [PairPredictor.Answer]) {
    (self.sources, self.answers) = (sources, answers)
  }

  /// A line for each text.
  package var text: String { answers.map { $0.text + "\n" }.joined() }

  package var csv: String {
    (["source,target,probability\n"]
      + zip(sources, answers).map { source, answer in
        "\(quoted(source)),\(quoted(answer.text)),\(Float(answer.probability))\n"
      }).joined()
  }

  package var json: JSONValue {
    [
      "answers": .array(
        zip(sources, answers).map { source, answer in
          [
            "source": .string(source), "target": .string(answer.text),
            "probability": .number(answer.probability),
          ]
        })
    ]
  }
}
