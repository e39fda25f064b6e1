/// A sequential model: what Keras keeps in `model_config`, as far as it changes numbers.
public struct ModelConfiguration: Equatable, Sendable {
  /// Keras' name of the model.
  public var name: String
  /// The number of rows in every batch if it is fixed; stateful layers need it.
  public var batch: Int?
  /// The steps of one input sequence; `nil` if the model takes any number.
  public var timeSteps: Int?
  /// The values at one time step.
  public var features: Int
  /// From input to output.
  public var layers: [LayerConfiguration]

  public init(
    name: String = "sequential", batch: Int?, timeSteps: Int?, features: Int,
    layers: [LayerConfiguration]
  ) {
    self.name = name
    self.batch = batch
    self.timeSteps = timeSteps
    self.features = features
    self.layers = layers
  }

  /// LSTM layers above each other and a softmax over `classes`, named as Keras names them. All LSTM
  /// layers but the last return sequences.
  ///
  /// - Parameters:
  ///   - units: The units of each LSTM layer, the lowest first.
  ///   - statefulBatch: The rows of a batch if the layers keep their state from batch to batch.
  ///   - returnSequences: Whether the last LSTM layer returns its sequence too, and the model answers at
  ///     every step.
  public static func lstmClassifier(
    units: [Int], classes: Int, timeSteps: Int?, features: Int, statefulBatch: Int?,
    returnSequences: Bool = false
  ) -> ModelConfiguration {
    var layers: [LayerConfiguration] = []
    for (index, layerUnits) in units.enumerated() {
      layers.append(
        .lstm(
          LSTMConfiguration(
            name: index == 0 ? "lstm" : "lstm_\(index)", units: layerUnits,
            returnSequences: returnSequences || index + 1 < units.count,
            stateful: statefulBatch != nil)))
    }
    layers.append(.dense(DenseConfiguration(name: "dense", units: classes, activation: .softmax)))
    return ModelConfiguration(
      batch: statefulBatch, timeSteps: timeSteps, features: features, layers: layers)
  }

  /// Whether any layer keeps its state from batch to batch.
  public var isStateful: Bool {
    layers.contains { if case .lstm(let lstm) = $0 { lstm.stateful } else { false } }
  }

  /// The sequences that the model's state follows side by side: the batch of a stateful model, one of
  /// any other.
  public var stateRows: Int { isStateful ? batch ?? 1 : 1 }

  /// The classes or values the model gives out.
  public var outputUnits: Int { layers.last?.units ?? features }
}

/// One layer of a model.
public enum LayerConfiguration: Equatable, Sendable {
  case lstm(LSTMConfiguration)
  case dense(DenseConfiguration)

  public var name: String {
    switch self {
    case .lstm(let lstm): lstm.name
    case .dense(let dense): dense.name
    }
  }

  public var units: Int {
    switch self {
    case .lstm(let lstm): lstm.units
    case .dense(let dense): dense.units
    }
  }

  /// Keras' class name.
  public var className: String {
    switch self {
    case .lstm: "LSTM"
    case .dense: "Dense"
    }
  }
}

/// `keras.layers.LSTM` with activation `tanh`, recurrent activation `sigmoid` and a bias.
public struct LSTMConfiguration: Equatable, Sendable {
  public var name: String
  public var units: Int
  /// The output is the hidden state of every step, not only of the last.
  public var returnSequences: Bool
  /// The state at the end of a batch is the state at the start of the next.
  public var stateful: Bool
  /// The bias of the forget gate starts at 1 (Jozefowicz et al. 2015), not at 0.
  public var unitForgetBias: Bool

  public init(
    name: String, units: Int, returnSequences: Bool = false, stateful: Bool = false,
    unitForgetBias: Bool = true
  ) {
    self.name = name
    self.units = units
    self.returnSequences = returnSequences
    self.stateful = stateful
    self.unitForgetBias = unitForgetBias
  }
}

/// `keras.layers.Dense` with a bias.
public struct DenseConfiguration: Equatable, Sendable {
  public enum Activation: String, Sendable {
    case linear
    case softmax
  }

  public var name: String
  public var units: Int
  public var activation: Activation

  public init(name: String, units: Int, activation: Activation = .linear) {
    self.name = name
    self.units = units
    self.activation = activation
  }
}
