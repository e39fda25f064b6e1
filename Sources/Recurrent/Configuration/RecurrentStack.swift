import Files

/// The recurrent layers of a new model, one above the other, as Keras would name them.
package struct RecurrentStack: Equatable, Sendable {
  /// What a recurrent layer computes at a step.
  package enum Cell: String, CaseIterable, Sendable {
    case lstm, gru
    case simpleRNN = "simple_rnn"
    case peepholeLSTM = "peephole_lstm"
    case layerNormLSTM = "layer_norm_lstm"
    case minGRU = "min_gru"
    case minLSTM = "min_lstm"
    case sLSTM = "slstm"

    /// The class of the layer.
    package var className: String {
      switch self {
      case .lstm: "LSTM"
      case .gru: "GRU"
      case .simpleRNN: "SimpleRNN"
      case .peepholeLSTM: "PeepholeLSTM"
      case .layerNormLSTM: "LayerNormLSTM"
      case .minGRU: "MinGRU"
      case .minLSTM: "MinLSTM"
      case .sLSTM: "SLSTM"
      }
    }

    /// The states of the layer, the hidden state first.
    var stateNames: [String] {
      let layer = LayerConfiguration(className, name: rawValue, options: ["units": 1])
      return (try? layer.described())?.stateNames ?? []
    }
  }

  package var cell: Cell
  /// The units of each layer, the lowest first; of a bidirectional one, in each direction.
  package var units: [Int]
  /// Whether each layer reads the sequence from both ends (Schuster & Paliwal 1997).
  package var isBidirectional: Bool
  /// The rate of a `Dropout` above each layer; none if 0.
  package var dropout: Double
  /// Whether an answer for a sequence comes of an attention over the steps of the last layer, not of its last step.
  package var hasAttention = false

  package init(
    _ cell: Cell = .lstm, units: [Int], isBidirectional: Bool = false, dropout: Double = 0
  ) {
    self.cell = cell
    self.units = units
    self.isBidirectional = isBidirectional
    self.dropout = dropout
  }

  /// The layers, all of which but the last return sequences.
  ///
  /// - Parameters:
  ///   - isStateful: Whether they keep their state from batch to batch.
  ///   - returnSequences: Whether the last one returns its sequence too.
  func layers(isStateful: Bool, returnSequences: Bool) -> [LayerConfiguration] {
    var layers: [LayerConfiguration] = []
    for (index, layerUnits) in units.enumerated() {
      let suffix = index == 0 ? "" : "_\(index)"
      var options: [String: JSONValue] = [
        "units": .integer(layerUnits),
        "return_sequences": .bool(returnSequences || index + 1 < units.count),
      ]
      if isStateful { options["stateful"] = true }
      let name = cell.rawValue + suffix
      if isBidirectional {
        options["name"] = .string(name)
        options = [
          "layer": ["class_name": .string(cell.className), "config": .object(options)]
        ]
      }
      layers.append(
        LayerConfiguration(
          isBidirectional ? "Bidirectional" : cell.className,
          name: isBidirectional ? "bidirectional" + suffix : name, options: options))
      guard dropout != 0 else { continue }
      layers.append(
        LayerConfiguration(
          "Dropout", name: "dropout" + suffix, options: ["rate": .number(dropout)]))
    }
    return layers
  }
}

extension RecurrentStack {
  /// Additive attention (Bahdanau, Cho & Bengio 2015) over the steps of the last layer, whose query is their mean: both go
  /// through a `Dense` of their own first, and what comes out is a vector.
  ///
  /// - Parameter steps: The layer whose steps are looked at.
  fileprivate func attention(over steps: LayerConfiguration) -> [LayerConfiguration] {
    let width = JSONValue.integer((units.last ?? 1) * (isBidirectional ? 2 : 1))
    func layer(
      _ className: String, _ name: String, of inputs: [String],
      _ options: [String: JSONValue] = [:]
    ) -> LayerConfiguration {
      var layer = LayerConfiguration(className, name: name, options: options)
      layer.inputs = inputs.map { ValueName($0) }
      return layer
    }
    return [
      layer(
        "GlobalAveragePooling1D", "global_average_pooling1d", of: [steps.name], ["keepdims": true]),
      layer("Dense", "query", of: ["global_average_pooling1d"], ["units": width]),
      layer("Dense", "key", of: [steps.name], ["units": width, "use_bias": false]),
      layer("AdditiveAttention", "additive_attention", of: ["query", steps.name, "key"]),
      layer("Flatten", "flatten", of: ["additive_attention"]),
    ]
  }
}

extension ModelConfiguration {
  /// A recurrent stack and a layer that gives the probabilities of `classes`, named as Keras names them.
  ///
  /// - Parameters:
  ///   - timeSteps: The steps of a sequence; any number if `nil`.
  ///   - statefulBatch: The rows of a batch if the layers keep their state from batch to batch.
  ///   - returnSequences: Whether the model answers at every step, not once for a sequence.
  ///   - embedding: The units of an `Embedding` below them, of as many symbols as there are classes; the input is
  ///     then numbers of symbols.
  ///   - activation: Keras' name of what makes probabilities: `softmax` where one class is right, `sigmoid` where several
  ///     may be.
  package static func classifier(
    _ stack: RecurrentStack, classes: Int, timeSteps: Int?, features: Int,
    statefulBatch: Int? = nil, returnSequences: Bool = false, embedding: Int? = nil,
    activation: String = "softmax"
  ) -> ModelConfiguration {
    let dense: [String: JSONValue] = [
      "units": .integer(classes), "activation": .string(activation),
    ]
    var configuration = model(
      stack, dense: dense, timeSteps: timeSteps, features: features, statefulBatch: statefulBatch,
      returnSequences: returnSequences)
    guard let embedding else { return configuration }
    configuration.inputIsSymbols = true
    configuration.layers.insert(
      LayerConfiguration(
        "Embedding", name: "embedding",
        options: ["input_dim": .integer(classes), "output_dim": .integer(embedding)]), at: 0)
    return configuration
  }

  /// A recurrent stack and a linear layer that gives numbers, named as Keras names them.
  ///
  /// - Parameters:
  ///   - outputs: The numbers of an answer.
  ///   - timeSteps: The steps of a sequence; any number if `nil`.
  ///   - statefulBatch: The rows of a batch if the layers keep their state from batch to batch; they then answer at
  ///     every step.
  package static func regressor(
    _ stack: RecurrentStack, outputs: Int, timeSteps: Int?, features: Int,
    statefulBatch: Int? = nil
  ) -> ModelConfiguration {
    model(
      stack, dense: ["units": .integer(outputs)], timeSteps: timeSteps, features: features,
      statefulBatch: statefulBatch, returnSequences: statefulBatch != nil)
  }

  /// A recurrent stack, with its attention, and a `Dense`.
  private static func model(
    _ stack: RecurrentStack, dense: [String: JSONValue], timeSteps: Int?, features: Int,
    statefulBatch: Int?, returnSequences: Bool
  ) -> ModelConfiguration {
    var layers = stack.layers(
      isStateful: statefulBatch != nil, returnSequences: returnSequences || stack.hasAttention)
    if stack.hasAttention, let last = layers.last { layers += stack.attention(over: last) }
    return ModelConfiguration(
      name: stack.hasAttention ? "functional" : "sequential", batch: statefulBatch,
      input: .sequence(timeSteps: timeSteps, features: features),
      layers: layers + [LayerConfiguration("Dense", name: "dense", options: dense)],
      functionalInput: stack.hasAttention ? InputConfiguration.standardName : nil)
  }
}
