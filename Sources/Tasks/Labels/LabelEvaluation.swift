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

/// Answers of several labels each.
package struct MultiLabelEvaluation: LabelEvaluation {
  package let part: String
  package var loss: Double?
  package private(set) var count = 0
  /// The answers whose labels are all those of the sequence, and no others.
  package private(set) var exact = 0
  /// From which probability on a label is predicted.
  package let threshold: Double
  private let labels: [String]
  private let places: [ExactText: Int]
  private var scores: [Score]

  /// - Parameter labels: Those that there are, in their order.
  init(part: String, labels: [String], threshold: Double) {
    self.part = part
    self.labels = labels
    self.threshold = threshold
    places = Dictionary(
      labels.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { one, _ in one })
    scores = [Score](repeating: Score(), count: labels.count)
  }

  mutating func add(truth: [String], predicted: [String]) {
    let (truth, predicted) = (places(truth), places(predicted))
    for place in truth { scores[place].actual += 1 }
    for place in predicted { scores[place].predicted += 1 }
    for place in truth.intersection(predicted) { scores[place].right += 1 }
    count += 1
    if truth == predicted { exact += 1 }
  }

  private func places(_ labels: [String]) -> Set<Int> {
    Set(labels.compactMap { places[ExactText($0)] })
  }

  /// The fraction of the sequences for which every label is right: `sklearn.metrics.accuracy_score`.
  package var subsetAccuracy: Double { count == 0 ? 0 : Double(exact) / Double(count) }
  /// The fraction of the decisions, one for each label of each sequence, that are right:
  /// `keras.metrics.BinaryAccuracy`.
  package var binaryAccuracy: Double {
    let wrong = scores.reduce(0) { $0 + $1.predicted + $1.actual - 2 * $1.right }
    return count == 0 ? 0 : 1 - Double(wrong) / Double(count * max(1, labels.count))
  }

  var table: ScoreTable { ScoreTable(scores: Array(zip(labels, scores)).map { ($0, $1) }) }
}

/// Answers that are numbers: how far they are from the truth, and how far the mean of the training part is.
package struct NumberEvaluation: LabelEvaluation {
  package let part: String
  package var loss: Double?
  private var answers = ErrorSums()
  private var means = ErrorSums()

  init(part: String) { self.part = part }

  /// - Parameter mean: That of the labels of the training part.
  mutating func add(answer: Double, mean: Double, truth: Double) {
    answers.add(forecast: answer, truth: truth, scale: 1)
    means.add(forecast: mean, truth: truth, scale: 1)
  }

  package var count: Int { answers.count }
  /// The root of the mean squared error.
  package var rmse: Double { answers.rmse }
  /// The mean absolute error.
  package var mae: Double { answers.mae }
  /// The same of answering with the mean every time.
  package var meanRMSE: Double { means.rmse }
  package var meanMAE: Double { means.mae }
}
