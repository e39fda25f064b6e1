import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// New training that begins with a model that is there.
@Suite struct FineTuningTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func base(_ task: any LearningTask, batchSize: Int = 4) throws {
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize) = ([5], 2, batchSize)
    try folder.train(try TrainingRun(plan), "base.h5")
  }

  private func tuning(
    _ data: [String: [String]], _ change: (inout TrainingPlan) -> Void = { _ in }
  ) throws -> TrainingPlan {
    let path = folder.path("base.h5")
    var plan = TrainingPlan(try TaskRegistry.task(of: try ModelFile(path), on: data))
    plan.base = path
    plan.epochs = 2
    change(&plan)
    return plan
  }

  /// The weights of a model by layer and name, with their shapes.
  private func weights(
    _ parameters: ParameterStore<Float>
  ) -> [String: (shape: [Int], values: [Float])] {
    Dictionary(
      uniqueKeysWithValues: parameters.parameters.map {
        ("\($0.layer)/\($0.path)", ($0.shape, Array(parameters[$0])))
      })
  }

  /// With a frozen layer, clipped gradients and the best weights restored, it goes as in Keras: the file is that of
  /// `tools/keras/make_fine_tuning_reference.py`.
  @Test func itGoesAsInKeras() throws {
    let path = try #require(
      Bundle.module.path(forResource: "Reference/fine-tuning.h5", ofType: nil))
    var plan = TrainingPlan(
      ArraysTask(inputs: ["\(path):reference/inputs"], targets: ["\(path):reference/targets"]))
    (plan.base, plan.frozen) = (path, ["lstm"])
    (plan.epochs, plan.batchSize, plan.shuffle, plan.validationSplit) = (40, 6, false, 0.25)
    (plan.learningRate, plan.clipValue) = (0.05, 0.1)
    (plan.earlyStopping, plan.restoresBest) = (3, true)
    let run = try TrainingRun(plan)
    try folder.train(run, "tuned.h5")
    let losses = try Tensor(contentsOf: "\(path):reference/val_loss").values
    let found = try #require(run.trainer.progress.history.others["val_loss"])
    #expect(found.count == losses.count)
    for (one, two) in zip(found, losses) { #expect(abs(one - Double(two)) < 1e-4) }
    let tuned = try CheckpointFile.load(folder.path("tuned.h5"))
    for (index, parameter) in tuned.parameters.parameters.enumerated() {
      let expected = try Tensor(contentsOf: "\(path):reference/tuned/\(index)")
      #expect(parameter.shape == expected.shape)
      for (one, two) in zip(tuned.parameters[parameter], expected.values) {
        #expect(abs(one - two) < 1e-4, "\(parameter.layer)/\(parameter.name)")
      }
    }
    // In Keras' file too the layer is frozen.
    #expect(tuned.configuration.layers.first { $0.name == "lstm" }?["trainable"] == false)
    #expect(
      tuned.parameters.parameters.filter(\.isTrainable).map(\.layer).contains("lstm") == false)
  }

  /// New symbols get rows and columns behind the others, whose weights are those of the model, bit by bit; stopped and
  /// resumed is not stopped.
  @Test(arguments: [nil, 3], [true, false])
  func newSymbolsAreAppended(_ embedding: Int?, stateful: Bool) throws {
    var task = TextTask(files: [
      try folder.write(String(repeating: "abcab bca\n", count: 30), "old.txt")
    ])
    (task.sequenceLength, task.embedding, task.isStateful) = (5, embedding, stateful)
    try base(task)
    let new = try folder.write(String(repeating: "abxcab ybca\n", count: 30), "new.txt")
    do {
      _ = try TrainingRun(tuning(["text": [new]]))
      Issue.record("x and y are not known")
    } catch let error as FileError {
      #expect(error.file == new && error.remedies == [.newSymbols])
      #expect(error.reason.contains("2 symbols") && error.reason.contains(#""x", "y""#))
    }
    let plan = try tuning(["text": [new]]) { $0.addsSymbols = true }
    let begun = try TrainingRun(plan)
    #expect(begun.notes.count == 1 && begun.trainer.optimizer.iterations == 0)
    #expect(begun.trainer.progress.epoch == 0 && begun.trainer.progress.history.loss.isEmpty)
    let old = try CheckpointFile.load(folder.path("base.h5"))
    let (before, after) = (
      weights(old.parameters), weights(begun.trainer.model.parameters)
    )
    #expect(before.keys == after.keys)
    for (name, weight) in before {
      let grown = try #require(after[name])
      let (columns, more) = (weight.shape.last ?? 1, grown.shape.last ?? 1)
      for (index, value) in weight.values.enumerated() {
        #expect(grown.values[index / columns * more + index % columns] == value, "\(name)")
      }
      let growth = zip(grown.shape, weight.shape).map(-)
      switch name {
      case "dense/kernel": #expect(growth == [0, 2])
      case "dense/bias": #expect(growth == [2])
      case "embedding/embeddings": #expect(growth == [2, 0])
      case "lstm/lstm_cell/kernel": #expect(growth == [embedding == nil ? 2 : 0, 0])
      default: #expect(growth.allSatisfy { $0 == 0 }, "\(name)")
      }
    }
    try folder.train(begun, "whole.h5")
    try folder.train(try TrainingRun(plan), stopAfter: 4, "parts.h5")
    try folder.train(try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let tuned = try ModelFile(folder.path("whole.h5"))
    #expect(
      try #require(tuned.checkpoint.vocabulary).symbols
        == (try #require(old.vocabulary)).symbols + ["x", "y"])
    #expect(try tuned.symbols(seed: "xy", steps: 3).count == 3)
  }

  /// Where a vocabulary has an unknown symbol, what is not known is read as that, and a note says so.
  @Test func unknownSymbolsAreNoted() throws {
    var task = TextTask(
      files: [try folder.write(String(repeating: "one two three ", count: 200), "old.txt")],
      level: .word)
    (task.vocabularySize, task.sequenceLength) = (2, 4)
    try base(task)
    let new = try folder.write(String(repeating: "one four five ", count: 200), "new.txt")
    let run = try TrainingRun(tuning(["text": [new]]))
    #expect(run.notes.count == 1 && run.notes[0].contains("unknown symbol"), "\(run.notes)")
    try folder.train(run, "a.h5")
    #expect(
      try CheckpointFile.load(folder.path("a.h5")).vocabulary
        == CheckpointFile.load(folder.path("base.h5")).vocabulary)
  }

  @Test func layersAreFrozen() throws {
    var task = TextTask(files: [
      try folder.write(String(repeating: "abcab bca\n", count: 30), "old.txt")
    ])
    task.sequenceLength = 5
    try base(task)
    let new = try folder.write(String(repeating: "bcaab cab\n", count: 30), "new.txt")
    do {
      _ = try TrainingRun(tuning(["text": [new]]) { $0.frozen = ["lstm", "lstn"] })
      Issue.record("there is no such layer")
    } catch let error as ConfigurationError {
      #expect(error.description.contains("lstn") && error.description.contains("lstm, dense"))
    }
    #expect(throws: ConfigurationError.self) {
      try TrainingRun(tuning(["text": [new]]) { $0.frozen = ["lstm", "dense"] })
    }
    let plan = try tuning(["text": [new]]) { $0.frozen = ["lstm"] }
    try folder.train(try TrainingRun(plan), "whole.h5")
    try folder.train(try TrainingRun(plan), stopAfter: 3, "parts.h5")
    try folder.train(try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let (before, after) = (
      weights(try CheckpointFile.load(folder.path("base.h5")).parameters),
      weights(try CheckpointFile.load(folder.path("whole.h5")).parameters)
    )
    for (name, weight) in before {
      #expect((after[name]?.values == weight.values) == name.hasPrefix("lstm"), "\(name)")
    }
  }

  /// Series keep columns, horizon and the method of scaling; what is scaled is the new data's own training part.
  @Test func seriesGetTheirOwnScaling() throws {
    func rows(_ level: Double) -> String {
      "day,value\n" + (0..<60).map { "\($0),\(level + Double($0 % 4))\n" }.joined()
    }
    var task = SeriesTask(file: try folder.write(rows(10), "old.csv"), target: "value")
    (task.date, task.sequenceLength, task.scaling) = ("day", 4, .minMax)
    try base(task)
    let new = try folder.write(rows(500), "new.csv")
    let plan = try tuning(["csv": [new]]) { $0.epochs = 3 }
    try folder.train(try TrainingRun(plan), "whole.h5")
    try folder.train(try TrainingRun(plan), stopAfter: 4, "parts.h5")
    try folder.train(try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let scaling = try #require(try CheckpointFile.load(folder.path("whole.h5")).scaling)
    #expect(scaling.method == .minMax && scaling.offsets == [500] && scaling.scales == [3])
    let forecast = try SeriesPredictor(try ModelFile(folder.path("whole.h5")))
      .forecast(steps: 1, coverage: 0.9, key: nil)
    #expect(forecast[0].steps[0].date == "60")
  }

  @Test(arguments: ["labels", "tags"]) func newClassesAreAppended(_ kind: String) throws {
    let isTags = kind == "tags"
    func rows(_ words: [(String, String)]) -> String {
      (isTags ? "words,tags\n" : "word,kind\n")
        + (0..<40).map { number in
          let (word, label) = words[number % words.count]
          return isTags ? "\(word) \(word),\(label) O\n" : "\(word),\(label)\n"
        }.joined()
    }
    let old = try folder.write(rows([("aa", "X"), ("bb", "Y")]), "old.csv")
    let new = try folder.write(rows([("aa", "X"), ("cc", "A"), ("bb", "Z")]), "new.csv")
    try base(
      isTags
        ? TagsTask(file: old, sequence: "words", tags: "tags")
        : LabelsTask(file: old, sequence: "word", label: "kind"))
    do {
      _ = try TrainingRun(tuning(["sequences": [new]]))
      Issue.record("A and Z are not known")
    } catch let error as FileError {
      #expect(error.file == new && error.remedies == [.newSymbols])
      #expect(error.reason.contains(#""A", "Z""#), "\(error.reason)")
    }
    let plan = try tuning(["sequences": [new]]) { $0.addsSymbols = true }
    try folder.train(try TrainingRun(plan), "whole.h5")
    try folder.train(try TrainingRun(plan), stopAfter: 1, "parts.h5")
    try folder.train(try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let (before, after) = (
      try CheckpointFile.load(folder.path("base.h5")),
      try CheckpointFile.load(folder.path("whole.h5"))
    )
    #expect(try #require(after.labels) == (try #require(before.labels)) + ["A", "Z"])
    let symbols = try #require(after.vocabulary?.symbols)
    #expect(symbols == (try #require(before.vocabulary)).symbols + [isTags ? "cc" : "c"])
    #expect(after.configuration.outputUnits == after.labels?.count)
    #expect(
      try ModelFile(folder.path("whole.h5")).task().evaluate(
        try ModelFile(folder.path("whole.h5")), data: nil
      ).text.isEmpty == false)
  }

  @Test func otherKindsOfDataAreRefused() throws {
    var task = TextTask(files: [
      try folder.write(String(repeating: "abcab bca\n", count: 30), "old.txt")
    ])
    task.sequenceLength = 5
    try base(task)
    #expect(throws: ConfigurationError.self) { try tuning(["csv": ["x.csv"]]) }
    #expect(throws: ConfigurationError.self) { try tuning([:]) }
    var plan = TrainingPlan(LettersTask())
    plan.epochs = 1
    try folder.train(try TrainingRun(plan), "base.h5")
    #expect(throws: ConfigurationError.self) { try tuning(["text": [folder.path("old.txt")]]) }
  }
}
