import Files

extension LetterPredictor.Step {
  /// `A -> B`.
  package var text: String { "\(input) -> \(output)" }

  package var json: JSONValue {
    [
      "input": .string(input), "output": .string(output),
      "probability": .number(Double(probability)),
    ]
  }
}

extension LettersEvaluation.Answer {
  /// `['A', 'B', 'C'] -> D`.
  var text: String {
    "[" + symbols.map { "'\($0)'" }.joined(separator: ", ") + "] -> " + prediction
  }

  fileprivate var json: JSONValue {
    [
      "input": .array(symbols.map(JSONValue.string)), "target": .string(target),
      "output": .string(prediction),
    ]
  }
}

extension LettersEvaluation: Report {
  /// Loss and accuracy, then every answer, then what else the experiment shows.
  package var text: String {
    var lines = ["loss \(fixed(loss, 4)), accuracy \(percentage(accuracy))", ""]
    lines += answers.map(\.text)
    if !randomAnswers.isEmpty {
      lines += ["", "\(randomAnswers.count) random patterns:"] + randomAnswers.map(\.text)
    }
    for run in freeRuns {
      lines += ["", "free run from a cold \(run.seed):"] + run.steps.map(\.text)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSONValue {
    [
      "loss": .number(loss), "accuracy": .number(accuracy),
      "patterns": .array(answers.map(\.json)),
      "random_patterns": .array(randomAnswers.map(\.json)),
      "free_runs": .array(
        freeRuns.map { ["seed": .string($0.seed), "steps": .array($0.steps.map(\.json))] }),
    ]
  }
}
