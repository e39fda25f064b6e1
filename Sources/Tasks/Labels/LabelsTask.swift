import Checkpoints
import Files
import Recurrent

/// Predicting the class of whole sequences, or a number.
package struct LabelsTask: LearningTask {
  package static let mark = "label"
  package static let title = "sequences with labels"
  package static let otherData: String? = "sequences"

  /// A CSV file with names in its first line, or a JSON object on each line of a `.jsonl` or `.ndjson` file.
  package var file: String
  /// The columns, or members of the objects.
  package var sequence: String
  package var label: String
  /// Whether labels are numbers to come near to, not classes.
  package var isRegression = false
  /// What a symbol of a text is; `nil` if sequences are numbers. Of a new task `nil` means: see by the first sequence
  /// whether it is numbers, and take the characters of a text.
  package var level: TextTask.Level?
  /// The most steps of a sample: shorter sequences are padded in front, of longer ones the last steps are taken; those
  /// of the longest sequence if `nil`.
  package var sequenceLength: Int?
  /// XXH3-64 of the file, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// Whether the layers read sequences from both ends.
  package var isBidirectional = false
  /// The units of the embedding of symbols; 32 if `nil`.
  package var embedding: Int?
  /// The most symbols that have a number of their own; all if `nil`.
  package var vocabularySize: Int?

  private enum CodingKeys: String, CodingKey {
    case file = "sequences"
    case sequence, label
    case isRegression = "regression"
    case level
    case sequenceLength = "sequence_length"
    case digest
  }

  package init(file: String, sequence: String, label: String) {
    self.file = file
    self.sequence = sequence
    self.label = label
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    file = try members.decode(String.self, forKey: .file)
    sequence = try members.decode(String.self, forKey: .sequence)
    label = try members.decode(String.self, forKey: .label)
    isRegression = try members.decode(Bool.self, forKey: .isRegression)
    level = try members.decodeIfPresent(TextTask.Level.self, forKey: .level)
    sequenceLength = try members.count(.sequenceLength)
    digest = try members.decode(String.self, forKey: .digest)
  }

  package static let dataNames = ["sequences"]
  package var files: [String] { [file] }

  package func reading(_ data: [String: [String]]) -> Self {
    var task = self
    if let file = data["sequences"]?.first { task.file = file }
    return task
  }

  package var facts: [(name: String, value: JSONValue)] {
    [
      ("sequences", .string(file)), ("label", .string(label)),
      ("sequence length", sequenceLength.map(JSONValue.integer) ?? .null),
    ]
  }

  /// One layer of 64 units, batches of 32, a tenth of the sequences kept for validation.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    let settings = TrainingSettings(plan, units: [64], epochs: 20, batchSize: 32, shuffle: true)
    let data = try LabelsData(
      self, validationSplit: settings.validationSplit, randomSeed: plan.randomSeed)
    return try TrainingStart(
      settings, data: data,
      configuration: configuration(settings.stack, data: data),
      loss: isRegression
        ? try settings.loss(.meanSquaredError, among: Loss.ofNumbers)
        : try settings.loss(.sparseCategoricalCrossEntropy, among: Loss.ofClasses),
      isStateful: false)
  }

  /// The model: what hides the padding, recurrent layers, and a layer that gives the class or the number.
  private func configuration(_ stack: RecurrentStack, data: LabelsData) -> ModelConfiguration {
    var stack = stack
    stack.isBidirectional = isBidirectional
    let (steps, features) = (data.samples.timeSteps, data.samples.features)
    var configuration: ModelConfiguration =
      isRegression
      ? .regressor(stack, outputs: 1, timeSteps: steps, features: features)
      : .classifier(
        stack, classes: data.labels?.count ?? 0, timeSteps: steps, features: features)
    configuration.hidePadding(
      symbols: data.vocabulary?.symbols.count, embedding: embedding ?? 32)
    return configuration
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try LabelsData(self, of: checkpoint)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LabelPredictor(file).evaluate(data)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    throw ConfigurationError("the model predicts labels of whole sequences, not of a stream")
  }
}

extension LabelsTask: AnsweringTask {
  package func answers(_ file: ModelFile, sequences: String) throws -> any TableReport {
    LabelReport(try LabelPredictor(file).answers(sequences))
  }
}
