import Checkpoints
import Files
import Foundation
import HDF5
import Recurrent
import TestSupport
import Testing

@Suite struct CheckpointFileTests {
  @Test(arguments: KerasVersion.allCases)
  func everythingComesBack(version: KerasVersion) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let saved = try makeCheckpoint(version)
    try CheckpointFile.save(saved, to: path, lock: try FileLock(path))
    let loaded = try CheckpointFile.load(path)

    #expect(loaded.kerasVersion == version)
    #expect(loaded.configuration == saved.configuration)
    let (a, b) = (try #require(saved.optimizer), try #require(loaded.optimizer))
    #expect(b.configuration == a.configuration)
    #expect(b.iterations == a.iterations)
    for (first, second) in zip(saved.parameters.parameters, loaded.parameters.parameters) {
      #expect(Array(saved.parameters[first]) == Array(loaded.parameters[second]))
      #expect(Array(a.slot("momentum", of: first)) == Array(b.slot("momentum", of: second)))
      #expect(Array(a.slot("velocity", of: first)) == Array(b.slot("velocity", of: second)))
    }
    #expect(loaded.recurrentState == saved.recurrentState)
    #expect(loaded.trainingRecurrentState == saved.trainingRecurrentState)
    #expect(loaded.stream == saved.stream)
    #expect(loaded.training == saved.training)
    #expect(loaded.vocabulary == saved.vocabulary)
    #expect(loaded.task == saved.task)
  }

