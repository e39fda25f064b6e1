import Recurrent

/// Everything a run needs to go on: what Keras keeps in a model file, and what it forgets.
///
/// Weights and optimizer are references: a checkpoint of a running trainer is a view of it, made
/// without a copy, and is saved before the next update changes them.
package struct Checkpoint {
  /// The model's weights and configuration.
  package var parameters: ParameterStore<Float>
  /// The optimizer with its moments; `nil` in a file that cannot be trained on.
  package var optimizer: Optimizer<Float>?
  /// What the model is trained to make small: the loss of each output.
  package var losses: [OutputLoss]
  /// The loss of the first output; setting it gives it to all.
  package var loss: Loss {
    get { losses.first?.loss ?? .categoricalCrossEntropy }
    set { losses = [OutputLoss](newValue, of: configuration) }
  }
  /// What Keras' `evaluate` measures beside the loss, where a file says so.
  package var metrics: [CompiledMetric]?
  /// Why optimizer and loss are not those of the file; `nil` if they are.
  package var trainingProblem: TrainingProblem?
  /// The state of stateful layers: where the stream stands. `nil` if no layer is stateful.
  package var recurrentState: RecurrentState?
  /// What the stream is fed next; `nil` if none has begun.
  package var stream: StreamPosition?
  /// Where training stands; `nil` in a file of Keras' own.
  package var training: TrainingProgress?
  /// The state that training goes on from, if a prediction has moved ``recurrentState`` on since.
  package var trainingRecurrentState: RecurrentState?
  /// Other weights than the model's that training needs; `nil` if it needs none.
  package var keptWeights: KeptWeights?
  /// What the run did otherwise from some update on; `nil` if nothing.
  package var changes: [SettingChange]?
  /// Loss by epoch where training itself does not go on from here.
  private var pastHistory: History?
  /// How symbols become numbers and back.
  package var vocabulary: Vocabulary?
  /// The names of the classes that the model chooses between, where they are not the symbols.
  package var labels: [String]?
  /// How numbers become the model's, and back.
  package var scaling: Scaling?
  /// What the model is trained on.
  package var task: StoredTask?
  /// Whose layout the file has.
  package var kerasVersion: KerasVersion

  package init(
    parameters: ParameterStore<Float>, optimizer: Optimizer<Float>?,
    loss: Loss = .categoricalCrossEntropy, recurrentState: RecurrentState?,
    stream: StreamPosition? = nil, training: TrainingProgress? = nil,
    trainingRecurrentState: RecurrentState? = nil, vocabulary: Vocabulary? = nil,
    task: StoredTask? = nil, kerasVersion: KerasVersion = .three
  ) {
    self.parameters = parameters
    self.optimizer = optimizer
    losses = [OutputLoss](loss, of: parameters.configuration)
    self.recurrentState = recurrentState
    self.stream = stream
    self.training = training
    self.trainingRecurrentState = trainingRecurrentState
    self.vocabulary = vocabulary
    self.task = task
    self.kerasVersion = kerasVersion
  }

  package var configuration: ModelConfiguration { parameters.configuration }

  /// Gives the model another optimizer, which has made no update yet, or another loss: Keras' `compile`.
  ///
  /// - Parameters:
  ///   - optimizer: Keras' name; what the model has if `nil`, or Adam.
  ///   - loss: Keras' name; what the model has if `nil`.
  ///   - learningRate: That of the optimizer if `nil`.
  /// - Throws: ``ConfigurationError`` if there is none of that name, or `OutOfMemory`.
  package mutating func compile(optimizer: String?, loss: String?, learningRate: Float?) throws {
    if let loss {
      guard let named = Loss(named: loss) else {
        throw ConfigurationError(
          "the loss \(loss) is not supported; there are \(Loss.names.joined(separator: ", "))")
      }
      self.loss = named
    } else if self.optimizer == nil, trainingProblem?.optimizer == nil {
      throw ConfigurationError(
        "the model was not compiled; give the loss to make small", remedies: [.loss])
    }
    trainingProblem = TrainingProblem(
      loss: loss == nil ? trainingProblem?.loss : nil,
      optimizer: optimizer == nil ? trainingProblem?.optimizer : nil)
    if let trainingProblem {
      throw ConfigurationError(
        "\(trainingProblem); give another", remedies: trainingProblem.remedies)
    }
    guard self.optimizer == nil || optimizer != nil || learningRate != nil else { return }
    let own = self.optimizer.flatMap { optimizer == nil ? $0 : nil }
    var configuration =
      try own?.configuration ?? OptimizerConfiguration(named: optimizer ?? "adam")
    if let learningRate { configuration = try configuration.with(learningRate: learningRate) }
    let made = try Optimizer(configuration, parameters: parameters)
    if let own { made.goOn(from: own) }
    self.optimizer = made
  }

  /// Keeps the state that training goes on from, before a prediction moves ``recurrentState`` on.
  package mutating func keepTrainingState() {
    if training != nil, trainingRecurrentState == nil { trainingRecurrentState = recurrentState }
  }

  /// Loss and accuracy by epoch, of ``training`` if there is one; `nil` if they are not known.
  package var history: History? {
    get { training?.history ?? pastHistory }
    set { pastHistory = newValue }
  }
}

/// The Keras that opens a file as its own. The two do not read each other's HDF5 files.
package enum KerasVersion: Int, CaseIterable, Sendable {
  /// tf-keras, the continuation of Keras 2.
  case two = 2
  /// Keras 3.
  case three = 3

  /// The value of the file's `keras_version`: the release that the layout was compared with.
  package var release: String {
    switch self {
    case .two: "2.21.0"
    case .three: "3.15.1"
    }
  }
}
