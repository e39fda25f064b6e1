import Files

/// How often a class was predicted, and how often rightly.
package struct Score: Equatable, Sendable {
  /// Those that were predicted, that there are, and that are both.
  package internal(set) var predicted = 0
  package internal(set) var actual = 0
  package internal(set) var right = 0

  /// The fraction of the predictions that are right; 0 if there are none.
  package var precision: Double { predicted == 0 ? 0 : Double(right) / Double(predicted) }
  /// The fraction of those that there are which was found; 0 if there are none.
  package var recall: Double { actual == 0 ? 0 : Double(right) / Double(actual) }
  /// The harmonic mean of the two.
  package var f1: Double {
    predicted + actual == 0 ? 0 : 2 * Double(right) / Double(predicted + actual)
  }

  var members: [String: JSONValue] {
    [
      "precision": .number(precision), "recall": .number(recall), "f1": .number(f1),
      "count": .integer(actual), "predicted": .integer(predicted), "right": .integer(right),
    ]
  }
}

/// The scores of classes, and their means as `sklearn.metrics.classification_report` has them.
struct ScoreTable {
  /// A line of the table: a class, or a mean over classes.
  struct Line: Equatable {
    let name: String
    let precision: Double
    let recall: Double
    let f1: Double
    let count: Int
  }

  /// In the order of classes.
  let scores: [(label: String, score: Score)]

  /// The mean over classes.
  var macro: Line { mean("macro average") { _ in 1 } }
  /// The mean over classes, each weighted by how many of it there are.
  var weighted: Line { mean("weighted average") { Double($0.actual) } }
  /// Of all classes counted together.
  var micro: Line {
    var all = Score()
    for (_, score) in scores {
      all.predicted += score.predicted
      all.actual += score.actual
      all.right += score.right
    }
    return Line(name: "micro average", all)
  }

  private func mean(_ name: String, weight: (Score) -> Double) -> Line {
    let sum = scores.reduce(0) { $0 + weight($1.score) }
    func mean(_ value: (Score) -> Double) -> Double {
      sum == 0 ? 0 : scores.reduce(0) { $0 + weight($1.score) * value($1.score) } / sum
    }
    return Line(
      name: name, precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      count: scores.reduce(0) { $0 + $1.score.actual })
  }

  private static let titles = ["precision", "recall", "f1", "count"]

  /// - Parameter means: The lines below those of the classes.
  func text(_ means: [Line]) -> String {
    let rows = lines(means).map { line in
      [line.name] + [line.precision, line.recall, line.f1].map { fixed($0, 4) } + ["\(line.count)"]
    }
    return textTable([["label"] + Self.titles] + rows)
  }

  func csv(_ means: [Line]) -> String {
    let rows = lines(means).map { line in
      "\(quoted(line.name)),\(line.precision),\(line.recall),\(line.f1),\(line.count)\n"
    }
    return (["label," + Self.titles.joined(separator: ",") + "\n"] + rows).joined()
  }

  private func lines(_ means: [Line]) -> [Line] { scores.map { Line(name: $0, $1) } + means }

  /// A member for each class.
  var json: JSONValue {
    .array(
      scores.map { label, score in
        .object(score.members.merging(["label": .string(label)]) { own, _ in own })
      })
  }
}

extension ScoreTable.Line {
  init(name: String, _ score: Score) {
    self.init(
      name: name, precision: score.precision, recall: score.recall, f1: score.f1,
      count: score.actual)
  }

  var json: JSONValue {
    [
      "precision": .number(precision), "recall": .number(recall), "f1": .number(f1),
      "count": .integer(count),
    ]
  }
}

/// Rows with their columns below each other: the first one to the left, all others to the right.
func textTable(_ rows: [[String]]) -> String {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    row.enumerated().map { column, text in
      let blanks = String(repeating: " ", count: widths[column] - text.count)
      return column == 0 ? text + blanks : blanks + text
    }.joined(separator: "  ") + "\n"
  }.joined()
}
