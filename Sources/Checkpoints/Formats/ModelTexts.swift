import Recurrent

/// A model and its sections as texts by name, for formats that keep weights and texts: Keras' `model_config` and
/// `keras_version`, the loss of a model trained on arrays, and the sections as JSON.
struct ModelTexts {
  private static let model = "model_config"
  private static let kerasVersion = "keras_version"
  private static let loss = "loss"
  private static let lossWeights = "loss_weights"

  let texts: [String: String]

  /// - Parameter texts: Those of a file; what is not ours is left alone.
  init(_ texts: [String: String]) { self.texts = texts }

  /// - Throws: ``ConfigurationError`` if the state holds values that are infinite or not numbers.
  init(
    _ checkpoint: Checkpoint, _ sections: [any Section.Type]
  ) throws(ConfigurationError) {
    let version = checkpoint.kerasVersion
    let writer = ModelConfigurationWriter(version: version, style: .hdf5)
    var texts = try JSONStore.texts(sections, of: checkpoint)
    texts[Self.model] = writer.write(checkpoint.configuration).text()
    texts[Self.kerasVersion] = version.release
    // What else there is to learn decides its loss.
    if checkpoint.task?.isOnArrays ?? false, checkpoint.trainingProblem == nil {
      let losses = KerasOutputLosses.write(checkpoint, writer)
      texts[Self.loss] = losses.loss.text()
      if losses.weights != nil { texts[Self.lossWeights] = losses.weights.text() }
    }
    self.texts = texts
  }

  var hasModel: Bool { texts[Self.model] != nil }

  /// The model; `nil` if the texts have none.
  ///
  /// - Throws: ``FileError`` if it is not one that the engine computes.
  func description(file: String) throws -> KerasDescription? {
    guard let text = texts[Self.model] else { return nil }
    return KerasDescription(
      model: try KerasDescription.json(text, Self.model, file: file),
      release: texts[Self.kerasVersion] ?? "", place: Self.model)
  }

  /// Puts sections and loss where they belong.
  ///
  /// - Throws: ``FileError`` naming the text that does not fit the model.
  func restore(
    _ checkpoint: inout Checkpoint, _ sections: [any Section.Type], file: String
  ) throws {
    let store = JSONStore(texts, isOurs: hasModel, file: file)
    try Sections.read(sections, from: store, into: &checkpoint)
    if try store.contains(Self.loss) {
      let weights = try store.contains(Self.lossWeights) ? store.json(Self.lossWeights) : .null
      let outputs = KerasOutputLosses(checkpoint.configuration)
      guard let losses = outputs.read(try store.json(Self.loss), weights: weights) else {
        throw store.invalid(Self.loss, "is not supported")
      }
      checkpoint.losses = losses
    } else if checkpoint.task?.isOnTexts ?? false {
      checkpoint.loss = .sparseCategoricalCrossEntropy
    } else if checkpoint.task?.isOnArrays ?? false {
      checkpoint.trainingProblem = TrainingProblem(loss: "the file does not say which loss it is")
    }
  }
}
