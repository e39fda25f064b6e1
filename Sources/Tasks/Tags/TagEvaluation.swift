import Files

/// How right predicted tags are: for each step, and for spans of steps where tags are BIO: `B-x` begins a span of x,
/// `I-x` goes on with it, `O` is outside (Ramshaw & Marcus 1995). Spans are counted as `conlleval` of the CoNLL shared
/// tasks does it: a span is right if its label and both its ends are; an `I-x` behind anything but x begins one.
package struct TagEvaluation: Sendable {
  /// What was looked at: `validation` or `all`.
  package let part: String
  /// By tags, or by the labels of spans where tags are BIO.
  package private(set) var scores: [ExactText: Score] = [:]
  /// Of all spans; `nil` where tags are not BIO.
  package private(set) var spans: Score?
  package private(set) var steps = 0
  package private(set) var rightSteps = 0

  /// - Parameter tags: Those that the model knows.
  package init(part: String, tags: [String]) {
    self.part = part
    let isBIO =
      tags.contains { $0.hasPrefix("B-") }
      && tags.allSatisfy { $0 == "O" || $0.hasPrefix("B-") || $0.hasPrefix("I-") }
    spans = isBIO ? Score() : nil
  }

  /// The fraction of steps that are right.
  package var accuracy: Double { steps == 0 ? 0 : Double(rightSteps) / Double(steps) }

  /// Adds a sequence.
  package mutating func add(truth: [String], predicted: [String]) {
    steps += truth.count
    rightSteps += zip(truth, predicted).count { $0.isExactly($1) }
    guard spans != nil else {
      for (tag, other) in zip(truth, predicted) { add(tag, other) }
      return
    }
    let (actual, found) = (Set(Span.all(of: truth)), Set(Span.all(of: predicted)))
    for span in actual { scores[span.label, default: Score()].actual += 1 }
    for span in found { scores[span.label, default: Score()].predicted += 1 }
    for span in actual.intersection(found) { scores[span.label, default: Score()].right += 1 }
    spans?.actual += actual.count
    spans?.predicted += found.count
    spans?.right += actual.intersection(found).count
  }

  private mutating func add(_ truth: String, _ predicted: String) {
    scores[ExactText(truth), default: Score()].actual += 1
    scores[ExactText(predicted), default: Score()].predicted += 1
    if truth.isExactly(predicted) { scores[ExactText(truth), default: Score()].right += 1 }
  }

  /// Steps that belong together.
  private struct Span: Hashable {
    let label: ExactText
    let steps: Range<Int>

    static func all(of tags: [String]) -> [Span] {
      var (spans, label, first) = ([Span](), ExactText?.none, 0)
      for (step, tag) in (tags + ["O"]).enumerated() {
        let own = tag == "O" ? nil : ExactText(String(tag.dropFirst(2)))
        guard own != label || tag.hasPrefix("B-") else { continue }
        if let label { spans.append(Span(label: label, steps: first..<step)) }
        (label, first) = (own, step)
      }
      return spans
    }
  }
}
