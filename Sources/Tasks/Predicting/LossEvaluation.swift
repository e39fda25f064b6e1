import Checkpoints
import Files
import Recurrent

/// How well a model does on the text or the arrays that it was trained on.
package struct LossEvaluation: Sendable {
  /// Which part of the data it is: `training` or `validation`.
  package let part: String
  /// What a symbol of the text is; `nil` if the data are arrays.
  package let level: TextTask.Level?
  /// Whether answers are right or wrong, not only near or far.
  package let hasAccuracy: Bool
  package let result: Evaluator.Result

  /// Measures a model, of any format that says what it was trained on: on the part for validation, or on all if there
  /// is none.
  ///
  /// - Parameter file: The checkpoint's path, for errors.
  /// - Throws: `FileError` if the data cannot be read or do not fit the model, or `OutOfMemory`.
  package init(_ checkpoint: Checkpoint, file: String) throws {
    guard let task = checkpoint.task else {
      throw FileError(.invalid, file: file, "has no task to evaluate")
    }
    try checkpoint.checkTrainable(file: file)
    do {
      let data = try TrainingRun.data(of: task, checkpoint, file: file)
      part = data.validation == nil ? "training" : "validation"
      let evaluator = try Evaluator(
        parameters: checkpoint.parameters, loss: checkpoint.loss,
        source: data.validation ?? data.samples, batchSize: task.options.batchSize,
        metrics: task.options.metrics)
      result = try evaluator.evaluate()
    } catch let error as ConfigurationError {
      throw FileError(.invalid, file: file, error.description)
    }
    level = if case .text(let text) = task.source { text.level } else { nil }
    hasAccuracy = checkpoint.loss.hasAccuracy
  }
}
