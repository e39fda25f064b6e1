import Files
import Recurrent

/// The text of a model alone, as `model.to_json()` of Keras 3, tf-keras and older releases writes it: the model for a file
/// of weights.
struct KerasTextFormat: ModelFormat {
  let name = "Keras model text"
  let summary =
    "the model without weights, as Keras' to_json writes it; read as a model for weights"
  let suffixes = [".json"]
  var holds: FormatContents { FormatContents(model: true, optimizer: false, sections: []) }
  var isWritable: Bool { false }

  func recognizes(_ start: [UInt8]) -> Bool {
    let spaces: [UInt8] = [0x09, 0x0A, 0x0D, 0x20]
    return start.first { !spaces.contains($0) } == UInt8(ascii: "{")
  }

  func read(_ path: String, into architecture: Checkpoint?) throws -> Checkpoint {
    throw FileError.invalid(path, "is a model without weights; it goes with a file of weights")
  }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    throw FileError.invalid(file.reportedPath, "is \(name), which is not written here")
  }

  func check(_ path: String, is checkpoint: Checkpoint) throws {}

  func identify(_ path: String) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    let description = try text(path)
    let identity = FileIdentity(
      format: "\(name) (\(suffix))",
      version: description.release.isEmpty ? "" : "Keras \(description.release)", isSealed: nil,
      hasModel: true)
    return (identity, try model(path))
  }

  func description(of path: String) throws -> JSONValue {
    ["model_config": try text(path).model ?? nil]
  }

  /// The model, with weights that are not set.
  ///
  /// - Throws: ``FileError``.
  func model(_ path: String) throws -> Checkpoint {
    let description = try text(path)
    guard let configuration = try description.configuration(file: path) else {
      throw FileError.invalid(path, "has no model")
    }
    let parameters: ParameterStore<Float>
    do {
      parameters = try ParameterStore(configuration)
    } catch let error as ConfigurationError {
      throw FileError.invalid(path, "\(description.modelPlace): \(error)")
    }
    let training = description.kerasTraining(of: configuration)
    var checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try training?.optimizer.map { try Optimizer($0, parameters: parameters) },
      recurrentState: RecurrentState.zero(configuration), kerasVersion: description.version)
    if let losses = training?.losses { checkpoint.losses = losses }
    checkpoint.trainingProblem = training?.problem
    checkpoint.metrics = training?.metrics
    return checkpoint
  }

  private func text(_ path: String) throws -> KerasDescription {
    let bytes = try FileDescriptor.reading(path)
      .read(at: 0, count: KerasDescription.mostText + 1, path: path)
    let text = String(decoding: bytes, as: UTF8.self)
    return KerasDescription(text: try KerasDescription.json(text, "the text", file: path))
  }
}
