import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Checkpoints

/// Archives and files of weights by Keras, Python's zipfile and Info-ZIP, made by
/// `tools/keras/make_archive_reference.py`: all of one model.
@Suite struct ArchiveTests {
  static let archives = [
    "keras.keras", "python-deflated.keras", "python-64-bits.keras", "info-zip.keras",
    "info-zip-piped.keras",
  ]

  private func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(forResource: "Reference/archives/\(name)", withExtension: nil)
    ).path
  }

  private func weights(_ checkpoint: Checkpoint) -> [[Float]] {
    checkpoint.parameters.parameters.map { Array(checkpoint.parameters[$0]) }
  }

  @Test(arguments: archives) func archiveHoldsWhatKerasWrote(name: String) throws {
    let expected = try CheckpointFile.load(try path("model.h5"))
    let found = try CheckpointFile.load(try path(name))
    #expect(found.configuration == expected.configuration)
    #expect(weights(found) == weights(expected))
    #expect(found.optimizer?.configuration == expected.optimizer?.configuration)
    #expect(found.optimizer?.iterations == 2)
    for parameter in found.parameters.parameters {
      for slot in ["momentum", "velocity"] {
        let values = found.optimizer.map { Array($0.slot(slot, of: parameter)) } ?? []
        let own = expected.optimizer.map { Array($0.slot(slot, of: parameter)) } ?? []
        #expect(values == own && !values.isEmpty)
      }
    }
  }

  @Test(arguments: ["keras3.weights.h5", "keras2.weights.h5", "keras2-older.h5"])
  func weightsGoIntoAModel(name: String) throws {
    let expected = try CheckpointFile.load(try path("model.h5"))
    let model = try CheckpointFile.load(try path("model.h5"))
    for parameter in model.parameters.parameters {
      model.parameters[parameter].update(repeating: 7)
    }
    let found = try CheckpointFile.load(try path(name), into: model)
    #expect(weights(found) == weights(expected))
    let error = #expect(throws: FileError.self) {
      try CheckpointFile.load(try path(name))
    }
    #expect(error?.reason.contains("weights without their model") == true)
  }

  @Test(arguments: [".keras", ".weights.h5", ".safetensors"], KerasVersion.allCases)
  func formatsHoldWeightsStateAndStream(suffix: String, version: KerasVersion) throws {
    let folder = try TemporaryFolder()
    let configuration = ModelConfiguration.classifier(
      RecurrentStack(units: [3, 3]), classes: 4, timeSteps: 2, features: 1, statefulBatch: 2)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 3)
    var state = try #require(RecurrentState.zero(configuration))
    for layer in state.layers.indices {
      state.layers[layer].values = [[0.1, -0.2, 3, 4e-9, 5, 6], [1, 2, 3, -1.5e8, 5, 0.3]]
    }
    let saved = Checkpoint(
      parameters: parameters,
      optimizer: try Optimizer(.adam(), parameters: parameters), recurrentState: state,
      stream: StreamPosition(.symbols(StreamPosition.Symbols(next: [[1, 3], [0, 2]]))),
      vocabulary: Vocabulary(symbols: ["\0", "\"", "é", "<NUL>"], divisor: 4),
      kerasVersion: version)
    let path = folder.path("model" + suffix)
    try CheckpointFile.save(saved, to: path, lock: try FileLock(path))
    let found = try CheckpointFile.load(path, into: suffix == ".weights.h5" ? saved : nil)
    #expect(found.configuration == configuration)
    #expect(weights(found) == weights(saved))
    #expect(found.recurrentState == state)
    #expect(found.stream == saved.stream)
    #expect(found.vocabulary == saved.vocabulary)
    #expect(found.kerasVersion == version)
  }

  /// Every byte of an archive of ours is under the seal.
  @Test func changedArchiveIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.keras")
    let model = try CheckpointFile.load(try self.path("model.h5"))
    try CheckpointFile.save(model, to: path, lock: try FileLock(path))
    try CheckpointFile.verify(path)
    let whole = try Data(contentsOf: URL(filePath: path))
    for position in stride(from: 4, to: whole.count, by: 997) {
      var changed = whole
      changed[position] ^= 1
      try changed.write(to: URL(filePath: path))
      #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    }
    for length in [0, 3, 40, whole.count / 2, whole.count - 33, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: path))
      #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    }
  }

  /// Wherever an archive of ours is cut, or its tail lost behind a copy of the end, it is not taken for another's.
  @Test func cutArchiveIsNoticed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.keras")
    let model = try CheckpointFile.load(try self.path("model.h5"))
    try CheckpointFile.save(model, to: path, lock: try FileLock(path))
    let whole = try Data(contentsOf: URL(filePath: path))
    for length in whole.count - 400..<whole.count {
      try whole.prefix(length).write(to: URL(filePath: path))
      #expect(throws: FileError.self, "\(length) bytes") { try CheckpointFile.load(path) }
      // A comment of no length, as a program that repairs archives would write.
      var repaired = whole.prefix(length)
      guard length >= whole.count - 32 else { continue }
      repaired = whole.prefix(whole.count - 34) + [0, 0]
      try repaired.write(to: URL(filePath: path))
      #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    }
  }

  /// A foreign archive with any byte changed loads as it was, or not at all.
  @Test func damagedForeignArchiveDoesNoHarm() throws {
    let folder = try TemporaryFolder()
    let whole = try Data(contentsOf: URL(filePath: try path("info-zip.keras")))
    let damaged = folder.path("model.keras")
    let expected = weights(try CheckpointFile.load(try path("model.h5")))
    for position in stride(from: 0, to: whole.count, by: 37) {
      var changed = whole
      changed[position] ^= 0x55
      try changed.write(to: URL(filePath: damaged))
      if let found = try? CheckpointFile.load(damaged) { #expect(weights(found) == expected) }
    }
  }

  @Test func archiveThatLeadsOutIsNotOpened() throws {
    let folder = try TemporaryFolder()
    for name in ["../evil", "/etc/evil", "a/../../evil", "..\\evil"] {
      let path = folder.path("model.keras")
      try AtomicFile.replace(path, target: path) { file in
        let writer = ZipWriter(file)
        try writer.add("metadata.json", Array(#"{"keras_version":"3.15.1"}"#.utf8))
        try writer.add(name, [1, 2, 3])
        try writer.finish(commentSize: 0)
      }
      let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
      #expect(error?.kind == .invalid)
      #expect(error?.reason.contains("leads out") == true)
    }
  }
}
