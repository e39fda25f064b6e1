import ArgumentParser
import Recurrent
import Tasks

/// How a new run learns: the same options whatever it learns from.
package struct LearningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The loss: \(Loss.names.joined(separator: ", ")), with settings as in huber:delta=0.5; of a series also quantile:0.05,0.5,0.95. (default: the model's; mean_squared_error for numbers, sparse_categorical_crossentropy for classes)",
      valueName: "NAME"))
  package var loss: String?

  @OptionGroup(title: "Learning") package var rate: RateOptions

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

  @OptionGroup(title: "Learning") package var clipping: ClippingOptions

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

  @OptionGroup(title: "Learning") package var stopping: StoppingOptions

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
    try checkCount("--validate-every", validateEvery, least: 1)
    try checkCount("--early-stopping", stopping.earlyStopping, least: 1)
    guard !stopping.restoreBest || stopping.earlyStopping != nil else {
      throw ValidationError("--restore-best needs --early-stopping N, which finds the best epoch")
    }
    // To turn off what a new run does not have would do nothing.
    for (name, value) in [("--clip-norm", clipping.clipNorm), ("--clip-value", clipping.clipValue)]
    where value == 0 {
      throw ValidationError("\(name) is 0; it must be above 0")
    }
  }

  /// Has a plan learn so.
  func apply(to plan: inout TrainingPlan) {
    plan.loss = loss
    plan.learningRate = rate.learningRate
    plan.optimizer = optimizer
    plan.optimizerOptions = optimizerOptions?.numbers ?? [:]
    plan.course = rate.schedule?.course
    plan.followsCosine = rate.followsCosine
    plan.warmUp = rate.warmUp ?? 0
    plan.clipNorm = clipping.clipNorm
    plan.clipValue = clipping.clipValue
    plan.dropout = dropout
    plan.validationSplit = validationSplit
    plan.validateEvery = validateEvery ?? 1
    plan.earlyStopping = stopping.earlyStopping
    plan.restoresBest = stopping.restoreBest
    plan.metrics = metrics?.elements ?? []
    plan.classWeights = classWeights?.elements ?? []
  }
}
