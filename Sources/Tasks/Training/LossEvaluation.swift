import Checkpoints
import Files
import Recurrent

/// How well a model does on the text or the arrays that it was trained on.
package struct LossEvaluation: Sendable {
  /// Which part of the data it is: `training` or `validation`, or `all` of others.
  package let part: String
  /// Whether answers are right or wrong, not only near or far.
  package let hasAccuracy: Bool
  package let result: Evaluator.Result
  /// The loss in other units; `nil` if there are none.
  package let lossDescription: String?

  /// Measures a model, of any format that says what it was trained on: on the data for validation, or on all if there
  /// are none.
  ///
  /// - Throws: `FileError` if the data cannot be read or do not fit the model, or `OutOfMemory`.
  package init(_ file: ModelFile, task: some LearningTask) throws {
    let checkpoint = file.checkpoint
    guard let stored = checkpoint.task else { throw file.error("has no task to evaluate") }
    try checkpoint.checkTrainable(file: file.path)
    (part, result) = try file.naming {
      let data = try task.knownData(of: checkpoint, file: file.path)
      let evaluator = try Evaluator(
        parameters: checkpoint.parameters, losses: checkpoint.losses,
        source: data.validation ?? data.samples, batchSize: stored.options.batchSize,
        metrics: stored.options.metrics, compiled: checkpoint.otherMetrics)
      return (data.validation == nil ? "training" : "validation", try evaluator.evaluate())
    }
    lossDescription = task.description(ofLoss: result.loss)
    hasAccuracy = checkpoint.loss.hasAccuracy
  }

  /// What was measured on all of other data.
  init(_ result: Evaluator.Result, loss: Loss, lossDescription: String?) {
    (part, self.result, self.lossDescription) = ("all", result, lossDescription)
    hasAccuracy = loss.hasAccuracy
  }

  /// Loss, accuracy and metrics in words.
  var figures: String {
    var parts = ["loss \(fixed(result.loss, 4))"]
    if hasAccuracy { parts.append("accuracy \(percentage(result.accuracy))") }
    parts += metrics.map { "\($0.key) \(fixed($0.value, 4))" }
    if let lossDescription { parts.append(lossDescription) }
    return parts.joined(separator: ", ")
  }
}

extension LossEvaluation: Report {
  package var text: String { "\(part): \(figures)\n" }

  package var json: JSONValue {
    var document: [String: JSONValue] = ["part": .string(part), "loss": .number(result.loss)]
    if hasAccuracy { document["accuracy"] = .number(result.accuracy) }
    for (name, value) in metrics { document[name] = .number(value) }
    return .object(document)
  }

  private var metrics: [(key: String, value: Double)] {
    let metrics = result.metrics.map { ($0.key.rawValue, $0.value) }
    return (metrics + result.compiled.map { ($0.key, $0.value) }).sorted { $0.0 < $1.0 }
  }
}

extension Checkpoint {
  /// What the model was compiled with and is not measured anyway.
  fileprivate var otherMetrics: [CompiledMetric] {
    let names = Set(task?.options.metrics.map(\.rawValue) ?? [])
    return (metrics ?? []).filter {
      !names.contains($0.name) && !($0.isAccuracy && loss.hasAccuracy) && $0.name != "accuracy"
    }
  }
}
