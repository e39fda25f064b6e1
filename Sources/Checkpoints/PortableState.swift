import Recurrent

/// What Keras' formats hold in groups of ours, as JSON texts by name, for formats that have only a place for
/// texts: the model, the recurrent state, the stream, the vocabulary, the history and the task.
struct PortableState {
  private static let model = "model_config"
  private static let kerasVersion = "keras_version"
  private static let recurrentState = "recurrent_state"
  private static let stream = "stream"
  private static let vocabulary = "vocabulary"
  private static let history = "history"
  private static let task = "task"

  var texts: [String: String]

  /// - Parameter texts: Those of a file; what is not ours is left alone.
  init(texts: [String: String]) { self.texts = texts }

  /// - Throws: ``ConfigurationError`` if the state holds values that are no numbers.
  init(_ checkpoint: Checkpoint) throws(ConfigurationError) {
    let version = checkpoint.kerasVersion
    let model = ModelConfigurationWriter(version: version, style: .hdf5)
      .write(checkpoint.configuration)
    texts = [Self.model: model.text(), Self.kerasVersion: version.release]
    if let state = checkpoint.recurrentState {
      guard state.layers.allSatisfy({ $0.values.allSatisfy { $0.allSatisfy(\.isFinite) } }) else {
        throw ConfigurationError("the recurrent state is infinite or not numbers")
      }
      let layers = state.layers.map { layer in
        let values = zip(layer.valueNames, layer.values).map { name, values in
          (name, JSONValue.array(Self.rows(values, width: layer.units)))
        }
        return (layer.name, JSONValue.object(Dictionary(values) { first, _ in first }))
      }
      texts[Self.recurrentState] = JSONValue.object(Dictionary(layers) { first, _ in first }).text()
    }
    if let stream = checkpoint.stream {
      let rows = stream.nextInput.map { JSONValue.array($0.map(JSONValue.integer)) }
      texts[Self.stream] = JSONValue.object(["next_input": .array(rows)]).text()
    }
    if let vocabulary = checkpoint.vocabulary {
      let symbols = JSONValue.array(vocabulary.symbols.map(JSONValue.string))
      texts[Self.vocabulary] =
        JSONValue.object(["symbols": symbols, "divisor": .number(vocabulary.divisor)]).text()
    }
    if let task = checkpoint.task { texts[Self.task] = Self.json(task).text() }
    if let history = checkpoint.history {
      texts[Self.history] =
        JSONValue.object([
          "loss": .array(history.loss.map(Self.number)),
          "accuracy": .array(history.accuracy.map(Self.number)),
        ]).text()
    }
  }

  /// What the model was trained on, under the names of the group `task`.
  private static func json(_ task: TrainingTask) -> JSONValue {
    var members: [String: JSONValue] = [
      "batch_size": .integer(task.options.batchSize), "shuffle": .bool(task.options.shuffle),
      "reset_states_each_epoch": .bool(task.options.resetStatesEachEpoch),
      "random_seed": .string(String(task.options.randomSeed)),
    ]
    switch task.source {
    case .experiment(let name): members["experiment"] = .string(name)
    case .arrays(let inputs, let targets):
      (members["inputs"], members["targets"]) = (.string(inputs), .string(targets))
    }
    return .object(members)
  }

  private static func task(_ json: JSONValue) -> TrainingTask? {
    let source: TrainingTask.Source
    if let name = json["experiment"]?.string {
      source = .experiment(name)
    } else if let inputs = json["inputs"]?.string, let targets = json["targets"]?.string {
      source = .arrays(inputs: inputs, targets: targets)
    } else {
      return nil
    }
    guard let batchSize = json["batch_size"]?.integer,
      (1...ModelConfiguration.largestAxis).contains(batchSize),
      let shuffle = json["shuffle"]?.bool, let resets = json["reset_states_each_epoch"]?.bool,
      let seed = json["random_seed"]?.string.flatMap({ UInt64($0) })
    else { return nil }
    return TrainingTask(
      source,
      options: TrainingOptions(
        batchSize: batchSize, shuffle: shuffle, resetStatesEachEpoch: resets, randomSeed: seed))
  }

