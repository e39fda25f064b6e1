import Files

extension TagEvaluation: Report {
  /// Accuracy and the F1 of spans, then a line for each label.
  package var text: String {
    var head = "\(part): accuracy \(percentage(accuracy)) of \(steps) steps"
    if let spans {
      head +=
        "; spans: precision \(percentage(spans.precision)), recall \(percentage(spans.recall)), "
        + "F1 \(fixed(spans.f1, 4))"
    }
    let lines = sorted.map { label, score in
      "  \(label): precision \(percentage(score.precision)), recall \(percentage(score.recall)), "
        + "F1 \(fixed(score.f1, 4)), \(score.actual) there\n"
    }
    return head + "\n" + lines.joined()
  }

  package var json: JSONValue {
    var document: [String: JSONValue] = [
      "part": .string(part), "steps": .integer(steps), "accuracy": .number(accuracy),
      "labels": .array(
        sorted.map { label, score in
          .object(score.members.merging(["label": .string(label)]) { own, _ in own })
        }),
    ]
    document["spans"] = (spans?.members).map(JSONValue.object)
    return .object(document)
  }

  private var sorted: [(String, Score)] {
    scores.map { ($0.key.text, $0.value) }.sorted { ClassName($0.0) < ClassName($1.0) }
  }
}

/// Predictions for each step of some sequences.
package struct TagReport: TableReport {
  private let sequences: [TagTable.Steps]
  package let answers: [[TagPredictor.Answer]]

  init(_ sequences: [TagTable.Steps], _ answers: [[TagPredictor.Answer]]) {
    (self.sequences, self.answers) = (sequences, answers)
  }

  /// A line for each step, after a line of names; sequences and steps from 1.
  package var csv: String {
    var lines = ["sequence,step,input,tag,probability\n"]
    for (sequence, (steps, answers)) in zip(sequences, answers).enumerated() {
      for (step, (input, answer)) in zip(steps.texts, answers).enumerated() {
        lines.append(
          "\(sequence + 1),\(step + 1),\(quoted(input)),\(quoted(answer.tag)),\(answer.probability)\n"
        )
      }
    }
    return lines.joined()
  }

  package var json: JSONValue {
    [
      "answers": .array(
        zip(sequences, answers).map { steps, answers in
          [
            "inputs": .array(steps.texts.map(JSONValue.string)),
            "tags": .array(answers.map { .string($0.tag) }),
            "probabilities": .array(answers.map { .number(Double($0.probability)) }),
          ]
        })
    ]
  }
}

extension TagTable.Steps {
  /// Each step as a text.
  fileprivate var texts: [String] {
    switch self {
    case .symbols(let symbols): symbols
    case .numbers(let numbers, let features):
      stride(from: 0, to: numbers.count, by: features).map { first in
        numbers[first..<first + features].map { "\($0)" }.joined(separator: " ")
      }
    }
  }
}
