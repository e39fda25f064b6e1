import Checkpoints
import Files
import Recurrent

/// What the label of a sequence is: a file in this folder, and an entry in ``LabelKinds/all``.
protocol LabelKind: Sendable {
  /// - Returns: `nil` if the labels of the task are something else.
  init?(of task: LabelsTask)

  /// Whether labels are names of classes that the model gives probabilities of.
  var areNames: Bool { get }
  /// The fewest different labels that there is something to learn from.
  var fewest: Int { get }
  /// Whether labels are predicted from a probability on.
  var hasThreshold: Bool { get }

  /// What a model of such labels is trained to make small.
  var loss: Loss { get }
  /// Keras' names of the losses that such a model can be trained with.
  var lossNames: [String] { get }
  /// Keras' name of the activation of the last layer.
  var activation: String { get }

  /// The labels in a field.
  func names(in field: String) -> [String]
  /// The values that a model is trained to give; `nil` if it is trained on the number of the class.
  ///
  /// - Throws: `FileError` that names the line of a label that is not the model's.
  func targets(of sample: Int, in samples: LabelSamples) throws -> [Float]?

  /// What a model's outputs say.
  ///
  /// - Parameter threshold: From which probability on a label is predicted.
  func answer(_ row: BatchRow, _ outputs: [Float], threshold: Double, scaling: Scaling?)
    -> LabelAnswer
  /// The columns of an answer.
  var columns: [String] { get }
  /// The fields of an answer, as CSV.
  func fields(of answer: LabelAnswer, _ labels: [String]) -> [String]
  /// The members of an answer, in JSON.
  func members(of answer: LabelAnswer, _ labels: [String]) -> [String: JSONValue]
  /// An answer in a line of its own.
  func line(of answer: LabelAnswer, _ labels: [String]) -> String
  /// The classes whose probabilities are shown where nobody asks for any.
  func shownClasses(of answer: LabelAnswer) -> [Int]

  /// - Throws: `FileError` that names the line of a label that is not one.
  func evaluation(of comparison: LabelComparison) throws -> any LabelEvaluation
}

extension LabelKind {
  var areNames: Bool { true }
  var hasThreshold: Bool { false }
  func names(in field: String) -> [String] { [field] }
  func shownClasses(of answer: LabelAnswer) -> [Int] { [] }
}

/// The kinds of labels.
enum LabelKinds {
  /// The more special before the general one.
  private static let all: [any LabelKind.Type] = [
    NumberLabel.self, SeveralLabels.self, OneClass.self,
  ]

  /// That of a task.
  static func kind(of task: LabelsTask) -> any LabelKind {
    for kind in all { if let kind = kind.init(of: task) { return kind } }
    return OneClass()
  }
}
