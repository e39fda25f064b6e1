import Checkpoints
import Files
import Recurrent

/// What a loss or a metric is to reach, after which a run may stop: `val_loss=0.1`. An accuracy is to be at least so
/// large, anything else at most.
package struct TrainingGoal: Equatable, Sendable, CustomStringConvertible {
  /// As the history calls it.
  package let name: String
  package let value: Double

  /// - Throws: `ConfigurationError` if the text is not a name and a number.
  package init(_ text: String) throws(ConfigurationError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let value = Double(parts[1]), value.isFinite else {
      throw ConfigurationError("'\(text)' is not NAME=NUMBER, such as val_loss=0.1")
    }
    (name, self.value) = (String(parts[0]), value)
  }

  package var description: String { "\(name)=\(value)" }

  /// Whether a larger value is a better one.
  private var isLargerBetter: Bool { name.contains("accuracy") }

  /// - Throws: `ConfigurationError` with what there is, if a run measures nothing of the name.
  package func check(_ trainer: Trainer) throws(ConfigurationError) {
    var names = [Self.loss] + (trainer.hasAccuracy ? [Self.accuracy] : [])
    names += trainer.columnNames.filter { $0 != History.learningRate }.sorted()
    guard names.contains(name) else {
      throw ConfigurationError(
        "\(name) is not measured by this run; it measures \(names.joined(separator: ", "))")
    }
  }

  private static let (loss, accuracy) = ("loss", "accuracy")

  /// The value of the last epoch, if it has reached the goal.
  package func reached(in history: History) -> Double? {
    let last =
      switch name {
      case Self.loss: history.loss.last
      case Self.accuracy: history.accuracy.last
      default: history.last(name)
      }
    return last.flatMap { isLargerBetter ? $0 >= value : $0 <= value } == true ? last : nil
  }
}