  @Test func sameCheckpointIsTheSameFile() async throws {
    let folder = try TemporaryFolder()
    let checkpoint = try makeCheckpoint(.three)
    for name in ["a.h5", "b.h5"] {
      let path = folder.path(name)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
      // Object times count seconds.
      if name == "a.h5" { try await Task.sleep(for: .seconds(1.1)) }
    }
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("a.h5")))
        == Data(contentsOf: URL(filePath: folder.path("b.h5"))))
    // Neither the lock nor the temporary file is left.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
  }

  @Test func everyChangedByteIsFound() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try CheckpointFile.save(try makeCheckpoint(.three), to: path, lock: try FileLock(path))
    let whole = try Data(contentsOf: URL(filePath: path))
    let damaged = folder.path("damaged.h5")
    // All of the seal, and places all over the file.
    let places =
      Array(whole.count - 40..<whole.count) + Array(stride(from: 0, to: whole.count, by: 997))
    for place in places {
      var bytes = whole
      bytes[place] ^= 0x10
      try bytes.write(to: URL(filePath: damaged))
      let error = #expect(throws: FileError.self, "byte \(place)") {
        try CheckpointFile.load(damaged)
      }
      #expect(error?.kind == .invalid)
    }
    for length in [0, 1, 7, 48, 100, whole.count / 2, whole.count - 33, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: damaged))
      let error = #expect(throws: FileError.self, "\(length) bytes") {
        try CheckpointFile.load(damaged)
      }
      #expect(error?.kind == .invalid)
    }
  }

  /// A file of ours says inside that it has a seal, so one whose seal is cut off whole is not taken for a file of
  /// Keras' own. One of an earlier release does not say so, and is read.
  @Test func lostSealIsFound() throws {
    let folder = try TemporaryFolder()
    let cut = folder.path("cut.h5")
    for name in ["a.h5", "a.weights.h5"] {
      let path = folder.path(name)
      let checkpoint = try makeCheckpoint(.three)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
      try Data(contentsOf: URL(filePath: path)).dropLast(32).write(to: URL(filePath: cut))
      let error = #expect(throws: FileError.self) {
        try CheckpointFile.load(cut, into: checkpoint)
      }
      #expect(error?.kind == .invalid)
      #expect(error?.reason.contains("lost its seal") == true, "\(error?.reason ?? "")")
    }
    let earlier = try #require(
      Bundle.module.url(forResource: "Reference/earlier/stateful.h5", withExtension: nil))
    #expect(try CheckpointFile.load(earlier.path).training?.epoch == 300)
    try CheckpointFile.verify(earlier.path)
    try Data(contentsOf: earlier).dropLast(32).write(to: URL(filePath: cut))
    #expect(try CheckpointFile.load(cut).training?.epoch == 300)
  }

  /// Files that HDF5 can read, with something in them that is not what it should be.
  @Test(arguments: [
    ("optimizer_weights/adam/iteration", "/optimizer_weights/adam/iteration: is missing"),
    (
      "model_weights/lstm/sequential/lstm/lstm_cell/kernel",
      "/model_weights/lstm/sequential/lstm/lstm_cell/kernel: is missing"
    ),
    ("recurrent_state/lstm/cell", "/recurrent_state/lstm/cell: is missing"),
    ("history", "/history: is missing"),
    ("training_state/order", "/training_state/order: is missing"),
    ("vocabulary/symbols", "/vocabulary/symbols: is missing"),
    ("stream/next_input", "/stream/next_input: is missing"),
  ])
  func missingObjectsAreNamed(removed: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try writeAltered(path) { name in name == "/" + removed ? .removed : .same }
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.kind == .invalid)
    #expect(error?.reason == reason)
  }

  @Test(arguments: [
    (
      "model_weights/lstm/sequential/lstm/lstm_cell/kernel",
      "has shape [7]; layer lstm (units 4) needs [1, 16]"
    ),
    ("model_weights/dense/sequential/dense/bias", "has shape [7]; layer dense (units 3) needs [3]"),
    ("recurrent_state/lstm/hidden", "has shape [7]; layer lstm with batch 2 needs [2, 4]"),
    (
      "optimizer_weights/adam/sequential_dense_bias_velocity",
      "has shape [7]; Adam on dense/bias needs [3]"
    ),
  ])
  func wrongShapesAreNamed(name: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try writeAltered(path) { $0 == "/" + name ? .numbers([Float](repeating: 0, count: 7)) : .same }
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.reason == "/\(name): \(reason)")
  }

  @Test func textForNumbersAndNoNumbersAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let name = "/model_weights/dense/sequential/dense/bias"
    try writeAltered(path) { $0 == name ? .texts(["a", "b", "c"]) : .same }
    var error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.reason == "\(name): holds string, not numbers")
    try writeAltered(path) { $0 == name ? .numbers([0, .nan, 0]) : .same }
    error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.reason == "\(name): holds values that are infinite or not numbers")
  }

  @Test(arguments: [
    (#""class_name":"LSTM""#, #""class_name":"ConvLSTM3D""#, "layer lstm is of class ConvLSTM3D"),
    (#""units":4"#, #""units":0"#, "units of layer lstm is 0"),
    (#""units":4"#, #""units":99999999999"#, "units of layer lstm is 99999999999"),
    (#""return_state":false"#, #""return_state":true"#, "layer lstm (LSTM) gives 3 outputs"),
    (#""dropout":0.0"#, #""dropout":1.5"#, "layer lstm (LSTM): dropout 1.5"),
    (#""activation":"tanh""#, #""activation":"sine""#, "layer lstm (LSTM): activation sine"),
    (#""class_name":"Sequential""#, #""class_name":"Subclassed""#, "of class Subclassed"),
  ])
  func otherModelsAreRefusedByName(from: String, to: String, reason: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    try writeAltered(path) { name in
      guard name == "/@model_config" else { return .same }
      return .replacing(from, to)
    }
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "no error")")
  }

  @Test func whatCannotBeLoadedIsNotSaved() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let checkpoint = try makeCheckpoint(.three)
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let before = try Data(contentsOf: URL(filePath: path))
    checkpoint.parameters[checkpoint.parameters.parameters[1]][3] = .nan
    let error = #expect(throws: FileError.self) {
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    }
    #expect(error?.kind == .invalid)
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  @Test func keptFilesOfALinkedCheckpointAreFilesOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    let (path, alias) = (folder.path("a.h5"), folder.path("link.h5"))
    let checkpoint = try makeCheckpoint(.three)
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: "a.h5")
    for update in 5...7 {
      checkpoint.optimizer?.iterations = update
      try CheckpointFile.save(checkpoint, to: alias, lock: try FileLock(alias), keep: 2)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
        "a-update-00000006.h5", "a-update-00000007.h5", "a.h5", "link.h5",
      ])
    #expect(try CheckpointFile.load(folder.path("a-update-00000006.h5")).optimizer?.iterations == 6)
    #expect(try CheckpointFile.load(alias).optimizer?.iterations == 7)
  }

  /// libhdf5 1.10 runs out of memory, crashes or reports an error on many of these; the tests' own process
  /// must not notice. Which copies are readable in spite of the damage depends on the library.
  @Test func damagedFilesOfOthersDoNoHarm() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("damaged.h5")
    let whole = try Data(contentsOf: URL(filePath: try Reference("keras3-batch-0").path))
    var generator = PhiloxGenerator(seed: 5, stream: .trainingData)
    var refused = 0
    for _ in 0..<150 {
      var bytes = whole
      for _ in 0..<16 {
        bytes[generator.uniform(below: 8000)] = UInt8(generator.uniform(below: 256))
      }
      try bytes.write(to: URL(filePath: path))
      do {
        _ = try CheckpointFile.load(path)
      } catch let error as FileError {
        #expect(error.kind == .invalid)
        refused += 1
      }
    }
    #expect(refused > 75)
  }

  /// A damaged copy of a file by Keras on which libhdf5 1.10.8 never comes to an end.
  @Test func endlessFileIsRefused() throws {
    let path = try #require(
      Bundle.module.url(forResource: "Reference/endless.h5", withExtension: nil)
    ).path
    let error = #expect(throws: FileError.self) { try CheckpointFile.load(path) }
    #expect(error?.kind == .invalid)
  }

  @Test func onlyOneMayWrite() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    var lock: FileLock? = try FileLock(path)
    let error = #expect(throws: FileError.self) { try FileLock(path) }
    #expect(error?.kind == .busy)
    withExtendedLifetime(lock) {}
    lock = nil
    _ = try FileLock(path)
  }

  // MARK: -

  private func makeCheckpoint(_ version: KerasVersion) throws -> Checkpoint {
    let configuration = ModelConfiguration.classifier(
      RecurrentStack(units: [4]), classes: 3, timeSteps: 1, features: 1, statefulBatch: 2)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    let dataset = try SequenceDataset(
      samples: 6, timeSteps: 1, features: 1, inputs: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
      targets: [0, 1, 2, 0, 1, 2])
    let trainer = try Trainer(
      parameters: parameters,
      optimizer: try Optimizer(.adam(learningRate: 0.01), parameters: parameters),
      source: dataset,
      options: TrainingOptions(
        batchSize: 2, shuffle: true, resetStatesEachEpoch: true, randomSeed: UInt64.max),
      progress: TrainingProgress(samples: 6, targetEpochs: 9, randomSeed: UInt64.max))
    for _ in 0..<4 { try trainer.update() }
    return Checkpoint(
      parameters: parameters, optimizer: trainer.optimizer,
      recurrentState: trainer.model.recurrentState,
      stream: StreamPosition(.symbols(StreamPosition.Symbols(next: [[1], [2]])), hasMoved: true),
      training: trainer.progress,
      trainingRecurrentState: RecurrentState.zero(configuration),
      vocabulary: Vocabulary(symbols: ["a", "ž", "→"], divisor: 3),
      task: StoredTask(members: ["experiment": "stateful"], options: trainer.options),
      kerasVersion: version)
  }

  private enum Change {
    case same
    case removed
    case numbers([Float])
    case texts([String])
    case replacing(String, String)
  }

  /// Copies a good checkpoint object by object, changed by `change`; the copy has no seal.
  private func writeAltered(_ path: String, _ change: (String) -> Change) throws {
    let good = path + ".good.h5"
    try CheckpointFile.save(try makeCheckpoint(.three), to: good, lock: try FileLock(good))
    try File.write(path) { try copy(try File.open(good).root, to: $0, change) }
  }

  private func copy(_ from: Group, to: Group, _ change: (String) -> Change) throws {
    for name in try from.attributes.names() where name != "lstm_toolkit_sealed" {
      let place = from.path + "@" + name
      switch try from.attributes.kind(name) {
      case .string:
        var texts = try from.attributes.strings(name)
        if case .replacing(let old, let new) = change(place) {
          #expect(texts[0].contains(old))
          let range = try #require(texts[0].range(of: old))
          texts[0].replaceSubrange(range, with: new)
        }
        // Only names are arrays.
        if name.hasSuffix("_names") {
          try to.attributes.set(name, texts)
        } else {
          try to.attributes.set(name, texts[0])
        }
      case .integer(_, signed: false):
        try to.attributes.set(name, try from.attributes.number(name, as: UInt64.self))
      case .integer: try to.attributes.set(name, try from.attributes.number(name, as: Int64.self))
      default:
        guard let number = try from.attributes.numbers(name, as: Double.self).first else {
          try to.attributes.set(name, [] as [String])
          continue
        }
        try to.attributes.set(name, number)
      }
    }
    for name in try from.memberNames() {
      let place = (from.path == "/" ? "" : from.path) + "/" + name
      switch (change(place), try from.member(name)) {
      case (.removed, _): continue
      case (.numbers(let values), _): try to.write(name, shape: [values.count], values)
      case (.texts(let texts), _): try to.write(name, texts)
      case (_, .group(let group)): try copy(group, to: try to.createGroup(name), change)
      case (_, .dataset(let dataset)):
        switch try dataset.kind() {
        case .string: try to.write(name, try dataset.readStrings())
        case .integer:
          try to.write(name, shape: try dataset.shape(), try dataset.read(Int64.self))
        default:
          try to.write(name, shape: try dataset.shape(), try dataset.read(Double.self))
        }
      default: Issue.record("\(place) is of an unknown kind")
      }
    }
  }
}
