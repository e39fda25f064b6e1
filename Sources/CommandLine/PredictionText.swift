import Files
import HDF5
import Kernels
import Recurrent
import Tasks

extension SequencePredictor.Step {
  /// `A -> B`.
  package var text: String { "\(input) -> \(output)" }

  var json: JSONValue {
    [
      "input": .string(input), "output": .string(output),
      "probability": .number(Double(probability)),
    ]
  }
}

extension Evaluation.Answer {
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

extension LossEvaluation {
  package var text: String {
    var parts = ["loss \(fixed(result.loss, 4))"]
    if hasAccuracy { parts.append("accuracy \(percentage(result.accuracy))") }
    parts += metrics.map { "\($0.key) \(fixed($0.value, 4))" }
    if let level { parts.append(level.description(ofLoss: result.loss)) }
    return "\(part): \(parts.joined(separator: ", "))\n"
  }

  /// The same as one JSON document.
  package var json: String {
    var document: [String: JSONValue] = ["part": .string(part), "loss": .number(result.loss)]
    if hasAccuracy { document["accuracy"] = .number(result.accuracy) }
    for (name, value) in metrics { document[name] = .number(value) }
    return JSONValue.object(document).text(indented: true) + "\n"
  }

  private var metrics: [(key: String, value: Double)] {
    result.metrics.map { ($0.key.rawValue, $0.value) }.sorted { $0.0 < $1.0 }
  }
}

extension [TextGenerator.Candidate] {
  /// A line for each, its probability first.
  package var text: String {
    map { percentage(Double($0.probability)) + "  " + JSONValue.string($0.symbol).text() + "\n" }
      .joined()
  }

  /// The same as one JSON document.
  package var json: String {
    let document: JSONValue = [
      "candidates": .array(
        map {
          ["symbol": .string($0.symbol), "probability": .number(Double($0.probability))]
        })
    ]
    return document.text(indented: true) + "\n"
  }
}

extension Evaluation {
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

  /// The same as one JSON document.
  package var json: String {
    let document: JSONValue = [
      "loss": .number(loss), "accuracy": .number(accuracy),
      "patterns": .array(answers.map(\.json)),
      "random_patterns": .array(randomAnswers.map(\.json)),
      "free_runs": .array(
        freeRuns.map { ["seed": .string($0.seed), "steps": .array($0.steps.map(\.json))] }),
    ]
    return document.text(indented: true) + "\n"
  }
}

extension Trainer {
  /// The memory of training, from the sizes that the layers document.
  package var memoryDescription: String {
    let scalar = MemoryLayout<Float>.size
    let weights = model.configuration.parameterCount
    let kilobytes = { (count: Int) in fixed(Double(count * scalar) / 1024, 1) + " KiB" }
    return "\(weights) weights; memory: \(kilobytes(2 * weights)) weights and gradients, "
      + "\(kilobytes(2 * weights)) optimizer, \(kilobytes(model.workingMemory)) activations of "
      + "\(model.batch) rows × \(model.timeSteps) steps; instructions: \(InstructionSet.selected)"
  }
}
