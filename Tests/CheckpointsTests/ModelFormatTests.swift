import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Checkpoints

/// The formats of model files, by name and by content.
@Suite struct ModelFormatTests {
  @Test(arguments: [
    ("a.h5", ".h5"), ("a.hdf5", ".h5"), ("A.H5", ".h5"), ("a.keras", ".keras"),
    ("a.weights.h5", ".weights.h5"), ("b/a.safetensors", ".safetensors"), ("a.b.onnx", ".onnx"),
  ])
  func namesSayTheFormat(name: String, suffix: String) throws {
    #expect(try ModelFormats.named(name).suffix == suffix)
  }

  /// Kept checkpoints are called as the one that they were.
  @Test(arguments: [
    ("a.h5", ".h5"), ("A.HDF5", ".HDF5"), ("a.weights.h5", ".weights.h5"), ("a", ""),
  ])
  func namesKeepTheirEnds(name: String, end: String) {
    #expect(ModelFormats.suffix(of: name) == end)
  }

  @Test(arguments: ["a", "a.h6", "a.h5/b", ".hidden", "h5", "a."])
  func otherNamesAreRefused(name: String) throws {
    let error = #expect(throws: ConfigurationError.self) { try ModelFormats.named(name) }
    for suffix in ModelFormats.all.flatMap(\.suffixes) {
      #expect(error?.description.contains(suffix) == true)
    }
  }

  /// No suffix stands for two formats, and every format comes back by its content.
  @Test func contentSaysTheFormat() throws {
    let suffixes = ModelFormats.all.flatMap(\.suffixes)
    #expect(Set(suffixes).count == suffixes.count)
    let folder = try TemporaryFolder()
    let parameters = try ParameterStore<Float>(
      .classifier(
        RecurrentStack(units: [3]), classes: 4, timeSteps: 2, features: 1, statefulBatch: nil))
    try parameters.initialize(seed: 3)
    let checkpoint = Checkpoint(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      recurrentState: nil)
    for format in ModelFormats.all where format.isWritable {
      let path = folder.path("a" + format.suffix)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
      // Whatever the file is called.
      let other = folder.path("a")
      try FileManager.default.moveItem(atPath: path, toPath: other)
      let (identity, found) = try FileIdentity.read(other)
      #expect(identity.hasModel == (format.holds.model && format.isReadable))
      #expect((found == nil) == !identity.hasModel)
      if format.isReadable {
        let read = try CheckpointFile.load(other, into: checkpoint)
        for (a, b) in zip(parameters.parameters, read.parameters.parameters) {
          #expect(Array(parameters[a]) == Array(read.parameters[b]))
        }
        #expect((read.optimizer != nil))
      } else {
        let error = #expect(throws: FileError.self) { try CheckpointFile.load(other) }
        #expect(error?.reason.contains(format.name) == true)
      }
      try FileManager.default.removeItem(atPath: other)
    }
  }

  /// What can be given to get on is said as a thing, not as an option of some command.
  @Test func weightsAskForTheirModel() throws {
    let path = try #require(
      Bundle.module.url(
        forResource: "Reference/archives/keras3.weights.h5", withExtension: nil)
    ).path
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.remedies == [.model] && error?.description.contains("--") == false)
  }
}
