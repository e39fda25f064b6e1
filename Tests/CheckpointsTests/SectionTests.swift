import Files
import HDF5
import Recurrent
import TestSupport
import Testing

@testable import Checkpoints

/// Each section in each store.
@Suite struct SectionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A forecaster of two series with all that a checkpoint can hold, which no task would put together.
  private func makeCheckpoint() throws -> Checkpoint {
    let configuration = ModelConfiguration.regressor(
      RecurrentStack(units: [3]), outputs: 2, timeSteps: nil, features: 2, statefulBatch: 1)
    let parameters = try ParameterStore<Float>(configuration)
    var state = try #require(RecurrentState.zero(configuration))
    state.layers[0].values = [[0.1, -0.0, 3e-9], [1, 2, -1.5e8]]
    var progress = TrainingProgress(
      epoch: 2, targetEpochs: 9, updateInEpoch: 1, order: [2, 0, 1],
      shuffleGenerator: PhiloxGenerator(seed: .max, stream: .shuffle, position: 5), lossSum: 0.25,
      correct: 3, rowsSeen: 7,
      history: History(
        loss: [0.5, 1 / 3], accuracy: [.nan, 0.5], others: ["val_loss": [.nan, .infinity]]))
    progress.metricSums = [1.5]
    progress.best = BestValue(value: 0.5, waited: 1)
    progress.rateReduction = 0.25
    progress.isStoppedEarly = true
    var checkpoint = Checkpoint(
      parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
      recurrentState: state,
      stream: StreamPosition(
        .series([
          StreamPosition.Series(
            key: "a", rows: [1, 2, 0.1, 4], lastValues: [1, 2], dates: ["2026-01-01"]),
          StreamPosition.Series(key: "\u{E9}", rows: [5, 6], lastValues: [3, 1 / 3]),
        ]), sampler: StreamPosition.Sampler(seed: .max, position: 1 << 63), rowsSeen: 4,
        hasMoved: true),
      training: progress, trainingRecurrentState: state,
      vocabulary: Vocabulary(symbols: ["\0", "<NUL>"], encoding: .oneHot, unknown: 1),
      task: StoredTask(
        members: [
          "text": ["a.txt", "[b].txt"], "level": "word", "sequence_length": 5, "digest": "0",
        ],
        options: TrainingOptions(
          batchSize: 2, shuffle: true, resetStatesEachEpoch: false, randomSeed: .max)))
    let kept = (0..<parameters.snapshot.count).map { Float($0) / 7 }
    checkpoint.keptWeights = KeptWeights(kept, of: parameters, areBest: true)
    checkpoint.changes = [
      SettingChange(epoch: 1, update: 0, setting: "learning_rate", before: "0.1", after: "0.01"),
      SettingChange(
        epoch: 1 << 40, update: 3, setting: "data", before: "a.csv", after: "b, \u{E9}.csv (other)"),
    ]
    checkpoint.labels = ["x", "y"]
    checkpoint.scaling = Scaling(
      method: .minMax, columns: ["a", "b"], offsets: [1, 2, 3, 4], scales: [1, 2, 3, 1e-9],
      residuals: [0.1, -0.2], keys: ["a", "\u{E9}"],
      power: PowerTransform(exponent: 1, floors: [0.5, 1], own: [0, 1]),
      linear: LinearForecast(
        LinearMap(weights: [0.25, 0, 0.75, 1], constants: [0.1, -2]),
        own: [
          LinearMap(weights: [1, 2, 3, 4], constants: [5, 6]),
          LinearMap(weights: [-1, -2, -3, -4], constants: [-5, 1e-300]),
        ], spread: 2, share: 0.5))
    return checkpoint
  }

  /// Each series has its own power and linear part, and what is none of that is refused.
  @Test func seriesHaveTheirOwnParts() throws {
    let checkpoint = try makeCheckpoint()
    let scaling = try #require(checkpoint.scaling)
    let (first, second) = (scaling.of(series: "a"), scaling.of(series: "\u{E9}"))
    #expect(first?.power == PowerTransform(exponent: 0, floors: [0.5]) && second?.power == nil)
    #expect(first?.linear?.map.weights == [1, 2, 3, 4] && second?.linear?.map.weights[3] == -4)
    #expect(second?.linear?.spread == 2 && second?.linear?.share == 0.5)
    // (1 − 0.25) · 10 + 0.25 · 6 + 0.1, and the newer value as it is less 2.
    #expect(scaling.linear?.map.forecast { [6, 10][$0] } == [9.1, 8])
    let changes: [(String, (inout Scaling) -> Void)] = [
      ("own_powers", { $0.power?.own = [0] }),
      ("own_powers", { $0.power?.own[1] = .nan }),
      ("own_linear_weights", { $0.linear?.own[0].weights.removeLast() }),
      ("own_linear_weights", { $0.linear?.own[1].constants = [] }),
      ("own_linear_weights", { $0.linear?.own.removeLast() }),
      ("own_linear_weights", { $0.linear?.own[1].weights[0] = .infinity }),
      ("linear_weights", { $0.linear?.map.constants = [] }),
    ]
    for (member, change) in changes {
      var wrong = scaling
      change(&wrong)
      let error = #expect(throws: SectionProblem.self) {
        try ScalingSection.check(&wrong, in: checkpoint)
      }
      #expect(error?.member == member)
    }
  }

  private func empty(_ checkpoint: Checkpoint) -> Checkpoint {
    Checkpoint(parameters: checkpoint.parameters, optimizer: nil, recurrentState: nil)
  }

  /// Writes the sections into an HDF5 file and has `body` look at it.
  private func inHDF5<Result>(
    _ checkpoint: Checkpoint, _ change: (Group) throws -> Void = { _ in },
    _ body: (HDF5Store) throws -> Result
  ) throws -> Result {
    let path = folder.path("a.h5")
    let arrays = try ArrayWriter(reportedAs: path)
    try HDF5Store.write(Sections.all, of: checkpoint, arrays: arrays, to: arrays.root)
    try change(arrays.root)
    _ = try arrays.close()
    try AtomicFile.replace(path, target: path) { try arrays.write(to: $0) }
    return try HDF5Source.open(path, member: "") { source in
      try body(
        try #require(try HDF5Store.open(source.root, arrays: source.arrays, file: "a.h5")))
    }
  }

  @Test func allComeBackFromHDF5() throws {
    let saved = try makeCheckpoint()
    var read = empty(saved)
    try inHDF5(saved) { try Sections.read(Sections.all, from: $0, into: &read) }
    try Sections.check(Sections.all, read: read, areOf: saved, file: "a.h5")
  }

  @Test func allComeBackFromJSON() throws {
    let saved = try makeCheckpoint()
    var read = empty(saved)
    let sections = Sections.withoutTraining
    let store = JSONStore(
      try JSONStore.texts(sections, of: saved), isOurs: true, file: "a.safetensors")
    try Sections.read(sections, from: store, into: &read)
    try Sections.check(sections, read: read, areOf: saved, file: "a.safetensors")
    #expect(try JSONStore.texts(sections, of: read) == JSONStore.texts(sections, of: saved))
  }

  /// A file that has anything else than its checkpoint is not taken for it.
  @Test func eachDifferenceIsNoticed() throws {
    let saved = try makeCheckpoint()
    let changes: [(String, (inout Checkpoint) -> Void)] = [
      ("recurrent_state", { $0.recurrentState?.layers[0].values[0][1] = 0 }),
      ("stream", { $0.stream?.place = .rows }),
      ("training_state", { $0.training?.targetEpochs = 10 }),
      ("training_state/recurrent_state", { $0.trainingRecurrentState = nil }),
      ("kept_weights", { $0.keptWeights = nil }),
      (
        "history",
        {
          $0.training = nil
          $0.history = History(loss: [0.5], accuracy: [0.5])
        }
      ),
      ("changes", { $0.changes?[1].update = 4 }),
      ("quantiles", { $0.loss = .quantile([0.5]) }),
      ("vocabulary", { $0.vocabulary?.unknown = nil }),
      ("labels", { $0.labels = ["y", "x"] }),
      ("scaling", { $0.scaling?.residuals[0] = -0.1 }),
      ("task", { $0.task?.options.randomSeed = 1 }),
    ]
    #expect(changes.map(\.0) == Sections.all.map { $0.name })
    for (name, change) in changes {
      var other = saved
      change(&other)
      let sections = Sections.all.filter { $0.name == name }
      let error = #expect(throws: FileError.self) {
        try Sections.check(sections, read: other, areOf: saved, file: "a.h5")
      }
      #expect(error?.reason == "\(name): is not what was written")
    }
  }

  /// What is wrong is said of the member, in the words of its store.
  @Test(arguments: [
    ("next_values/1", #""next_values":[[1,2],[5]]"#, "must be steps of 2 numbers, has 1"),
    (
      "keys", #""keys":["a"],"next_values":[[1,2],[5,6]]"#,
      "must have a name for each of 2 series, has 1"
    ),
    ("last_values", #""last_values":[[1,2]]"#, "must have a row for each of 0 series, has 1"),
    ("rows_seen", #""rows_seen":-3"#, "is -3"),
    ("rows_seen", #""rows_seen":"3""#, "must be an integer"),
    ("moved", #""moved":1"#, "must be true or false"),
    ("sampler_position", #""sampler_seed":"3""#, "is missing"),
  ])
  func membersOfJSONAreNamed(member: String, text: String, reason: String) throws {
    var checkpoint = empty(try makeCheckpoint())
    let store = JSONStore(["stream": "{\(text)}"], isOurs: false, file: "a.safetensors")
    let error = #expect(throws: FileError.self) {
      try Sections.read(Sections.withoutTraining, from: store, into: &checkpoint)
    }
    #expect(error?.description == "a.safetensors: stream: \(member) \(reason)")
  }

  @Test func membersOfHDF5AreNamed() throws {
    var checkpoint = empty(try makeCheckpoint())
    for (change, reason) in [
      (
        { try $0.createGroup("stream").attributes.set("rows_seen", Int64(-3)) }, "@rows_seen: is -3"
      ),
      (
        { try $0.createGroup("stream").write("next_values/0", shape: [1], [Float(1)]) },
        "/next_values/0: must be steps of 2 numbers, has 1"
      ),
      ({ try $0.createGroup("stream").attributes.set("moved", "x") }, "@moved: is not a number"),
    ] as [((Group) throws -> Void, String)] {
      var bare = checkpoint
      bare.recurrentState = RecurrentState.zero(checkpoint.configuration)
      let error = #expect(throws: (any Error).self) {
        try inHDF5(bare, change) { try Sections.read(Sections.all, from: $0, into: &checkpoint) }
      }
      let text = error.map { "\($0)" } ?? ""
      #expect(text.hasSuffix(": /stream\(reason)"), "\(text)")
    }
  }

  /// A state that a model carries cannot be left out of a file of these tools.
  @Test func statesAreNotForgotten() throws {
    let saved = try makeCheckpoint()
    var bare = saved
    bare.recurrentState = nil
    var read = empty(saved)
    let error = #expect(throws: FileError.self) {
      try inHDF5(bare) { try Sections.read(Sections.all, from: $0, into: &read) }
    }
    #expect(error?.reason == "/recurrent_state: is missing")
  }
}
