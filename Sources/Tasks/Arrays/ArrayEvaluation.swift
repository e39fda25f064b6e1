import Checkpoints
import Files
import Recurrent

/// How well a model does on arrays of inputs and targets: Keras' `evaluate`.
package struct ArrayEvaluation: Report {
  package let samples: Int
  package let loss: Double
  /// What the model was compiled with, by Keras' names, in their order.
  package let metrics: [(name: String, value: Double)]
  /// What was left out, in a line each.
  package let notes: [String]

  /// The samples of a batch, as in Keras.
  private static let batchSize = 32

  /// - Parameters:
  ///   - inputs: `X.npy`, `X.csv` or `FILE.h5:DATASET` for each input, see ``NamedFiles``: `[samples, timeSteps, features]`,
  ///     or what else the model takes.
  ///   - targets: The same for what the model should give: class numbers where its loss takes them, otherwise as many
  ///     values as it gives.
  /// - Throws: `FileError` if a file cannot be read, or the model has no loss; `ConfigurationError` if the shapes are not
  ///   the model's.
  package init(_ file: ModelFile, inputs: [String], targets: [String]) throws {
    let checkpoint = file.checkpoint
    let configuration = checkpoint.configuration
    if let problem = checkpoint.trainingProblem?.loss { throw file.error(problem) }
    let isCompiled =
      checkpoint.optimizer != nil || checkpoint.task != nil || checkpoint.trainingProblem != nil
    guard isCompiled else { throw file.error("was not compiled: it has no loss to evaluate") }
    let files = try ArraysData.files(inputs, targets, of: configuration)
    let data = try ArraysData.dataset(
      (
        try zip(files.inputs, configuration.inputs).map { try $1.read($0) },
        try files.targets.map { try Tensor(contentsOf: $0) }
      ), of: files, configuration: configuration, losses: checkpoint.losses.map(\.loss))
    samples = data.samples
    let compiled = Self.metrics(of: checkpoint)
    let evaluator = try Evaluator(
      parameters: checkpoint.parameters, losses: checkpoint.losses, source: data,
      batchSize: configuration.isStateful ? configuration.stateRows : Self.batchSize,
      compiled: compiled)
    let result: Evaluator.Result
    do {
      result = try evaluator.evaluate()
    } catch let error as SymbolOutOfRange {
      throw FileError(.invalid, file: files.inputs[error.input], error.description)
    }
    loss = result.loss
    let ofOutputs = zip(configuration.outputNames, result.outputLosses)
      .map { (History.loss(ofOutput: $0), $1) }
    metrics =
      ofOutputs
      + compiled.compactMap { metric in
        result.compiled[metric.name].map { (metric.name, $0) }
      }
    let unsupported = compiled.map(\.name).filter { result.compiled[$0] == nil }
    notes = unsupported.isEmpty ? [] : [CompiledMetric.note(unsupported)]
  }

  /// What the file says, and what training measured.
  private static func metrics(of checkpoint: Checkpoint) -> [CompiledMetric] {
    let accuracy = CompiledMetric(name: "accuracy", function: "accuracy")
    var metrics = checkpoint.metrics ?? (checkpoint.loss.hasAccuracy ? [accuracy] : [])
    let trained = checkpoint.task?.options.metrics ?? []
    for metric in trained where !metrics.contains(where: { $0.name == metric.rawValue }) {
      metrics.append(metric.compiled)
    }
    return metrics
  }

  package var text: String {
    let facts = ["loss \(fixed(loss, 6))"] + metrics.map { "\($0.name) \(fixed($0.value, 6))" }
    return "\(counted(samples, "sample")): \(facts.joined(separator: ", "))\n"
  }

  package var json: JSONValue {
    let pairs = [("loss", JSONValue.number(loss))] + metrics.map { ($0.name, .number($0.value)) }
    var members = Dictionary(pairs, uniquingKeysWith: { one, _ in one })
    members["samples"] = .integer(samples)
    return .object(members)
  }
}

extension CompiledMetric {
  /// What to say of metrics that are not supported.
  static func note(_ names: [String]) -> String {
    "left out, as they are not supported: \(names.joined(separator: ", "))"
  }
}
