import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

/// Arrays of more than a megabyte, which are written beside HDF5 and sealed piece by piece.
@Suite struct LargeArrayTests {
  private let name = "recurrent_kernel"

  @Test func theyComeBackAndHDF5ReadsThem() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let saved = try makeCheckpoint()
    try CheckpointFile.save(saved, to: path, lock: try FileLock(path))
    try CheckpointFile.verify(path)
    let loaded = try CheckpointFile.load(path)
    for (first, second) in zip(saved.parameters.parameters, loaded.parameters.parameters) {
      #expect(Array(saved.parameters[first]) == Array(loaded.parameters[second]))
      let (a, b) = (try #require(saved.optimizer), try #require(loaded.optimizer))
      #expect(Array(a.slot("momentum", of: first)) == Array(b.slot("momentum", of: second)))
      #expect(Array(a.slot("velocity", of: first)) == Array(b.slot("velocity", of: second)))
    }
    let kernel = try #require(saved.parameters.parameter(layer: "lstm", name: name))
    let read: [Float] = try CheckpointFile.read(path) { root in
      try root.dataset("model_weights/lstm/sequential/lstm/lstm_cell/\(name)").read()
    }
    #expect(read == Array(saved.parameters[kernel]))
  }

  @Test func everyChangedByteIsFound() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try CheckpointFile.save(try makeCheckpoint(), to: path, lock: try FileLock(path))
    let whole = try Data(contentsOf: URL(filePath: path))
    let damaged = folder.path("damaged.h5")
    // The table and the seal, and places all over the file: most are inside pieces.
    let places =
      Array(stride(from: whole.count - 500, to: whole.count, by: 9))
      + Array(stride(from: 50, to: whole.count, by: 90_001))
    for place in places {
      var bytes = whole
      bytes[place] ^= 0x01
      try bytes.write(to: URL(filePath: damaged))
      for read in [
        { _ = try CheckpointFile.load(damaged) }, { try CheckpointFile.verify(damaged) },
        { try CheckpointFile.read(damaged) { _ in } },
      ] {
        let error = #expect(throws: FileError.self, "byte \(place)") { try read() }
        #expect(error?.kind == .invalid)
      }
    }
    for length in [whole.count / 2, whole.count - 33, whole.count - 100, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: damaged))
      #expect(throws: FileError.self, "\(length) bytes") {
        try CheckpointFile.load(damaged)
      }
    }
  }

  @Test func whatIsNoNumberIsNotSaved() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let checkpoint = try makeCheckpoint()
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let old = try Data(contentsOf: URL(filePath: path))
    let kernel = try #require(checkpoint.parameters.parameter(layer: "lstm", name: name))
    checkpoint.parameters[kernel][kernel.count - 1] = .infinity
    let error = #expect(throws: FileError.self) {
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    }
    #expect(error?.kind == .invalid)
    #expect(try Data(contentsOf: URL(filePath: path)) == old)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.h5"])
  }

  private func makeCheckpoint() throws -> Checkpoint {
    let parameters = try ParameterStore<Float>(
      .classifier(
        RecurrentStack(units: [300]), classes: 3, timeSteps: 1, features: 1, statefulBatch: 1))
    try parameters.initialize(seed: 1)
    let optimizer = try Optimizer<Float>(.adam(), parameters: parameters)
    for parameter in parameters.parameters {
      for index in 0..<parameter.count {
        optimizer.slot("momentum", of: parameter)[index] = Float(index) * 1e-6
        optimizer.slot("velocity", of: parameter)[index] = Float(parameter.count - index) * 1e-6
      }
    }
    return Checkpoint(
      parameters: parameters, optimizer: optimizer,
      recurrentState: RecurrentState.zero(parameters.configuration))
  }
}
