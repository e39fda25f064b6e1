import ArgumentParser
import LSTMToolkit

/// How a new run learns: the same options whatever it learns from.
public struct LearningOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The optimizer's learning rate. (default: the model's)", valueName: "RATE"))
  public var learningRate: Float?

  @Option(
    help: ArgumentHelp(
      "SGD, RMSprop, Adam, AdamW, Adagrad, Adadelta or Nadam. (default: the model's, or Adam)",
      valueName: "NAME"))
  public var optimizer: String?

  @Option(
    help: ArgumentHelp(
      "The optimizer's other options by Keras' names: epsilon=1e-8,beta_2=0.99",
      valueName: "NAME=NUMBER"))
  public var optimizerOptions: NamedNumbersOption?

  @Option(
    help: ArgumentHelp(
      "How the learning rate changes: constant, step:EPOCHS,FACTOR, exponential:FACTOR, "
        + "cosine[:EPOCHS], plateau:EPOCHS,FACTOR. (default: constant)", valueName: "COURSE"))
  public var schedule: ScheduleOption?

  @Option(
    help: ArgumentHelp("Updates over which the learning rate rises from zero.", valueName: "N"))
  public var warmUp: Int = 0

  @Option(
    help: ArgumentHelp(
      "Scale gradients down together where their norm is above this.", valueName: "NORM"))
  public var clipNorm: Double?

  @Option(
    help: ArgumentHelp("The part of values left out above each LSTM layer.", valueName: "RATE"))
  public var dropout: Double?

  @Option(
    help: ArgumentHelp(
      "The part of the data kept for validation, from its end. (default: 0.1 of a text, else 0)",
      valueName: "PART"))
  public var validationSplit: Double?

  @Option(
    help: ArgumentHelp("Epochs from one validation to the next. (default: 1)", valueName: "N"))
  public var validateEvery: Int?

  @Option(
    help: ArgumentHelp(
      "End when the loss, of the validation if there is one, has not improved for N epochs.",
      valueName: "N"))
  public var earlyStopping: Int?

  @Option(
    help: ArgumentHelp(
      "Measured too, with commas between: "
        + Metric.allCases.map(\.rawValue).joined(separator: ", ") + ".",
      valueName: "NAMES"))
  public var metrics: ListOption<Metric>?

  @Option(
    help: ArgumentHelp(
      "What the loss of each class counts for, with commas between.", valueName: "WEIGHTS"))
  public var classWeights: ListOption<Float>?

  public init() {}

  public func validate() throws {
    guard dropout.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError("--dropout is \(dropout ?? 0); it must be from 0 to below 1")
    }
    guard validationSplit.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError(
        "--validation-split is \(validationSplit ?? 0); it must be from 0 to below 1")
    }
    for (name, value, least) in [
      ("--validate-every", validateEvery ?? 1, 1), ("--early-stopping", earlyStopping ?? 1, 1),
      ("--warm-up", warmUp, 0),
    ] where !(least...TrainingProgress.mostEpochs).contains(value) {
      throw ValidationError(
        "\(name) is \(value); it must be from \(least) to \(TrainingProgress.mostEpochs)")
    }
  }

  /// The options that a model which is there already has of its own, and whether they are given.
  public var givenOfModel: [(name: String, isGiven: Bool)] {
    [
      ("--dropout", dropout != nil), ("--clip-norm", clipNorm != nil),
      ("--optimizer-options", optimizerOptions != nil),
    ]
  }

  /// Has a plan learn so.
  public func apply(to plan: inout TrainingPlan) {
    plan.learningRate = learningRate ?? plan.learningRate
    plan.optimizer = optimizer ?? plan.optimizer
    plan.optimizerOptions = optimizerOptions?.numbers ?? [:]
    plan.course = schedule?.course(epochs: plan.epochs)
    plan.warmUp = warmUp
    plan.clipNorm = clipNorm
    plan.dropout = dropout ?? plan.dropout
    plan.validationSplit = validationSplit ?? plan.validationSplit
    plan.validateEvery = validateEvery ?? 1
    plan.earlyStopping = earlyStopping
    plan.metrics = metrics?.elements ?? []
    plan.classWeights = classWeights?.elements ?? []
  }

  /// Has a run of a model that is there already learn so.
  ///
  /// - Parameter rate: The learning rate of its optimizer.
  /// - Throws: `ConfigurationError`.
  public func apply(to options: inout TrainingOptions, rate: Float, epochs: Int) throws {
    if schedule != nil || warmUp != 0 {
      options.schedule = try LearningRateSchedule(
        schedule?.course(epochs: epochs) ?? .constant, rate: rate, warmUp: warmUp)
    }
    options.validateEvery = validateEvery ?? 1
    options.earlyStopping = earlyStopping
    options.metrics = metrics?.elements ?? []
    options.classWeights = classWeights?.elements ?? []
  }
}

/// `--schedule step:10,0.5`: a course by its name, with its numbers.
public struct ScheduleOption: ExpressibleByArgument, Sendable {
  private let course: LearningRateSchedule.Course?

  /// The course; a cosine without epochs of its own goes over those of the run.
  func course(epochs: Int) -> LearningRateSchedule.Course {
    course ?? .cosine(epochs: max(1, epochs))
  }

  public init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers =
      parts.count < 2 ? [] : parts[1].split(separator: ",", omittingEmptySubsequences: false)
    switch (parts.first, numbers.count) {
    case ("constant", 0): course = .constant
    case ("cosine", 0): course = nil
    case ("cosine", 1):
      guard let epochs = Int(numbers[0]) else { return nil }
      course = .cosine(epochs: epochs)
    case ("exponential", 1):
      guard let factor = Double(numbers[0]) else { return nil }
      course = .exponential(factor: factor)
    case ("step", 2), ("plateau", 2):
      guard let epochs = Int(numbers[0]), let factor = Double(numbers[1]) else { return nil }
      course =
        parts[0] == "step"
        ? .step(epochs: epochs, factor: factor) : .plateau(patience: epochs, factor: factor)
    default: return nil
    }
  }
}

/// `epsilon=1e-8,beta_2=0.99`: numbers with their names.
public struct NamedNumbersOption: ExpressibleByArgument, Sendable {
  public let numbers: [String: Double]

  public init?(argument: String) {
    var numbers: [String: Double] = [:]
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", maxSplits: 1)
      guard halves.count == 2, let number = Double(halves[1]) else { return nil }
      numbers[String(halves[0])] = number
    }
    self.numbers = numbers
  }
}

/// Values with commas between.
public struct ListOption<Element: LosslessStringConvertible & Sendable>: ExpressibleByArgument,
  Sendable
{
  public let elements: [Element]

  public init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    elements = parts.compactMap { Element(String($0)) }
    guard !elements.isEmpty, elements.count == parts.count else { return nil }
  }
}

extension Metric: LosslessStringConvertible {
  public init?(_ description: String) { self.init(rawValue: description) }
  public var description: String { rawValue }
}

extension TextTask.Level: ExpressibleByArgument {}
