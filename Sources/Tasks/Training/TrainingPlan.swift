import Checkpoints
import Recurrent

/// What a new training run is to do: the task, and where it departs from what such a task does by itself.
package struct TrainingPlan: Sendable {
  package var task: any LearningTask
  /// The file of a model whose weights, layers and vocabulary the run begins with; a new model is made if `nil`.
  package var base: String?
  /// Whether that model gets the symbols and classes that it does not know.
  package var addsSymbols = false
  /// The layers of that model whose weights stay as they are, by Keras' names.
  package var frozen: [String] = []
  /// What a recurrent layer computes at a step; an LSTM if `nil`.
  package var cell: RecurrentStack.Cell?
  /// The units of each recurrent layer, the lowest first.
  package var units: [Int]?
  /// The rate of dropout above each recurrent layer.
  package var dropout: Double?
  package var epochs: Int?
  package var batchSize: Int?
  package var shuffle: Bool?
  /// Keras' name of the optimizer; Adam, or that of a model that is there, if `nil`.
  package var optimizer: String?
  /// What the optimizer has otherwise than Keras' defaults, by Keras' names.
  package var optimizerOptions: [String: Double] = [:]
  /// Keras' name of another loss than the task, or a model that is there, has.
  package var loss: String?
  package var learningRate: Float?
  /// How the learning rate changes; it stays as it is if `nil`.
  package var course: LearningRateSchedule.Course?
  /// Whether, where nothing else is said, it follows half a cosine over all epochs.
  package var followsCosine = false
  /// The updates over which the learning rate rises.
  package var warmUp = 0
  /// The norm that gradients are clipped to.
  package var clipNorm: Double?
  /// The value that each is clipped to.
  package var clipValue: Double?
  /// The fraction of the data that is kept for validation.
  package var validationSplit: Double?
  package var validateEvery = 1
  package var earlyStopping: Int?
  /// Whether the weights of the best epoch are the model's when the run ends.
  package var restoresBest = false
  package var metrics: [Metric] = []
  package var classWeights: [Float] = []
  package var randomSeed: UInt64
  /// Whose layout the file is to have; Keras 3's, or that of a model that is there, if `nil`.
  package var kerasVersion: KerasVersion?

  package init(_ task: any LearningTask, randomSeed: UInt64 = 7) {
    self.task = task
    self.randomSeed = randomSeed
  }

  /// How the run walks over its data.
  ///
  /// - Parameters:
  ///   - rate: The learning rate of the optimizer.
  ///   - epochs: Those of the run.
  /// - Throws: `ConfigurationError` if a number cannot be trained with.
  func options(
    batchSize: Int, shuffle: Bool, resetStatesEachEpoch: Bool, rate: Float, epochs: Int
  ) throws(ConfigurationError) -> TrainingOptions {
    var options = TrainingOptions(
      batchSize: batchSize, shuffle: shuffle, resetStatesEachEpoch: resetStatesEachEpoch,
      randomSeed: randomSeed)
    let course = course ?? (followsCosine ? .cosine(epochs: max(1, epochs)) : nil)
    if course != nil || warmUp != 0 {
      options.schedule = try LearningRateSchedule(course ?? .constant, rate: rate, warmUp: warmUp)
    }
    options.validateEvery = validateEvery
    options.earlyStopping = earlyStopping
    options.restoresBest = restoresBest
    options.metrics = metrics
    options.classWeights = classWeights
    return options
  }
}

extension TrainingPlan {
  /// The optimizer before its first update.
  ///
  /// - Parameters:
  ///   - usual: The one where the plan names none; Adam if `nil`.
  ///   - learningRate: Its learning rate.
  ///   - usualClipNorm: The norm that gradients are clipped to where the plan says nothing.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func optimizer(
    for parameters: ParameterStore<Float>, usual: OptimizerConfiguration? = nil,
    learningRate: Float, usualClipNorm: Double? = nil
  ) throws -> Optimizer<Float> {
    let named = try optimizer.map { try OptimizerConfiguration(named: $0) }
    var configuration = try (named ?? usual ?? .adam()).with(learningRate: learningRate)
    if !optimizerOptions.isEmpty {
      configuration = try configuration.with(options: optimizerOptions)
    }
    if let norm = clipNorm ?? usualClipNorm {
      configuration = try configuration.with(clipNorm: norm)
    }
    if let clipValue { configuration = try configuration.with(clipValue: clipValue) }
    return try Optimizer(configuration, parameters: parameters)
  }
}

/// A plan for a new model with all that it leaves open decided.
struct TrainingSettings {
  let plan: TrainingPlan
  var stack: RecurrentStack
  let epochs: Int
  var batchSize: Int
  let shuffle: Bool
  let learningRate: Float
  /// The norm that gradients are clipped to; they are not if `nil`.
  let clipNorm: Double?
  var validationSplit: Double

  /// The fraction of the data that is kept for validation where nothing else is said.
  static let usualValidationSplit = 0.1

  /// - Parameters: What the task does where the plan says nothing else.
  init(
    _ plan: TrainingPlan, units: [Int], epochs: Int, batchSize: Int, shuffle: Bool,
    learningRate: Float = 0.001, clipNorm: Double? = nil,
    validationSplit: Double = usualValidationSplit
  ) {
    self.plan = plan
    stack = RecurrentStack(
      plan.cell ?? .lstm, units: plan.units ?? units, dropout: plan.dropout ?? 0)
    self.epochs = plan.epochs ?? epochs
    self.batchSize = plan.batchSize ?? batchSize
    self.shuffle = plan.shuffle ?? shuffle
    self.learningRate = plan.learningRate ?? learningRate
    let clips =
      plan.clipValue != nil || plan.optimizerOptions.keys.contains { $0.contains("clip") }
    self.clipNorm = plan.clipNorm ?? (clips ? nil : clipNorm)
    self.validationSplit = plan.validationSplit ?? validationSplit
  }

  /// The loss that the plan says, or the usual one of such a model.
  ///
  /// - Parameter names: What else such a model can be trained with, by Keras' names.
  /// - Throws: `ConfigurationError` if it is none of them.
  func loss(_ usual: Loss, among names: [String]) throws(ConfigurationError) -> Loss {
    guard let name = plan.loss else { return usual }
    if names.contains(Loss.quantileForm), let loss = try Loss.quantile(named: name) { return loss }
    guard let loss = Loss(named: name), names.contains(loss.name) else {
      throw ConfigurationError(
        "the loss \(name) is not one for this task; there are \(names.joined(separator: ", "))")
    }
    return loss
  }

  /// The optimizer before its first update.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func optimizer(for parameters: ParameterStore<Float>) throws -> Optimizer<Float> {
    try plan.optimizer(for: parameters, learningRate: learningRate, usualClipNorm: clipNorm)
  }
}
