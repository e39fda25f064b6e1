import ArgumentParser
import Recurrent
import Tasks

/// How a new run learns: the same options whatever it learns from.
package struct LearningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The loss: \(Loss.names.joined(separator: ", ")). (default: the model's; mean_squared_error for numbers, sparse_categorical_crossentropy for classes)",
      valueName: "NAME"))
  package var loss: String?

  @Option(
    help: ArgumentHelp("The optimizer's learning rate. (default: the model's)", valueName: "RATE"))
  package var learningRate: Float?

  @Option(
    help: ArgumentHelp(
      "The optimizer: \(OptimizerConfiguration.names.joined(separator: ", ")). (default: the model's, or Adam)",
      valueName: "NAME"))
  package var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "The optimizer's other options, named as in Keras: epsilon=1e-8,beta_2=0.99",
      valueName: "NAME=NUMBER"),
    transform: NamedNumbersOption.init)
  package var optimizerOptions: NamedNumbersOption?

  @Option(
    help: ArgumentHelp(
      "The learning rate schedule: \(ScheduleOption.forms). (default: constant)",
      valueName: "SCHEDULE"),
    transform: ScheduleOption.init)
  package var schedule: ScheduleOption?

  @Option(
    help: ArgumentHelp(
      "The number of updates in which the learning rate rises from zero.", valueName: "N"))
  package var warmUp: Int?

  @Option(
    help: ArgumentHelp(
      "Scale all gradients down together if their norm is larger than this. (default: 1 for labels; none otherwise)",
      valueName: "NORM"))
  package var clipNorm: Double?

  @Option(
    help: ArgumentHelp(
      "The fraction of values that dropout sets to zero after each recurrent layer.",
      valueName: "RATE"))
  package var dropout: Double?

  @Option(
    help: ArgumentHelp(
      "The fraction of the data kept for validation. (default: 0.1; 0 for experiments and arrays)",
      valueName: "FRACTION"))
  package var validationSplit: Double?

  @Option(
    help: ArgumentHelp("Validate every N epochs. (default: 1)", valueName: "N"))
  package var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "Stop when the validation loss, or the loss without validation, has not improved for N epochs.",
      valueName: "N"))
  package var earlyStopping: Int?

  @Option(
    help: ArgumentHelp(
      "Metrics to measure, separated by commas: \(Metric.names).", valueName: "NAMES"),
    transform: { try ListOption($0, of: "one of \(Metric.names)") })
  package var metrics: ListOption<Metric>?

  @Option(
    help: ArgumentHelp(
      "The weight of each class in the loss, separated by commas.", valueName: "WEIGHTS"),
    transform: { try ListOption($0, of: "a number") })
  package var classWeights: ListOption<Float>?

  package init() {}

  package func validate() throws {
    guard dropout.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError("--dropout is \(dropout ?? 0); it must be from 0 to below 1")
    }
    guard validationSplit.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError(
        "--validation-split is \(validationSplit ?? 0); it must be from 0 to below 1")
    }
    for (name, value, least) in [
      ("--validate-every", validateEvery ?? 1, 1), ("--early-stopping", earlyStopping ?? 1, 1),
      ("--warm-up", warmUp ?? 0, 0),
    ] where !(least...TrainingProgress.mostEpochs).contains(value) {
      throw ValidationError(
        "\(name) is \(value); it must be from \(least) to \(TrainingProgress.mostEpochs)")
    }
  }

  /// Has a plan learn so.
  func apply(to plan: inout TrainingPlan) {
    plan.loss = loss
    plan.learningRate = learningRate
    plan.optimizer = optimizer
    plan.optimizerOptions = optimizerOptions?.numbers ?? [:]
    plan.course = schedule?.course
    plan.followsCosine = schedule != nil && schedule?.course == nil
    plan.warmUp = warmUp ?? 0
    plan.clipNorm = clipNorm
    plan.dropout = dropout
    plan.validationSplit = validationSplit
    plan.validateEvery = validateEvery ?? 1
    plan.earlyStopping = earlyStopping
    plan.metrics = metrics?.elements ?? []
    plan.classWeights = classWeights?.elements ?? []
  }
}
