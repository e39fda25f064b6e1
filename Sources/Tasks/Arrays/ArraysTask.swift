import Checkpoints
import Files
import Recurrent

/// Training any model on arrays of inputs and targets: Keras' `fit`.
package struct ArraysTask: LearningTask {
  package static let mark = "inputs"
  package static let title = "arrays"

  /// `X.npy`, `X.csv` or `FILE.h5:DATASET`; `nil` of a model that was not trained here.
  package var inputs: String?
  package var targets: String?
  /// The file of the model that a new run trains.
  package var model: String?

  private enum CodingKeys: String, CodingKey { case inputs, targets }

  package init(model: String? = nil, inputs: String? = nil, targets: String? = nil) {
    (self.model, self.inputs, self.targets) = (model, inputs, targets)
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    inputs = try members.decode(String.self, forKey: .inputs)
    targets = try members.decode(String.self, forKey: .targets)
  }

  package var files: [String] { [inputs, targets].compactMap { $0 } }
  package var facts: [(name: String, value: JSONValue)] {
    [
      ("inputs", inputs.map(JSONValue.string) ?? .null),
      ("targets", targets.map(JSONValue.string) ?? .null),
    ]
  }

  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    guard let model else { throw ConfigurationError("there is no model to train") }
    var checkpoint = try CheckpointFile.load(model)
    if let version = plan.kerasVersion { try checkpoint.turn(into: version, file: model) }
    try checkpoint.compile(
      optimizer: plan.optimizer, loss: plan.loss, learningRate: plan.learningRate)
    try checkpoint.checkTrainable(file: model)
    guard let optimizer = checkpoint.optimizer else {
      throw FileError(
        .invalid, file: model, "was not compiled: it has no loss and no optimizer to train with")
    }
    let split = plan.validationSplit ?? 0
    return try TrainingStart(
      plan, data: try data(for: checkpoint, validationSplit: split), model: checkpoint,
      optimizer: optimizer, validationSplit: split)
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try data(for: checkpoint, validationSplit: checkpoint.task?.validationSplit ?? 0)
  }

  private func data(
    for checkpoint: Checkpoint, validationSplit: Double
  ) throws -> ArraysData {
    try ArraysData(
      self, configuration: checkpoint.configuration, loss: checkpoint.loss,
      validationSplit: validationSplit, vocabulary: checkpoint.vocabulary)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LossEvaluation(file, task: self)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    return try SeriesStream(rows: file)
  }
}
