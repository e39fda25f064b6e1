import Files
import HDF5
import Recurrent

/// What Keras' formats hold in groups of ours, as JSON texts by name, for formats that have only a place for
/// texts: the model, the recurrent state, the stream, the vocabulary, the history and the task.
struct PortableState {
  private static let model = "model_config"
  private static let kerasVersion = "keras_version"
  private static let recurrentState = "recurrent_state"
  private static let stream = "stream"
  private static let vocabulary = "vocabulary"
  private static let labels = "labels"
  private static let scaling = "scaling"
  private static let history = "history"
  private static let task = "task"
  private static let loss = "loss"

  var texts: [String: String]

  /// - Parameter texts: Those of a file; what is not ours is left alone.
  init(texts: [String: String]) { self.texts = texts }

  /// - Throws: ``ConfigurationError`` if the state holds values that are no numbers.
  init(_ checkpoint: Checkpoint) throws(ConfigurationError) {
    let version = checkpoint.kerasVersion
    let writer = ModelConfigurationWriter(version: version, style: .hdf5)
    let model = writer.write(checkpoint.configuration)
    texts = [Self.model: model.text(), Self.kerasVersion: version.release]
    // What else there is to learn decides its loss.
    if case .arrays = checkpoint.task?.source, checkpoint.trainingProblem == nil {
      texts[Self.loss] = writer.lossValue(checkpoint.loss).text()
    }
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
    if let stream = checkpoint.stream { texts[Self.stream] = stream.json.text() }
    if let vocabulary = checkpoint.vocabulary { texts[Self.vocabulary] = vocabulary.json.text() }
    if let labels = checkpoint.labels {
      texts[Self.labels] = JSONValue.array(labels.map(JSONValue.string)).text()
    }
    if let scaling = checkpoint.scaling { texts[Self.scaling] = scaling.json.text() }
    if let task = checkpoint.task {
      texts[Self.task] = JSONValue.object(TaskDescription.write(task)).text()
    }
    if let history = checkpoint.history {
      texts[Self.history] =
        JSONValue.object(
          [
            "loss": .array(history.loss.map(Self.number)),
            "accuracy": .array(history.accuracy.map(Self.number)),
          ].merging(history.others.mapValues { .array($0.map(Self.number)) }) { own, _ in own }
        ).text()
    }
  }

  var hasModel: Bool { texts[Self.model] != nil }

  /// The model; `nil` if the texts have none.
  ///
  /// - Throws: ``FileError`` if it is not one that the engine computes.
  func description(file: String) throws -> KerasDescription? {
    guard let text = texts[Self.model] else { return nil }
    return KerasDescription(
      model: try json(text, Self.model, file: file), release: texts[Self.kerasVersion] ?? "",
      place: Self.model)
  }

  /// Puts state, stream, vocabulary, history and task where they are.
  ///
  /// - Throws: ``FileError`` naming the text that does not fit the model.
  func restore(_ checkpoint: inout Checkpoint, file: String) throws {
    let configuration = checkpoint.configuration
    func invalid(_ name: String) -> FileError {
      .invalid(file, "\(name): does not fit the model")
    }
    if let text = texts[Self.vocabulary] {
      guard let vocabulary = Vocabulary(try json(text, Self.vocabulary, file: file)),
        vocabulary.problem(in: configuration) == nil
      else { throw invalid(Self.vocabulary) }
      checkpoint.vocabulary = vocabulary
    }
    if let text = texts[Self.labels] {
      guard let labels = try json(text, Self.labels, file: file).elements(\.string),
        labels.count == configuration.outputUnits
      else { throw invalid(Self.labels) }
      checkpoint.labels = labels
    }
    if let text = texts[Self.scaling] {
      guard let scaling = Scaling(try json(text, Self.scaling, file: file)), scaling.isSound else {
        throw invalid(Self.scaling)
      }
      checkpoint.scaling = scaling
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
      let symbols = checkpoint.vocabulary?.symbols.count ?? 0
      guard let stream = StreamPosition(try json(text, Self.stream, file: file)),
        stream.fits(configuration, symbols: symbols)
      else { throw invalid(Self.stream) }
      checkpoint.stream = stream
      checkpoint.recognizeMovedStream()
    }
    if let text = texts[Self.task] {
      guard case .object(let members) = try json(text, Self.task, file: file),
        let task = try? TaskMembers(members).task()
      else { throw invalid(Self.task) }
      checkpoint.task = task
    }
    if let text = texts[Self.loss] {
      guard let loss = KerasTraining.loss(try json(text, Self.loss, file: file)) else {
        throw invalid(Self.loss)
      }
      checkpoint.loss = loss
    } else if case .text = checkpoint.task?.source {
      checkpoint.loss = .sparseCategoricalCrossEntropy
    } else if case .arrays = checkpoint.task?.source {
      checkpoint.trainingProblem = TrainingProblem(loss: "the file does not say which loss it is")
    }
    if let text = texts[Self.history] {
      let value = try json(text, Self.history, file: file)
      let loss = (value["loss"]?.array ?? []).map { $0.double ?? .nan }
      let accuracy = (value["accuracy"]?.array ?? []).map { $0.double ?? .nan }
      guard loss.count == accuracy.count else { throw invalid(Self.history) }
      var history = History(loss: loss, accuracy: accuracy)
      if case .object(let members) = value {
        for (name, values) in members where name != "loss" && name != "accuracy" {
          history.others[name] = (values.array ?? []).map { $0.double ?? .nan }
        }
      }
      guard history.others.values.allSatisfy({ $0.count == loss.count }) else {
        throw invalid(Self.history)
      }
      checkpoint.history = history
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
      throw FileError.invalid(file, "\(name): is not JSON, or is too long")
    }
    return value
  }
}
