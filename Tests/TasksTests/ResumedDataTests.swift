import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Training that goes on where the data are not what, or not where, they were.
@Suite struct ResumedDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func series(_ rows: Range<Int>) -> String {
    rows.map { "\($0),\(5 + sin(Double($0)))\n" }.joined()
  }

  private static func text(_ words: Range<Int>) -> String {
    words.map { ["one", "two", "three", "four"][$0 * $0 % 4] + ($0 % 9 == 0 ? "\n" : " ") }.joined()
  }

  /// A kind of task with data that can grow.
  struct Kind: CustomStringConvertible, Sendable {
    let description: String
    let name: String
    let first, more, other: String
    let task: @Sendable (String) -> any LearningTask
  }

  static let kinds: [Kind] = [
    Kind(
      description: "series", name: "csv", first: "day,value\n" + series(0..<60),
      more: series(60..<80), other: "day,value\n" + series(100..<150)
    ) { path in
      var task = SeriesTask(file: path, target: "value")
      task.date = "day"
      task.sequenceLength = 5
      return task
    },
    Kind(
      description: "stateful text", name: "text", first: text(0..<120) + "\n", more: text(1..<90),
      other: text(40..<160)
    ) { path in
      var task = TextTask(files: [path])
      task.sequenceLength = 6
      return task
    },
    Kind(
      description: "labels", name: "sequences",
      first: "word,kind\n" + (0..<40).map { "abab\($0),\($0 % 2)\n" }.joined(),
      more: (0..<9).map { "ba\($0),\($0 % 2)\n" }.joined(),
      other: "word,kind\n" + (0..<30).map { "aa\($0),\($0 % 2)\n" }.joined()
    ) { LabelsTask(file: $0, sequence: "word", label: "kind") },
    Kind(
      description: "tags", name: "sequences",
      first: "words,tags\n" + (0..<40).map { "a b\($0 % 3),X Y\n" }.joined(),
      more: (0..<9).map { "b\($0 % 3) a,Y X\n" }.joined(),
      other: "words,tags\n" + (0..<30).map { "a b\($0 % 3) a,X Y X\n" }.joined()
    ) { TagsTask(file: $0, sequence: "words", tags: "tags") },
  ]

  /// Trains for some updates, and saves.
  private func train(_ task: any LearningTask, stopAfter: Int? = nil, _ name: String) throws {
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize) = ([4], 3, 4)
    try folder.train(try TrainingRun(plan), stopAfter: stopAfter, name)
  }

  private func resume(
    _ name: String, _ data: [String: [String]], epochs: Int? = nil
  ) throws -> TrainingRun {
    var changes = ResumeChanges()
    changes.data = data
    return try TrainingRun(
      resuming: try ModelFile(folder.path(name)), epochs: epochs, changes: changes)
  }

  /// In the middle of an epoch too, moved data go on as if they had always been where they are.
  @Test(arguments: kinds) func movedDataGoOnExactly(_ kind: Kind) throws {
    let (old, new) = (
      try folder.write(kind.first, "old.data"), try folder.write(kind.first, "new.data")
    )
    try train(kind.task(new), "whole.h5")
    try train(kind.task(old), stopAfter: 5, "parts.h5")
    try FileManager.default.removeItem(atPath: old)
    do {
      _ = try resume("parts.h5", [:])
      Issue.record("the old place was not looked at")
    } catch let error as FileError {
      #expect(error.kind == .noInput && error.file == old)
      #expect(error.remedies.map(\.dataName) == [kind.name])
    }
    let run = try resume("parts.h5", [kind.name: [new]])
    #expect(run.notes.count == 1 && run.notes[0].contains("exactly"))
    try folder.train(run, stopAfter: 2, "parts.h5")
    // From now on they are known to be there.
    try folder.train(try resume("parts.h5", [:]), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
  }

  /// A finished run learns where its data are, and nothing else of it changes.
  @Test(arguments: kinds) func finishedRunsLearnTheNewPlace(_ kind: Kind) throws {
    let (old, new) = (
      try folder.write(kind.first, "old.data"), try folder.write(kind.first, "new.data")
    )
    try train(kind.task(new), "whole.h5")
    try train(kind.task(old), "parts.h5")
    try folder.train(try resume("parts.h5", [kind.name: [new]]), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
  }

  /// Grown data and others begin a new epoch: weights, optimizer and history are those of the file.
  @Test(arguments: kinds, ["grown", "other"])
  func otherDataBeginAnEpoch(_ kind: Kind, _ change: String) throws {
    let path = try folder.write(kind.first, "a.data")
    try train(kind.task(path), stopAfter: 5, "a.h5")
    let isGrown = change == "grown"
    let new = try folder.write(isGrown ? kind.first + kind.more : kind.other, "a.data")
    do {
      _ = try resume("a.h5", [:])
      Issue.record("the data were not looked at")
    } catch let error as FileError {
      #expect(error.kind == .invalid && error.file == path)
      #expect(error.reason.contains(isGrown ? "has grown" : "has changed"))
      #expect(error.remedies.map(\.dataName) == [kind.name])
    }
    let before = try CheckpointFile.load(folder.path("a.h5"))
    let progress = try #require(before.training)
    #expect(progress.updateInEpoch > 0 || progress.epoch > 0)
    let run = try resume("a.h5", [kind.name: [new]], epochs: 2)
    #expect(run.notes.count == 1, "\(run.notes)")
    #expect(run.notes[0].contains(isGrown ? "has grown" : "is not what"))
    let now = run.trainer.progress
    #expect(now.updateInEpoch == 0 && now.rowsSeen == 0 && now.epoch == progress.epoch)
    #expect(now.history == progress.history && now.best.value == nil)
    #expect(run.trainer.optimizer.iterations == 5)
    for parameter in before.parameters.parameters {
      let found = try #require(
        run.trainer.model.parameters.parameter(layer: parameter.layer, name: parameter.name))
      #expect(
        run.trainer.model.parameters[found].elementsEqual(before.parameters[parameter]))
    }
    // Stopped and resumed is not stopped, with the new data too.
    try folder.train(run, "whole.h5")
    try folder.train(try resume("a.h5", [kind.name: [new]], epochs: 2), stopAfter: 3, "parts.h5")
    try folder.train(try resume("parts.h5", [:]), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let after = try CheckpointFile.load(folder.path("whole.h5"))
    #expect(after.vocabulary == before.vocabulary && after.labels == before.labels)
    #expect(after.scaling?.offsets == before.scaling?.offsets)
    #expect(after.training?.epoch == progress.epoch + 2)
  }

  /// A series that comes new gets a scaling fitted to its own training rows; the others keep theirs.
  @Test func newSeriesGetScalings() throws {
    func rows(_ key: String, _ level: Double) -> String {
      (0..<40).map { "\(key),\(level + Double($0 % 5))\n" }.joined()
    }
    let path = try folder.write("key,value\n" + rows("a", 10) + rows("b", 100), "keys.csv")
    var task = SeriesTask(file: path, target: "value")
    (task.key, task.sequenceLength, task.scaling) = ("key", 4, .standard)
    try train(task, "keys.h5")
    let old = try #require(try CheckpointFile.load(folder.path("keys.h5")).scaling)
    let new = try folder.write("key,value\n" + rows("b", 300) + rows("c", 1000), "new.csv")
    try folder.train(try resume("keys.h5", ["csv": [new]], epochs: 1), "keys.h5")
    let scaling = try #require(try CheckpointFile.load(folder.path("keys.h5")).scaling)
    #expect(scaling.keys == ["a", "b", "c"] && Array(scaling.offsets.prefix(2)) == old.offsets)
    // The mean of 32 rows for training, of 0 1 2 3 4 again and again: 6 × 10 + 0 + 1 of 32.
    #expect(abs(scaling.offsets[2] - (1000 + 61.0 / 32)) < 1e-9)
    let file = try ModelFile(folder.path("keys.h5"))
    #expect(try SeriesPredictor(file).forecast(steps: 1, coverage: 0.9, key: "c").count == 1)
  }

  @Test func arraysAreComparedByTheirValues() throws {
    let x = try Tensor(shape: [12, 3, 1], values: (0..<36).map { Float($0) / 36 })
    let y = try Tensor(shape: [12, 1], values: (0..<12).map { Float($0) / 12 })
    let (inputs, targets) = (folder.path("x.npy"), folder.path("y.npy"))
    try x.write(to: inputs)
    try y.write(to: targets)
    let configuration = ModelConfiguration.regressor(
      RecurrentStack(units: [3]), outputs: 1, timeSteps: 3, features: 1)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    let model = folder.path("model.h5")
    try CheckpointFile.save(
      Checkpoint(
        parameters: parameters, optimizer: try Optimizer(.adam(), parameters: parameters),
        loss: .meanSquaredError, recurrentState: nil), to: model, lock: try FileLock(model))
    let task = ArraysTask(model: model, inputs: [inputs], targets: [targets])
    try train(task, stopAfter: 4, "a.h5")
    let moved = folder.path("moved.npy")
    try FileManager.default.moveItem(atPath: inputs, toPath: moved)
    #expect(try resume("a.h5", ["inputs": [moved]]).notes[0].contains("exactly"))
    try Tensor(shape: [12, 3, 1], values: [7] + x.values.dropFirst()).write(to: inputs)
    #expect(throws: FileError.self) { try resume("a.h5", [:]) }
    #expect(try resume("a.h5", ["inputs": [inputs]]).trainer.progress.updateInEpoch == 0)
  }

  @Test func dataOfAnotherKindAreRefused() throws {
    let path = try folder.write(Self.kinds[0].first, "rows.csv")
    try train(Self.kinds[0].task(path), "a.h5")
    #expect(throws: ConfigurationError.self) { try resume("a.h5", ["text": [path]], epochs: 1) }
    // All epochs are done, so that other data would do nothing.
    let other = try folder.write(Self.kinds[0].other, "other.csv")
    #expect(throws: ConfigurationError.self) { try resume("a.h5", ["csv": [other]]) }
  }

  /// A live stream is lost only where somebody says so; kept, it answers on as if nothing had been trained but the
  /// weights.
  @Test(arguments: [false, true]) func liveStreamsNeedAChoice(stateful: Bool) throws {
    var task = SeriesTask(file: try folder.write(Self.kinds[0].first, "rows.csv"), target: "value")
    (task.sequenceLength, task.isStateful) = (5, stateful)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs) = ([4], 2)
    try folder.train(try TrainingRun(plan), "a.h5")
    do {
      let path = folder.path("a.h5")
      let stream = try LiveStream(try ModelFile(path, savingTo: path), learns: true)
      for (number, row) in ["5.5", "4.5", "5"].enumerated() {
        var answer: [UInt8] = []
        try Array(row.utf8).withUnsafeBufferPointer {
          try stream.answer($0, number: number + 1, adding: &answer)
        }
      }
      try stream.save()
    }
    func resume(_ choice: ResumeChanges.Stream?, inPlace: Bool) throws -> TrainingRun {
      var changes = ResumeChanges()
      (changes.stream, changes.savesInPlace) = (choice, inPlace)
      return try TrainingRun(
        resuming: try ModelFile(folder.path("a.h5")), epochs: 2, changes: changes)
    }
    do {
      _ = try resume(nil, inPlace: true)
      Issue.record("the stream would be lost")
    } catch let error as ConfigurationError { #expect(error.remedies == [.stream]) }
    #expect(try resume(nil, inPlace: false).endedStream?.rowsSeen == 3)
    try folder.train(try resume(.ended, inPlace: true), "ended.h5")
    try folder.train(try resume(.kept, inPlace: true), "kept.h5")
    let (before, ended, kept) = (
      try CheckpointFile.load(folder.path("a.h5")),
      try CheckpointFile.load(folder.path("ended.h5")),
      try CheckpointFile.load(folder.path("kept.h5"))
    )
    #expect(ended.movedStream == nil)
    #expect(kept.stream == before.stream && kept.recurrentState == before.recurrentState)
    #expect(kept.trainingRecurrentState == (stateful ? ended.recurrentState : nil))
    for (one, two) in zip(ended.parameters.parameters, kept.parameters.parameters) {
      #expect(ended.parameters[one].elementsEqual(kept.parameters[two]))
    }
    // Kept once more, in parts.
    var changes = ResumeChanges()
    changes.stream = .kept
    func more(_ name: String, _ epochs: Int?, stopAfter: Int? = nil, to: String) throws {
      try folder.train(
        try TrainingRun(
          resuming: try ModelFile(folder.path(name)), epochs: epochs, changes: changes),
        stopAfter: stopAfter, to)
    }
    try more("kept.h5", 2, to: "whole.h5")
    try more("kept.h5", 2, stopAfter: 3, to: "parts.h5")
    try more("parts.h5", nil, to: "parts.h5")
    #expect(try folder.bytes("whole.h5") == folder.bytes("parts.h5"))
  }
}
