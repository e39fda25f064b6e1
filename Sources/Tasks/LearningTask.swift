import Checkpoints
import Files

/// A kind of work: what is learnt from which data, and what can be asked of the model afterwards.
///
/// A value is the task itself: what somebody asks for, what a training run carries out, and, encoded, what a file keeps.
/// A kind is a folder with its data, evaluation, predictions and stream, and an entry in ``TaskRegistry``.
package protocol LearningTask: Codable, Equatable, Sendable {
  /// The member of a stored task by which this kind is recognized.
  static var mark: String { get }
  /// What models of this kind are of, in the plural: `texts`.
  static var title: String { get }
  /// What other data than those of the training are called that ``evaluate(_:data:)`` takes; `nil` if it takes none.
  static var otherData: String? { get }
  /// What each step of a sample that has a target is called, in the plural, where the speed of training is given in
  /// them; `nil` where it is given in samples.
  static var stepTitle: String? { get }

  /// What its data are called, each a list of files: `csv`, or `inputs` and `targets`; nothing if they are made.
  static var dataNames: [String] { get }

  /// The files that the data are in; none if they are made.
  var files: [String] { get }
  /// XXH3-64 of the data, in hexadecimal digits; empty where it is not known.
  var digest: String { get }
  /// What a summary of the model shows of the task.
  var facts: [(name: String, value: JSONValue)] { get }

  /// Prepares a new run: reads the data and builds the model.
  ///
  /// - Throws: `ConfigurationError` if the plan cannot be carried out, `FileError` if the data cannot be read, or
  ///   `OutOfMemory`.
  func start(_ plan: TrainingPlan) throws -> TrainingStart

  /// The same task on other files.
  ///
  /// - Parameter data: Files by their names among ``dataNames``; those that are not there stay.
  func reading(_ data: [String: [String]]) -> Self

  /// The data as they are now, encoded as a checkpoint has it, to go on with them. Their task has the digest of what was
  /// read, see ``DataChange``.
  ///
  /// - Parameter file: The checkpoint's path, for errors.
  /// - Throws: `FileError` if they are not there any more, or are nothing that the model knows; `ConfigurationError`.
  func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData

  /// The data of a new training that begins with a model of this kind.
  ///
  /// - Parameter model: Gets what the data have that it does not know.
  /// - Throws: `FileError` if the data cannot be read, or are nothing that the model knows; `ConfigurationError`.
  func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData

  /// How well a model does.
  ///
  /// - Parameter data: Other data than those of the training; `nil` for those that were kept for validation.
  /// - Throws: `FileError`, or `OutOfMemory`.
  func evaluate(_ file: ModelFile, data: String?) throws -> any Report

  /// What lines that come one by one mean to a model.
  ///
  /// - Parameter learns: Whether the model makes an update for each true value that arrives.
  /// - Throws: `FileError`; `ConfigurationError` if the model cannot follow a stream, or learn from one.
  func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream

  /// A loss in the units in which models of this kind are compared; `nil` if that is the loss itself.
  func description(ofLoss loss: Double) -> String?
}

extension LearningTask {
  package static var otherData: String? { nil }
  package var digest: String { "" }
  package static var stepTitle: String? { nil }
  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    try data(of: model.checkpoint, file: model.file.path)
  }
  package func description(ofLoss loss: Double) -> String? { nil }
}

/// A task whose models run on by themselves, each prediction being the next input.
package protocol GenerativeTask: LearningTask {
  /// The parts of a request that such a model has a use for.
  static var takes: Set<RunRequest.Part> { get }

  /// Runs on, and stores in the file where the run ends.
  ///
  /// - Parameter write: Takes the output piece by piece.
  /// - Throws: `FileError`, `SeedError`, `ConfigurationError`, or what `write` throws.
  func run(
    _ file: ModelFile, _ request: RunRequest, write: (RunOutput) throws -> Void
  ) throws
}

/// A task whose models answer whole sequences.
package protocol AnsweringTask: LearningTask {
  /// The parts of a request that such a model has a use for.
  static var takes: Set<AnswerRequest.Part> { get }

  /// Answers each sequence.
  ///
  /// - Throws: `FileError` that names line and column; `ConfigurationError` if the request has a part that the model has
  ///   no use for; or `OutOfMemory`.
  func answers(_ file: ModelFile, _ request: AnswerRequest) throws -> any TableReport

  /// How well a model does, if its answers are made in a way of their own.
  ///
  /// - Throws: `FileError`; `ConfigurationError` if the model does not answer so; or `OutOfMemory`.
  func evaluate(
    _ file: ModelFile, data: String?, _ options: EvaluationOptions
  ) throws -> any Report
}

/// What can be shown, to people and to programs.
package protocol Report {
  /// Lines, each with its end.
  var text: String { get }
  var json: JSONValue { get }
}

/// A report that is a table.
package protocol TableReport: Report {
  /// A line of names, then one for each row.
  var csv: String { get }
}

extension TableReport {
  package var text: String { csv }
}
