import Files
import HDF5
import Recurrent

/// A file of one of Keras' formats, opened with care: where its arrays are, and what it says about its model.
struct KerasSource {
  let path: String
  /// The HDF5 group that holds everything.
  let root: Group
  let description: KerasDescription
  let format: any KerasFormat
  /// Whether an intact seal says that the file is ours and no byte has changed.
  let isSealed: Bool
  private var arrays: ArrayReader

  /// How the arrays are kept.
  private enum Layout {
    /// A group for each layer, in `model_weights` of a model file, or at the root of an older file of weights alone.
    case layers(Group)
    case variables
  }

  /// Opens a file and has `body` read what it wants, see ``HDF5Source``.
  ///
  /// - Throws: ``FileError``, or what `body` throws.
  static func open<Result>(
    _ path: String, trust: HDF5Source.Trust = .foreign, _ body: (KerasSource) throws -> Result
  ) throws -> Result {
    var archived: KerasDescription?
    return try HDF5Source.open(
      path, member: KerasArchiveFormat.weights, trust: trust,
      check: { archived = try KerasDescription($0, file: path) },
      { source in
        var description = try archived ?? KerasDescription(source.root, file: path)
        if archived != nil, let model = description.model {
          description.model = try KerasTexts.addWeights(to: model, from: source.root)
        }
        let format: any KerasFormat =
          if archived != nil {
            KerasArchiveFormat()
          } else if description.model != nil {
            KerasModelFormat()
          } else {
            KerasWeightsFormat()
          }
        return try body(
          KerasSource(
            path: path, root: source.root, description: description, format: format,
            isSealed: source.isSealed, arrays: source.arrays))
      })
  }

  /// Verifies what nobody has read yet.
  ///
  /// - Throws: ``FileError`` if a byte has changed.
  func verifyPieces() throws { try arrays.sealed?.verifyPieces() }

  /// Which Keras wrote the file, or how its arrays are kept.
  var version: String {
    get throws {
      guard description.release.isEmpty else { return "Keras \(description.release)" }
      return try KerasVariables.isLayout(of: root) ? "by variables" : "by layers"
    }
  }

  /// The texts that describe the model, as JSON.
  var texts: JSONValue {
    var members: [String: JSONValue] = [:]
    members["model_config"] = description.model
    if format is KerasModelFormat { members["training_config"] = description.training }
    return .object(members)
  }

  /// Reads all that ``checkpoint(into:)`` does, but for memory of its own: weights and moments are compared with
  /// those that are there.
  ///
  /// - Throws: `HDF5Error` or ``FileError`` if the file is not this checkpoint.
  func check(is checkpoint: Checkpoint, _ sections: [any Section.Type]) throws {
    var comparing = self
    comparing.arrays.compares = true
    if let own = try description.configuration(file: path),
      own.parameterCount != checkpoint.configuration.parameterCount
    {
      throw FileError.invalid(path, "\(description.modelPlace): is not what was written")
    }
    try comparing.readWeights(into: checkpoint.parameters)
    if let optimizer = checkpoint.optimizer {
      let configuration = description.kerasTraining(of: nil)?.optimizer ?? optimizer.configuration
      _ = try comparing.optimizer(configuration, checkpoint.parameters, written: optimizer)
    }
    var read = Checkpoint(
      parameters: checkpoint.parameters, optimizer: checkpoint.optimizer, recurrentState: nil)
    try readSections(into: &read)
    try Sections.check(sections, read: read, areOf: checkpoint, file: path)
  }

  /// What the file holds.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; the file's own model if `nil`.
  /// - Throws: `HDF5Error` or ``FileError``.
  func checkpoint(into architecture: Checkpoint?) throws -> Checkpoint {
    let own = try architecture == nil ? description.configuration(file: path) : nil
    guard let configuration = architecture?.configuration ?? own else {
      guard try KerasVariables.isLayout(of: root) || KerasWeights.isLayout(of: root) else {
        throw FileError.invalid(
          path, "is HDF5, but no model of Keras': it has no attribute model_config")
      }
      throw FileError.withoutModel(path)
    }
    let parameters: ParameterStore<Float>
    do {
      parameters = try ParameterStore(configuration)
    } catch let error as ConfigurationError {
      throw FileError.invalid(path, "\(description.modelPlace): \(error)")
    }
    try readWeights(into: parameters)
    let training = description.kerasTraining(of: configuration)
    var checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try optimizer(
        training?.optimizer ?? architecture?.optimizer?.configuration, parameters),
      recurrentState: nil,
      vocabulary: architecture?.vocabulary,
      kerasVersion: architecture?.kerasVersion ?? description.version)
    if let losses = training?.losses ?? architecture?.losses { checkpoint.losses = losses }
    checkpoint.trainingProblem =
      training == nil ? architecture?.trainingProblem : training?.problem
    checkpoint.metrics = training?.metrics ?? architecture?.metrics
    try readSections(into: &checkpoint)
    if checkpoint.recurrentState == nil {
      checkpoint.recurrentState = RecurrentState.zero(configuration)
    }
    return checkpoint
  }

  private func readSections(into checkpoint: inout Checkpoint) throws {
    guard let store = try HDF5Store.open(root, arrays: arrays, file: path) else { return }
    try Sections.read(Sections.all, from: store, into: &checkpoint)
  }

  private var layout: Layout {
    get throws {
      if format is KerasModelFormat { return .layers(try root.group("model_weights")) }
      return try KerasVariables.isLayout(of: root) ? .variables : .layers(root)
    }
  }

  private func readWeights(into parameters: ParameterStore<Float>) throws {
    switch try layout {
    case .variables: try KerasVariables.read(root, into: parameters, arrays: arrays, file: path)
    case .layers(let group):
      try KerasWeights.read(group, into: parameters, arrays: arrays, file: path)
    }
  }

  private func optimizer(
    _ configuration: OptimizerConfiguration?, _ parameters: ParameterStore<Float>,
    written: Optimizer<Float>? = nil
  ) throws -> Optimizer<Float>? {
    guard var configuration else { return nil }
    configuration.averageBeginsBefore = configuration.averages && description.version == .two
    let variables =
      switch try layout {
      case .variables: try KerasVariables.optimizerVariables(root)
      case .layers: try KerasOptimizer.variables(root)
      }
    return try KerasOptimizer.read(
      Array((variables ?? []).dropFirst(description.kerasTraining(of: nil)?.wrapperVariables ?? 0)),
      configuration, parameters: parameters, written: written, arrays: arrays,
      file: path)
  }
}