  var hasModel: Bool { texts[Self.model] != nil }

  /// The model; `nil` if the texts have none.
  ///
  /// - Throws: ``CheckpointError`` if it is not one that the engine computes.
  func description(file: String) throws -> KerasDescription? {
    guard let text = texts[Self.model] else { return nil }
    return KerasDescription(
      model: try json(text, Self.model, file: file), release: texts[Self.kerasVersion] ?? "",
      place: Self.model)
  }

  /// Puts state, stream, vocabulary, history and task where they are.
  ///
  /// - Throws: ``CheckpointError`` naming the text that does not fit the model.
  func restore(_ checkpoint: inout Checkpoint, file: String) throws {
    let configuration = checkpoint.configuration
    func invalid(_ name: String) -> CheckpointError {
      .invalid(file, "\(name): does not fit the model")
    }
    if let text = texts[Self.vocabulary] {
      let value = try json(text, Self.vocabulary, file: file)
      let symbols = (value["symbols"]?.array ?? []).compactMap(\.string)
      let divisor = value["divisor"]?.double ?? 0
      guard symbols.count == configuration.outputUnits, Set(symbols).count == symbols.count,
        divisor.isFinite, divisor > 0
      else { throw invalid(Self.vocabulary) }
      checkpoint.vocabulary = Vocabulary(symbols: symbols, divisor: divisor)
    }
    if let text = texts[Self.recurrentState], var state = RecurrentState.zero(configuration) {
      let value = try json(text, Self.recurrentState, file: file)
      for (index, layer) in state.layers.enumerated() {
        for (number, name) in layer.valueNames.enumerated() {
          let rows = value[layer.name]?[name]?.array ?? []
          let values = rows.flatMap { $0.array ?? [] }.compactMap { $0.double.map(Float.init) }
          guard values.count == layer.values[number].count, values.allSatisfy(\.isFinite) else {
            throw invalid("\(Self.recurrentState): \(layer.name)/\(name)")
          }
          state.layers[index].values[number] = values
        }
      }
      checkpoint.recurrentState = state
    }
    if let text = texts[Self.stream] {
      let rows = try json(text, Self.stream, file: file)["next_input"]?.array ?? []
      let numbers = rows.map { ($0.array ?? []).compactMap(\.integer) }
      let symbols = checkpoint.vocabulary?.symbols.count ?? 0
      guard numbers.count == configuration.stateRows, let length = numbers.first?.count, length > 0,
        numbers.allSatisfy({ $0.count == length && $0.allSatisfy((0..<symbols).contains) })
      else { throw invalid(Self.stream) }
      checkpoint.stream = StreamPosition(nextInput: numbers)
    }
    if let text = texts[Self.task] {
      guard let task = Self.task(try json(text, Self.task, file: file)) else {
        throw invalid(Self.task)
      }
      checkpoint.task = task
    }
    if let text = texts[Self.history] {
      let value = try json(text, Self.history, file: file)
      let loss = (value["loss"]?.array ?? []).map { $0.double ?? .nan }
      let accuracy = (value["accuracy"]?.array ?? []).map { $0.double ?? .nan }
      guard loss.count == accuracy.count else { throw invalid(Self.history) }
      checkpoint.history = History(loss: loss, accuracy: accuracy)
    }
  }

  /// Null stands for what is no number.
  private static func number(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .null
  }

  private static func rows(_ values: [Float], width: Int) -> [JSONValue] {
    stride(from: 0, to: values.count, by: max(1, width)).map { first in
      // By way of the text, which has no more digits than a float32 has.
      .array(values[first..<first + width].map { .number(Double("\($0)") ?? Double($0)) })
    }
  }

  private func json(_ text: String, _ name: String, file: String) throws -> JSONValue {
    guard name != Self.model || text.utf8.count <= KerasDescription.mostText,
      let value = JSONValue(text: text)
    else {
      throw CheckpointError.invalid(file, "\(name): is not JSON, or is too long")
    }
    return value
  }
}
