import Checkpoints
import Files
import Recurrent

/// Training any model on arrays of inputs and targets: Keras' `fit`.
package struct ArraysTask: LearningTask {
  package static let mark = "inputs"
  package static let title = "arrays"

  /// `X.npy`, `X.csv` or `FILE.h5:DATASET` for each input of the model, see ``NamedFiles``, and for each output; none of a
  /// model that was not trained here.
  package var inputs: [String]
  package var targets: [String]
  /// XXH3-64 of their shapes and values, in hexadecimal digits; empty as long as they have not been read, and in files
  /// of versions that did not keep it.
  package var digest = ""
  /// The file of the model that a new run trains, and one of other weights to begin with.
  package var model: String?
  package var weights: String?

  private enum CodingKeys: String, CodingKey { case inputs, targets, digest }

  package init(
    model: String? = nil, weights: String? = nil, inputs: [String] = [], targets: [String] = []
  ) {
    (self.model, self.weights, self.inputs, self.targets) = (model, weights, inputs, targets)
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    inputs = try Self.files(.inputs, in: members)
    targets = try Self.files(.targets, in: members)
    digest = try members.decodeIfPresent(String.self, forKey: .digest) ?? ""
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    for (files, key) in [(inputs, CodingKeys.inputs), (targets, .targets)] where !files.isEmpty {
      // One file stands by itself, as in files of versions that knew no more.
      if files.count == 1 {
        try members.encode(files[0], forKey: key)
      } else {
        try members.encode(files, forKey: key)
      }
    }
    if !digest.isEmpty { try members.encode(digest, forKey: .digest) }
  }

  private static func files(
    _ key: CodingKeys, in members: KeyedDecodingContainer<CodingKeys>
  ) throws -> [String] {
    // A list is text in some files, as a single file is.
    if let files = try? members.texts(key) { return files }
    return [try members.decode(String.self, forKey: key)]
  }

  package static let dataNames = ["inputs", "targets"]
  package var files: [String] { (inputs + targets).map(NamedFiles.path) }

  package func reading(_ data: [String: [String]]) -> Self {
    var task = self
    task.inputs = data["inputs"] ?? inputs
    task.targets = data["targets"] ?? targets
    return task
  }

  package var facts: [(name: String, value: JSONValue)] {
    [("inputs", inputs), ("targets", targets)].map { name, files in
      let values = files.map(JSONValue.string)
      return (name, values.count > 1 ? .array(values) : values.first ?? .null)
    }
  }

  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    guard let model else { throw ConfigurationError("there is no model to train") }
    var checkpoint = try open(model, randomSeed: plan.randomSeed)
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
      plan, data: try data(for: checkpoint, validationSplit: split, keepsDigest: true),
      model: checkpoint, optimizer: optimizer, validationSplit: split)
  }

  /// The model to train. The text of a model alone gets new weights.
  private func open(_ model: String, randomSeed: UInt64) throws -> Checkpoint {
    if let weights {
      return try CheckpointFile.load(weights, into: try CheckpointFile.architecture(model))
    }
    let checkpoint = try CheckpointFile.architecture(model)
    if try CheckpointFile.isArchitecture(model) {
      try checkpoint.parameters.initialize(seed: randomSeed)
    }
    return checkpoint
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try data(
      for: checkpoint, validationSplit: checkpoint.task?.validationSplit ?? 0,
      keepsDigest: !digest.isEmpty)
  }

  private func data(
    for checkpoint: Checkpoint, validationSplit: Double, keepsDigest: Bool
  ) throws -> ArraysData {
    try ArraysData(
      self, configuration: checkpoint.configuration, losses: checkpoint.losses.map(\.loss),
      validationSplit: validationSplit, vocabulary: checkpoint.vocabulary,
      keepsDigest: keepsDigest)
  }

  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    try data(
      for: model.checkpoint, validationSplit: model.validationSplit, keepsDigest: true)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LossEvaluation(file, task: self)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    return try SeriesStream(rows: file)
  }
}
