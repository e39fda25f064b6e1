import Files
import Kernels
import Recurrent

/// Safetensors with weights in PyTorch's names and layout. The model and its sections stand beside them as texts.
struct SafetensorsFormat: ModelFormat {
  /// What says that the tensors are PyTorch's.
  private static let (marker, pyTorch) = ("format", "pt")

  let name = "safetensors"
  let summary = "weights in PyTorch's names and layout, with the state"
  let suffixes = [".safetensors"]
  var holds: FormatContents {
    FormatContents(model: true, optimizer: false, sections: Sections.withoutTraining)
  }

  /// The length of a header of JSON, and its first character.
  func recognizes(_ start: [UInt8]) -> Bool {
    start.count >= 9 && start[8] == UInt8(ascii: "{") && start[5...7].allSatisfy { $0 == 0 }
  }

  func write(_ checkpoint: Checkpoint, to file: NewFile) throws {
    let texts = try ModelTexts(checkpoint, holds.sections).texts
    try PyTorchWeights.write(
      checkpoint.parameters, texts: texts.merging([Self.marker: Self.pyTorch]) { ours, _ in ours },
      to: file)
  }

  func read(_ path: String, into architecture: Checkpoint?) throws -> Checkpoint {
    let file = try SafetensorsFile(path)
    let texts = ModelTexts(file.texts)
    let description = try architecture == nil ? texts.description(file: path) : nil
    guard
      let configuration = try architecture?.configuration ?? description?.configuration(file: path)
    else { throw FileError.withoutModel(path) }
    do {
      let parameters = try ParameterStore<Float>(configuration)
      try PyTorchWeights.fill(parameters, from: file, path: path)
      var checkpoint = Checkpoint(
        parameters: parameters,
        optimizer: try architecture?.optimizer.map {
          try Optimizer($0.configuration, parameters: parameters)
        },
        loss: architecture?.loss ?? .categoricalCrossEntropy,
        recurrentState: RecurrentState.zero(configuration), vocabulary: architecture?.vocabulary,
        kerasVersion: architecture?.kerasVersion ?? description?.version ?? .three)
      try texts.restore(&checkpoint, holds.sections, file: path)
      return checkpoint
    } catch let error as ConfigurationError {
      throw FileError.invalid(path, error.description)
    } catch let error as OutOfMemory {
      throw FileError.invalid(path, error.description)
    }
  }

  func check(_ path: String, is checkpoint: Checkpoint) throws {
    let read = try read(path, into: nil)
    let parameters = checkpoint.parameters
    let isSame = zip(parameters.parameters, read.parameters.parameters).allSatisfy {
      UnsafeRawBufferPointer(parameters[$0]).elementsEqual(
        UnsafeRawBufferPointer(read.parameters[$1]))
    }
    guard isSame, parameters.parameters.count == read.parameters.parameters.count else {
      throw FileError.invalid(path, "the weights are not what was written")
    }
    try Sections.check(holds.sections, read: read, areOf: checkpoint, file: path)
  }

  func identify(_ path: String) throws -> (identity: FileIdentity, checkpoint: Checkpoint?) {
    let texts = try SafetensorsFile(path).texts
    let hasModel = ModelTexts(texts).hasModel
    let identity = FileIdentity(
      format: hasModel ? "\(name), with a model" : "\(name), weights without a model",
      version: texts[Self.marker] == Self.pyTorch ? "PyTorch" : "", hasModel: hasModel)
    return (identity, hasModel ? try read(path, into: nil) : nil)
  }
}
