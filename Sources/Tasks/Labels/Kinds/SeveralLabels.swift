import Checkpoints
import Files
import Recurrent

/// Any number of labels, with a text between them.
struct SeveralLabels: LabelKind {
  let separator: String
  let fewest = 1
  let hasThreshold = true
  let loss = Loss.binaryCrossEntropy
  let lossNames = ["binary_crossentropy"]
  let activation = "sigmoid"
  let columns = ["labels", "probabilities"]

  init?(of task: LabelsTask) {
    guard let separator = task.labelSeparator else { return nil }
    self.separator = separator
  }

  func names(in field: String) -> [String] {
    field.split(exactly: separator).map(\.trimmingBlanks).filter { !$0.isEmpty }
  }

  /// 1 for each label that there is and 0 for all others.
  func targets(of sample: Int, in samples: LabelSamples) throws -> [Float]? {
    var values = [Float](repeating: 0, count: samples.classCount)
    for number in try samples.classes(of: sample) { values[number] = 1 }
    return values
  }

  func answer(
    _ row: BatchRow, _ outputs: [Float], threshold: Double, scaling: Scaling?
  ) -> LabelAnswer {
    LabelAnswer(
      chosen: outputs.indices.filter { Double(outputs[$0]) >= threshold }, probabilities: outputs)
  }

  func fields(of answer: LabelAnswer, _ labels: [String]) -> [String] {
    [
      quoted(line(of: answer, labels)),
      quoted(answer.chosen.map { "\(answer.probabilities[$0])" }.joined(separator: separator)),
    ]
  }

  func members(of answer: LabelAnswer, _ labels: [String]) -> [String: JSONValue] {
    ["labels": .array(answer.chosen.map { .string(labels[$0]) })]
  }

  func line(of answer: LabelAnswer, _ labels: [String]) -> String {
    answer.chosen.map { labels[$0] }.joined(separator: separator)
  }

  func shownClasses(of answer: LabelAnswer) -> [Int] { answer.chosen }

  func evaluation(of comparison: LabelComparison) -> any LabelEvaluation {
    let truth = comparison.sequences.map { names(in: comparison.table.labels[$0]) }
    let known = Set(comparison.labels.map(ExactText.init))
    let others = Set(truth.joined().map(ClassName.init)).filter { !known.contains($0.name) }
    var evaluation = MultiLabelEvaluation(
      part: comparison.part, labels: comparison.labels + others.sorted().map(\.name.text),
      threshold: comparison.threshold)
    for (sequence, truth) in zip(comparison.sequences, truth) {
      evaluation.add(truth: truth, predicted: comparison.chosen(sequence))
    }
    return evaluation
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

extension MultiLabelEvaluation {
  /// Accuracy and scores of each label.
  package var text: String {
    let table = table
    return heading([
      "all labels right \(percentage(subsetAccuracy))",
      "binary accuracy \(percentage(binaryAccuracy))", "micro F1 \(fixed(table.micro.f1, 4))",
      "macro F1 \(fixed(table.macro.f1, 4))",
    ]) + "\n" + table.text([table.micro, table.macro, table.weighted])
  }

  package var json: JSONValue {
    var document = members
    let table = table
    document["threshold"] = .number(threshold)
    document["subset_accuracy"] = .number(subsetAccuracy)
    document["binary_accuracy"] = .number(binaryAccuracy)
    document["labels"] = table.json
    document["micro"] = table.micro.json
    document["macro"] = table.macro.json
    document["weighted"] = table.weighted.json
    return .object(document)
  }

  package var csv: String {
    let table = table
    return table.csv([table.micro, table.macro, table.weighted])
  }
}

extension String {
  /// The parts between a text, byte by byte the same.
  fileprivate func split(exactly separator: String) -> [String] {
    let (bytes, end) = (Array(utf8), Array(separator.utf8))
    guard !end.isEmpty else { return [self] }
    var (parts, first, at) = ([String](), 0, 0)
    while at + end.count <= bytes.count {
      guard bytes[at..<at + end.count].elementsEqual(end) else {
        at += 1
        continue
      }
      parts.append(String(decoding: bytes[first..<at], as: UTF8.self))
      at += end.count
      first = at
    }
    return parts + [String(decoding: bytes[first...], as: UTF8.self)]
  }
}
