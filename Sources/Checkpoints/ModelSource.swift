import HDF5
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

  /// Opens a file and has `body` read what it wants.
  ///
  /// The seal is looked at before HDF5 sees the file; the pieces of large arrays, which HDF5 does not look into,
  /// when they are read, or afterwards. Without a seal a child process walks the file first: libhdf5 can crash
  /// on damaged files.
  ///
  /// - Throws: ``CheckpointError``, or what `body` throws.
  static func open<Result>(
    _ path: String, needsSeal: Bool = false, _ body: (ModelSource) throws -> Result
  ) throws -> Result {
    let opened = try SealedFile.open(path)
    var sealed: SealedFile?
    switch opened.verdict {
    case .sealed(let file): sealed = file
    case .broken(let reason): throw CheckpointError.invalid(path, reason)
    case .absent where needsSeal:
      throw CheckpointError.invalid(
        path, "has no seal: it was not written by these tools, or was changed since")
    case .absent: break
    }
    do {
      let result: Result
      switch opened.content {
      case .zip:
        let archive = try ZipReader(opened.file, reportedAs: path)
        let description = try KerasDescription(archive, file: path)
        let (file, range) = try archive.open(KerasArchive.weights)
        let start = try file.read(at: range.lowerBound, count: min(9, range.count), path: path)
        guard CheckpointFormat.content(start) == .hdf5 else {
          throw CheckpointError.invalid(path, "\(KerasArchive.weights): is not HDF5")
        }
        let root = try root(file, range, isSealed: sealed != nil, path: path)
        result = try body(
          ModelSource(
            path: path, root: root, description: description, format: .kerasArchive,
            isSealed: sealed != nil, arrays: ArrayReader(sealed: nil, file: path)))
      case .hdf5:
        let root = try root(opened.file, 0..<opened.length, isSealed: sealed != nil, path: path)
        let description = try KerasDescription(root, file: path)
        result = try body(
          ModelSource(
            path: path, root: root, description: description,
            format: description.model == nil ? .kerasWeights : .kerasHDF5, isSealed: sealed != nil,
            arrays: ArrayReader(sealed: sealed, file: path)))
        try sealed?.verifyPieces()
      case .safetensors, .onnx, .other:
        throw CheckpointError.invalid(path, "is not a file of Keras'")
      }
      return result
    } catch let error as HDF5Error {
      throw CheckpointError(error.isOfSystem ? .inputOutput : .invalid, file: path, error.reason)
    } catch let error as OutOfMemory {
      throw CheckpointError.invalid(path, error.description)
    }
  }

  /// The root of the HDF5 file in a range of a file.
  ///
  /// - Throws: `HDF5Error`, or ``CheckpointError`` if a child process could not read all of it, or if it must have
  ///   a seal and has none.
  private static func root(
    _ file: FileDescriptor, _ range: Range<Int>, isSealed: Bool, path: String
  ) throws -> Group {
    if !isSealed { try Quarantine.walk(file, range, reportedAs: path) }
    let image = try FileImage(descriptor: file.number, range: range, keeping: file)
    let root = try File.open(image, reportedAs: path).root
    if !isSealed, try ResumptionGroups.mustBeSealed(root) {
      throw CheckpointError.invalid(
        path,
        "has lost its seal: its end is cut off, or another program has changed it. To accept the changes of "
          + "another program, remove its attribute \(ResumptionGroups.sealedAttribute)")
    }
    return root
  }

  /// Reads all that ``checkpoint(into:)`` does, but for memory of its own: weights and moments are compared with
  /// those that are there.
  ///
  /// - Throws: `HDF5Error` or ``CheckpointError`` if the file is not this checkpoint.
  func verify(is checkpoint: Checkpoint) throws {
    func check(_ isSame: Bool, _ what: String) throws {
      guard isSame else { throw CheckpointError.invalid(path, "\(what) is not what was written") }
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
  /// - Throws: `HDF5Error` or ``CheckpointError``.
  func checkpoint(into architecture: Checkpoint?) throws -> Checkpoint {
    let own = try architecture == nil ? description.configuration(file: path) : nil
    guard let configuration = architecture?.configuration ?? own else {
      throw CheckpointError.invalid(
        path,
        try KerasVariables.isLayout(of: root) || KerasWeights.isLayout(of: root)
          ? "holds weights without their model; give the model too (lstm-convert --model MODEL)"
          : "is HDF5, but no model of Keras': it has no attribute model_config")
    }
    let parameters: ParameterStore<Float>
    do {
      parameters = try ParameterStore(configuration)
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(path, "\(description.modelPlace): \(error)")
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
