import Checkpoints
import Recurrent

/// How well a model foretells a text.
public struct TextEvaluation: Sendable {
  /// Which part of the text it is: `training` or `validation`.
  public let part: String
  public let level: TextTask.Level
  public let result: Evaluator.Result
}
