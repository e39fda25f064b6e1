import Files

/// The recurrent layers of a new model, one above the other, as Keras would name them.
package struct RecurrentStack: Equatable, Sendable {
  /// What a recurrent layer computes at a step.
  package enum Cell: String, CaseIterable, Sendable {
    case lstm, gru
    case simpleRNN = "simple_rnn"

    /// Keras' class of the layer.
    var className: String {
      switch self {
      case .lstm: "LSTM"
      case .gru: "GRU"
      case .simpleRNN: "SimpleRNN"
      }
    }
  }

  package var cell: Cell
  /// The units of each layer, the lowest first; of a bidirectional one, in each direction.
  package var units: [Int]
  /// Whether each layer reads the sequence from both ends (Schuster & Paliwal 1997).
  package var isBidirectional: Bool
  /// The rate of a `Dropout` above each layer; none if 0.
  package var dropout: Double

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
    let embeddings = embedding.map { units in
      [
        LayerConfiguration(
          "Embedding", name: "embedding",
          options: ["input_dim": .integer(classes), "output_dim": .integer(units)])
      ]
    }
    return ModelConfiguration(
      batch: statefulBatch, input: .sequence(timeSteps: timeSteps, features: features),
      inputIsSymbols: embedding != nil,
      layers: (embeddings ?? [])
        + stack.layers(isStateful: statefulBatch != nil, returnSequences: returnSequences)
        + [
          LayerConfiguration(
            "Dense", name: "dense",
            options: ["units": .integer(classes), "activation": .string(activation)])
        ])
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
    ModelConfiguration(
      batch: statefulBatch, input: .sequence(timeSteps: timeSteps, features: features),
      layers: stack.layers(
        isStateful: statefulBatch != nil, returnSequences: statefulBatch != nil)
        + [
          LayerConfiguration("Dense", name: "dense", options: ["units": .integer(outputs)])
        ])
  }
}
