import Files
import Foundation
import HDF5
import Recurrent
import TestSupport
import Testing

@testable import Checkpoints

/// Layers that Keras does not have, in its files and in other formats.
@Suite struct CustomLayerTests {
  static let classes = ["PeepholeLSTM", "LayerNormLSTM", "MinGRU", "MinLSTM", "SLSTM"]

  private func checkpoint(_ className: String, _ version: KerasVersion) throws -> Checkpoint {
    let inner: JSONValue = [
      "class_name": .string(className), "config": ["name": "inner", "units": 2],
    ]
    let parameters = try ParameterStore<Float>(
      ModelConfiguration(
        batch: nil, input: .sequence(timeSteps: 3, features: 2),
        layers: [
          LayerConfiguration(
            className, name: "cell", options: ["units": 4, "return_sequences": true]),
          LayerConfiguration("Bidirectional", name: "both", options: ["layer": inner]),
        ]))
    try parameters.initialize(seed: 1)
    var checkpoint = Checkpoint(parameters: parameters, optimizer: nil, recurrentState: nil)
    checkpoint.kerasVersion = version
    return checkpoint
  }

  @Test(arguments: classes, [KerasVersion.three, .two])
  func filesNameTheRegisteredClass(className: String, version: KerasVersion) throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(className, version)
    for suffix in [".h5", ".keras"] {
      let path = folder.path("a" + suffix)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
      let read = try CheckpointFile.load(path)
      #expect(read.configuration.layers.map(\.className) == [className, "Bidirectional"])
      for (a, b) in zip(checkpoint.parameters.parameters, read.parameters.parameters) {
        #expect(Array(checkpoint.parameters[a]) == Array(read.parameters[b]))
      }
    }
    let writer = ModelConfigurationWriter(version: version, style: .archive)
    let layers = writer.write(checkpoint.configuration)["config"]?["layers"]?.array ?? []
    let own = layers.first { $0["config"]?["name"] == "cell" }
    let inner = layers.last?["config"]?["layer"]
    for object in [own, inner] {
      #expect(object?["class_name"]?.string == className)
      #expect(object?["module"] == "toolkit_layers")
      #expect(object?["registered_name"]?.string == "lstm_toolkit>" + className)
    }
    let legacy = ModelConfigurationWriter(version: version, style: .hdf5)
      .write(checkpoint.configuration).text()
    #expect(legacy.contains("\"class_name\":\"lstm_toolkit>\(className)\""))
  }

  @Test(arguments: classes)
  func formatsWithoutSuchALayerRefuseIt(className: String) throws {
    let folder = try TemporaryFolder()
    let checkpoint = try checkpoint(className, .three)
    func error(_ suffix: String) throws -> String? {
      let path = folder.path("a" + suffix)
      do {
        try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
        return nil
      } catch { return "\(error)" }
    }
    let safetensors = try error(".safetensors")
    #expect(
      safetensors?.contains("layer cell (\(className)): PyTorch has no module for it") == true)
    let onnx = try error(".onnx")
    if className == "PeepholeLSTM" {
      #expect(onnx == nil)
    } else {
      #expect(onnx?.contains("cell (\(className))") == true, "\(onnx ?? "")")
    }
  }
}
