import Files
import HDF5
import Kernels
import Recurrent

/// A file of a Keras layout, opened with care: where its arrays are, and what it says about its model.
struct ModelSource {
  let path: String
  /// The HDF5 group that holds everything.
  let root: Group
  let description: KerasDescription
  let format: CheckpointFormat
  /// Whether an intact seal says that the file is ours and no byte has changed.
  let isSealed: Bool
  var arrays: ArrayReader

  /// Opens a file and has `body` read what it wants, see ``HDF5Source``.
  ///
  /// - Throws: ``FileError``, or what `body` throws.
  static func open<Result>(
    _ path: String, needsSeal: Bool = false, _ body: (ModelSource) throws -> Result
  ) throws -> Result {
    switch try CheckpointFormat.content(of: path) {
    case .onnx:
      throw FileError.invalid(
        path, "is ONNX, which is written here but not read; keep the model it was made from")
    case .other:
      throw FileError.invalid(
        path, "is no model: neither HDF5 (.h5), nor a .keras archive, nor safetensors")
    case .hdf5, .zip, .safetensors, nil: break
    }
    var archived: KerasDescription?
    return try HDF5Source.open(
      path, member: KerasArchive.weights, needsSeal: needsSeal,
      check: { archived = try KerasDescription($0, file: path) },
      { source in
        let description = try archived ?? KerasDescription(source.root, file: path)
        let format: CheckpointFormat =
          archived != nil ? .kerasArchive : description.model == nil ? .kerasWeights : .kerasHDF5
        return try body(
          ModelSource(
            path: path, root: source.root, description: description, format: format,
            isSealed: source.isSealed, arrays: source.arrays))
      })
  }

  /// Reads all that ``checkpoint(into:)`` does, but for memory of its own: weights and moments are compared with
  /// those that are there.
  ///
  /// - Throws: `HDF5Error` or ``FileError`` if the file is not this checkpoint.
  func verify(is checkpoint: Checkpoint) throws {
    func check(_ isSame: Bool, _ what: String) throws {
      guard isSame else { throw FileError.invalid(path, "\(what) is not what was written") }
    }
    var comparing = self
    comparing.arrays.compares = true
    if let own = try description.configuration(file: path) {
      try check(
        own.parameterCount == checkpoint.configuration.parameterCount, description.modelPlace)
    }
    try comparing.readWeights(into: checkpoint.parameters)
    if let optimizer = checkpoint.optimizer {
      let configuration = description.kerasTraining?.optimizer ?? optimizer.configuration
      _ = try comparing.optimizer(configuration, checkpoint.parameters, written: optimizer)
    }
    var read = Checkpoint(
      parameters: checkpoint.parameters, optimizer: checkpoint.optimizer, recurrentState: nil)
    try ResumptionGroups.read(root, into: &read, arrays: arrays, file: path)
    try check(
      read.recurrentState == checkpoint.recurrentState
        && read.trainingRecurrentState == checkpoint.trainingRecurrentState, "the recurrent state")
    try check(read.stream == checkpoint.stream, "the stream")
    try check(read.vocabulary == checkpoint.vocabulary, "the vocabulary")
    try check(read.labels == checkpoint.labels, "the list of labels")
    try check(read.scaling == checkpoint.scaling, "the scaling")
    try check(read.task == checkpoint.task, "the task")
  }

  /// What the file holds.
  ///
  /// - Parameter architecture: A model whose weights the file's take the place of; the file's own model if `nil`.
  /// - Throws: `HDF5Error` or ``FileError``.
  func checkpoint(into architecture: Checkpoint?) throws -> Checkpoint {
    let own = try architecture == nil ? description.configuration(file: path) : nil
    guard let configuration = architecture?.configuration ?? own else {
      throw FileError.invalid(
        path,
        try KerasVariables.isLayout(of: root) || KerasWeights.isLayout(of: root)
          ? "holds weights without their model; give the model too (lstm-convert --model MODEL)"
          : "is HDF5, but no model of Keras': it has no attribute model_config")
    }
    let parameters: ParameterStore<Float>
    do {
      parameters = try ParameterStore(configuration)
    } catch let error as ConfigurationError {
      throw FileError.invalid(path, "\(description.modelPlace): \(error)")
    }
    try readWeights(into: parameters)
    let training = description.kerasTraining
    var checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try optimizer(
        training?.optimizer ?? architecture?.optimizer?.configuration, parameters),
      loss: training?.loss ?? architecture?.loss ?? .categoricalCrossEntropy, recurrentState: nil,
      vocabulary: architecture?.vocabulary,
      kerasVersion: architecture?.kerasVersion ?? description.version)
    checkpoint.trainingProblem = training?.problem
    try ResumptionGroups.read(root, into: &checkpoint, arrays: arrays, file: path)
    if checkpoint.recurrentState == nil {
      checkpoint.recurrentState = RecurrentState.zero(configuration)
    }
    return checkpoint
  }

  private func readWeights(into parameters: ParameterStore<Float>) throws {
    if try KerasVariables.isLayout(of: root), format != .kerasHDF5 {
      try KerasVariables.read(root, into: parameters, arrays: arrays, file: path)
    } else {
      let group = try format == .kerasHDF5 ? root.group("model_weights") : root
      try KerasWeights.read(group, into: parameters, arrays: arrays, file: path)
    }
  }

  private func optimizer(
    _ configuration: OptimizerConfiguration?, _ parameters: ParameterStore<Float>,
    written: Optimizer<Float>? = nil
  ) throws -> Optimizer<Float>? {
    guard let configuration else { return nil }
    let variables =
      try format == .kerasHDF5
      ? KerasOptimizer.variables(root) : KerasVariables.optimizerVariables(root)
    return try KerasOptimizer.read(
      variables ?? [], configuration, parameters: parameters, written: written, arrays: arrays,
      file: path)
  }
}
