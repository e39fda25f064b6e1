import Checkpoints
import Files
import Recurrent

/// One of several classes.
struct OneClass: LabelKind {
  let fewest = 2
  let loss = Loss.sparseCategoricalCrossEntropy
  var lossNames: [String] { Loss.ofClasses }
  let activation = "softmax"
  let columns = ["label", "probability"]

  init() {}
  init?(of task: LabelsTask) {}

  func targets(of sample: Int, in samples: LabelSamples) -> [Float]? { nil }

  func answer(
    _ row: BatchRow, _ outputs: [Float], threshold: Double, scaling: Scaling?
  ) -> LabelAnswer { LabelAnswer(chosen: [row.likeliestClass()], probabilities: outputs) }

  func fields(of answer: LabelAnswer, _ labels: [String]) -> [String] {
    answer.chosen.flatMap { [quoted(labels[$0]), "\(answer.probabilities[$0])"] }
  }

  func members(of answer: LabelAnswer, _ labels: [String]) -> [String: JSONValue] {
    guard let label = answer.chosen.first else { return [:] }
    return [
      "label": .string(labels[label]), "probability": .number(Double(answer.probabilities[label])),
    ]
  }

  func line(of answer: LabelAnswer, _ labels: [String]) -> String {
    answer.chosen.map { labels[$0] }.joined()
  }

  func evaluation(of comparison: LabelComparison) -> any LabelEvaluation {
    ClassEvaluation(
      part: comparison.part, truth: comparison.sequences.map { comparison.table.labels[$0] },
      predicted: comparison.sequences.flatMap(comparison.chosen))
  }
}

/// Answers of one class each.
package struct ClassEvaluation: LabelEvaluation {
  package let part: String
  package var loss: Double?
  /// The classes that there are or that were predicted, in their order.
  package let classes: [String]
  /// How often a class, the row, was taken for another, the column: `[classes, classes]`.
  package let confusion: [[Int]]

  /// - Parameters:
  ///   - truth: The label of each sequence.
  ///   - predicted: As many.
  init(part: String, truth: [String], predicted: [String]) {
    self.part = part
    let names = Set((truth + predicted).map(ClassName.init)).sorted()
    let places = Dictionary(
      names.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { one, _ in one })
    classes = names.map(\.name.text)
    var confusion = [[Int]](
      repeating: [Int](repeating: 0, count: names.count), count: names.count)
    for (truth, predicted) in zip(truth, predicted) {
      guard let row = places[ExactText(truth)], let column = places[ExactText(predicted)] else {
        continue
      }
      confusion[row][column] += 1
    }
    self.confusion = confusion
  }

  package var count: Int { confusion.reduce(0) { $0 + $1.reduce(0, +) } }

  /// The fraction of right answers, from 0 to 1.
  package var accuracy: Double {
    let right = classes.indices.reduce(0) { $0 + confusion[$1][$1] }
    return count == 0 ? 0 : Double(right) / Double(count)
  }

  var table: ScoreTable {
    ScoreTable(
      scores: classes.indices.map { place in
        var score = Score()
        score.actual = confusion[place].reduce(0, +)
        score.predicted = confusion.reduce(0) { $0 + $1[place] }
        score.right = confusion[place][place]
        return (classes[place], score)
      })
  }
}

extension ClassEvaluation {
  /// The most classes whose matrix is shown as text; of more, the pairs that are mistaken most often.
  private static let mostColumns = 12
  private static let mostPairs = 20

  /// Accuracy, scores of each class and the confusion matrix.
  package var text: String {
    let table = table
    let facts = ["accuracy \(percentage(accuracy))", "macro F1 \(fixed(table.macro.f1, 4))"]
    return heading(facts) + "\n" + table.text([table.macro, table.weighted]) + "\n"
      + confusionText
  }

  private var confusionText: String {
    guard classes.count > Self.mostColumns else {
      let rows = zip(classes, confusion).map { label, counts in [label] + counts.map(String.init) }
      return "confusion, actual labels below, predicted ones to the right\n"
        + textTable([[""] + classes] + rows)
    }
    var pairs: [(actual: Int, predicted: Int)] = []
    for row in classes.indices {
      for column in classes.indices where row != column && confusion[row][column] > 0 {
        pairs.append((row, column))
      }
    }
    // Sorting is stable: equal ones stay in the order of classes.
    pairs.sort { confusion[$0.actual][$0.predicted] > confusion[$1.actual][$1.predicted] }
    let rows = pairs.prefix(Self.mostPairs).map { pair in
      [classes[pair.actual], classes[pair.predicted], "\(confusion[pair.actual][pair.predicted])"]
    }
    return rows.isEmpty
      ? "" : "most often mistaken\n" + textTable([["actual", "predicted", "count"]] + rows)
  }

  package var json: JSONValue {
    var document = members
    let table = table
    document["accuracy"] = .number(accuracy)
    document["classes"] = table.json
    document["macro"] = table.macro.json
    document["weighted"] = table.weighted.json
    document["confusion"] = [
      "labels": .array(classes.map(JSONValue.string)),
      "counts": .array(confusion.map { .array($0.map(JSONValue.integer)) }),
    ]
    return .object(document)
  }

  /// Scores of each class, an empty line, and the confusion matrix.
  package var csv: String {
    let table = table
    let head = (["actual"] + classes).map(quoted).joined(separator: ",") + "\n"
    let rows = zip(classes, confusion).map { label, counts in
      ([quoted(label)] + counts.map(String.init)).joined(separator: ",") + "\n"
    }
    return table.csv([table.macro, table.weighted]) + "\n" + head + rows.joined()
  }
}
