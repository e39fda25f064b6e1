import Files

/// How right a model's answers to sequences are.
package protocol LabelEvaluation: TableReport, Sendable {
  /// What was looked at: `validation`, `test` or `all`.
  var part: String { get }
  /// The mean loss of those sequences whose labels the model knows; `nil` if there are none.
  var loss: Double? { get set }
  /// The sequences that were looked at.
  var count: Int { get }
}

extension LabelEvaluation {
  /// What every evaluation begins with.
  var members: [String: JSONValue] {
    var members: [String: JSONValue] = ["part": .string(part), "count": .integer(count)]
    members["loss"] = loss.map(JSONValue.number)
    return members
  }

  func heading(_ facts: [String]) -> String {
    let loss = loss.map { ["loss \(fixed($0, 4))"] } ?? []
    return "\(part): \(counted(count, "sequence")), " + (loss + facts).joined(separator: ", ")
      + "\n"
  }
}

/// `1 sequence`, `2 sequences`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// The answers of a model to sequences whose labels are known.
struct LabelComparison {
  /// What the sequences are: `validation`, `test` or `all`.
  let part: String
  let table: SequenceTable
  /// Those of the part, by their numbers in the table.
  let sequences: [Int]
  /// To all of the table.
  let answers: [LabelAnswer]
  /// The names of the classes that the model knows.
  let labels: [String]
  /// The column of the labels.
  let column: String
  /// From which probability on a label was predicted.
  let threshold: Double
  /// The sequences that were trained on.
  let training: [Int]

  /// The names of the classes that were chosen for a sequence.
  func chosen(_ sequence: Int) -> [String] { answers[sequence].chosen.map { labels[$0] } }
}
