import Checkpoints
import Files
import Recurrent

/// Learning the alphabet in one of six ways, see ``Experiment``.
package struct LettersTask: LearningTask {
  package static let mark = "experiment"
  package static let title = "letters"

  package let experiment: Experiment

  package init(_ experiment: Experiment = .stateful) { self.experiment = experiment }

  private enum CodingKeys: String, CodingKey { case experiment }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let name = try container.decode(String.self, forKey: .experiment)
    guard let experiment = Experiment.named(name) else {
      throw DecodingError.dataCorruptedError(
        forKey: .experiment, in: container, debugDescription: "is not the name of an experiment")
    }
    self.experiment = experiment
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(experiment.name, forKey: .experiment)
  }

  package static func == (one: LettersTask, other: LettersTask) -> Bool {
    one.experiment.name == other.experiment.name
  }

  package static let dataNames: [String] = []
  package var files: [String] { [] }
  package func reading(_ data: [String: [String]]) -> Self { self }
  package var facts: [(name: String, value: JSONValue)] {
    [("experiment", .string(experiment.name))]
  }

  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    let settings = TrainingSettings(
      plan, units: experiment.units, epochs: experiment.epochs, batchSize: experiment.batchSize,
      shuffle: experiment.shuffle, validationSplit: 0)
    let data = try LettersData(
      self, randomSeed: plan.randomSeed, validationSplit: settings.validationSplit)
    return try TrainingStart(
      settings, data: data,
      configuration: experiment.configuration(settings.stack, batchSize: settings.batchSize),
      loss: .categoricalCrossEntropy, isStateful: experiment.stateful, keepsOrder: true)
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    guard experiment.stateful == checkpoint.configuration.isStateful else {
      throw FileError(
        .invalid, file: file,
        "its task is the experiment \(experiment.name), but the model is "
          + (experiment.stateful ? "not stateful" : "stateful"))
    }
    return try LettersData(
      self, randomSeed: checkpoint.task?.options.randomSeed ?? 0,
      validationSplit: checkpoint.task?.validationSplit ?? 0)
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    try LettersEvaluation(file)
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    guard !learns else { throw ConfigurationError.cannotLearn }
    return try LetterStream(file)
  }
}

extension LettersTask: GenerativeTask {
  package static let takes: Set<RunRequest.Part> = [.row]

  package func run(
    _ file: ModelFile, _ request: RunRequest, write: (RunOutput) throws -> Void
  ) throws {
    let run = try LetterRun(file)
    try run.begin(seed: request.seed, row: request.row ?? 0)
    for _ in 0..<request.steps { try write(.step(run.step())) }
    run.store()
  }
}
