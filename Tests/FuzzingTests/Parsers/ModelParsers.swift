@testable import Checkpoints
@testable import Files

extension Parser {
  static let safetensors = Parser("safetensors", suffix: ".safetensors") { _, path in
    let file = try SafetensorsFile(path)
    for tensor in file.tensors.values { _ = try file.read(tensor) }
    _ = try SafetensorsFormat().read(path, into: nil)
  }

  /// The model of Keras' `to_json`, which is also that of its model files.
  static let modelText = Parser("model-text", suffix: ".json", mostBytes: 1 << 14) { _, path in
    _ = try KerasTextFormat().description(of: path)
    _ = try CheckpointFile.architecture(path)
  }
}
