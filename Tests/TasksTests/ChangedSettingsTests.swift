import Checkpoints
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Runs that go on with other settings: exact, and remembered.
@Suite struct ChangedSettingsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func resume(
    _ name: String, epochs: Int? = nil, _ change: (inout ResumeChanges) -> Void = { _ in }
  ) throws -> TrainingRun {
    var changes = ResumeChanges()
    change(&changes)
    return try TrainingRun(
      resuming: try ModelFile(folder.path(name)), epochs: epochs, changes: changes)
  }

  /// The 23 samples of an experiment in batches of 4, with a dropout layer; six epochs are planned, and the run was
  /// stopped in the third.
  private func begin(_ change: (inout TrainingPlan) -> Void = { _ in }) throws {
    var plan = TrainingPlan(LettersTask(.timesteps))
    (plan.units, plan.epochs, plan.batchSize) = ([8], 6, 4)
    (plan.validationSplit, plan.learningRate, plan.dropout) = (0.2, 0.01, 0.1)
    change(&plan)
    try folder.train(try TrainingRun(plan), stopAfter: 12, "a.h5")
  }

  struct Case: CustomStringConvertible, Sendable {
    let description: String
    /// The setting that the checkpoint is to remember, before and after.
    let change: [String]
    let apply: @Sendable (inout ResumeChanges) -> Void
  }

  static let cases = [
    Case(description: "learning rate", change: ["learning_rate", "0.01", "0.002"]) {
      $0.learningRate = 0.002
    },
    Case(
      description: "cosine over what is left",
      change: ["schedule", "learning rate 0.01", "cosine:4 from 0.01"]
    ) { $0.followsCosine = true },
    Case(
      description: "steps with warm-up",
      change: ["schedule", "learning rate 0.01", "step:1,0.5 from 0.02, warm-up 3"]
    ) { changes in
      changes.course = .step(epochs: 1, factor: 0.5)
      (changes.learningRate, changes.warmUp) = (0.02, 3)
    },
    Case(description: "norm", change: ["clipping", "none", "global_clipnorm 0.5"]) {
      $0.clipNorm = 0.5
    },
    Case(description: "value", change: ["clipping", "none", "clipvalue 0.01"]) {
      $0.clipValue = 0.01
    },
    Case(description: "dropout", change: ["dropout", "0.1", "0.4"]) { $0.dropout = 0.4 },
    Case(description: "batch size", change: ["batch_size", "4", "3"]) { $0.batchSize = 3 },
    Case(description: "early stopping", change: ["early_stopping", "none", "2"]) {
      $0.earlyStopping = 2
    },
  ]

  /// Stopped and resumed once more is not stopped, byte by byte, and what was changed is remembered with its place.
  @Test(arguments: cases) func changedAndResumedIsExact(_ test: Case) throws {
    try begin()
    try folder.train(try resume("a.h5", test.apply), "whole.h5")
    var run = try resume("a.h5", test.apply)
    for stop in [2, 4] {
      try folder.train(run, stopAfter: stop, "parts.h5")
      run = try resume("parts.h5")
    }
    try folder.train(run, "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let changes = try #require(try CheckpointFile.load(folder.path("whole.h5")).changes)
    #expect(
      changes == [
        SettingChange(
          epoch: 2, update: 2, setting: test.change[0], before: test.change[1],
          after: test.change[2])
      ])
    // Without it the run is another one.
    try folder.train(try resume("a.h5"), "same.h5")
    #expect(try folder.bytes("same.h5") != folder.bytes("whole.h5"))
    #expect(try CheckpointFile.load(folder.path("same.h5")).changes == nil)
  }

  /// The rates of the updates that follow, worked out by hand: 19 samples in batches of 4 are 5 updates an epoch, and the
  /// schedule begins after 2 epochs and 2 updates.
  @Test func schedulesBeginWhereTheyAreGiven() throws {
    try begin()
    let run = try resume("a.h5") { changes in
      changes.course = .step(epochs: 1, factor: 0.5)
      (changes.learningRate, changes.warmUp) = (0.02, 4)
    }
    var rates = [run.trainer.optimizer.learningRate]
    for _ in 0..<11 {
      try run.trainer.update()
      rates.append(run.trainer.optimizer.learningRate)
    }
    #expect(rates == [0, 0.005, 0.01, 0.015, 0.02, 0.02, 0.02, 0.02, 0.02, 0.01, 0.01, 0.01])
  }

  /// A larger batch begins a new epoch of the same samples; at the end of an epoch nothing is left.
  @Test func batchSizesLeaveTheEpoch() throws {
    try begin()
    let run = try resume("a.h5") { $0.batchSize = 7 }
    #expect(run.trainer.progress.updateInEpoch == 0 && run.trainer.updatesPerEpoch == 3)
    #expect(run.notes.count == 1 && run.notes[0].contains("after 2 updates"))
    #expect(throws: ConfigurationError.self) { try resume("a.h5") { $0.batchSize = 0 } }
  }

  /// A state that is carried has as many rows as batches have.
  @Test func batchSizesOfCarriedStates() throws {
    let text = folder.path("text.txt")
    try Data(String(repeating: "abcde fghij\n", count: 30).utf8).write(to: URL(filePath: text))
    var task = TextTask(files: [text])
    task.sequenceLength = 6
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize) = ([4], 3, 4)
    try folder.train(try TrainingRun(plan), stopAfter: 5, "a.h5")
    let change: (inout ResumeChanges) -> Void = { $0.batchSize = 2 }
    try folder.train(try resume("a.h5", change), "whole.h5")
    try folder.train(try resume("a.h5", change), stopAfter: 4, "parts.h5")
    try folder.train(try resume("parts.h5"), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    let checkpoint = try CheckpointFile.load(folder.path("whole.h5"))
    #expect(checkpoint.recurrentState?.batch == 2 && checkpoint.stream?.symbols?.next.count == 2)
  }

  /// As keras.callbacks.EarlyStopping(restore_best_weights=True): when the run ends, early or not, the model has the
  /// weights with which the validation loss was the least. Training that goes on does so from the last ones.
  @Test(arguments: [(9, 2), (9, 100), (40, 3)])
  func bestWeightsAreRestored(_ numbers: (epochs: Int, patience: Int)) throws {
    func plan(restores: Bool) -> TrainingPlan {
      var plan = TrainingPlan(LettersTask(.timesteps))
      (plan.units, plan.epochs, plan.batchSize) = ([8], numbers.epochs, 4)
      (plan.validationSplit, plan.learningRate) = (0.2, 0.05)
      (plan.earlyStopping, plan.restoresBest) = (numbers.patience, restores)
      return plan
    }
    let whole = try TrainingRun(plan(restores: true))
    try folder.train(whole, "whole.h5")
    // The best checkpoint of a run that restores nothing.
    let plain = try TrainingRun(plan(restores: false))
    try plain.train(
      saving: try CheckpointSchedule(
        path: folder.path("plain.h5"), bestPath: folder.path("best.h5")))
    let (restored, best, last) = (
      try CheckpointFile.load(folder.path("whole.h5")),
      try CheckpointFile.load(folder.path("best.h5")),
      try CheckpointFile.load(folder.path("plain.h5"))
    )
    #expect(restored.history == last.history)
    #expect(restored.parameters.snapshot == best.parameters.snapshot)
    let losses = try #require(restored.history?.others["val_loss"])
    let least = try #require(losses.min())
    #expect(whole.trainer.bestEpoch == losses.firstIndex(of: least).map { $0 + 1 })
    // Measured again, it is the least loss.
    let evaluation = try LossEvaluation(
      try ModelFile(folder.path("whole.h5")), task: LettersTask(.timesteps))
    #expect(evaluation.result.loss == least)
    #expect(
      try #require(restored.keptWeights).snapshot(of: restored.parameters)
        == last.parameters.snapshot)

    // In parts.
    var run = try TrainingRun(plan(restores: true))
    while true {
      try folder.train(run, stopAfter: 13, "parts.h5")
      if run.trainer.progress.isFinished { break }
      run = try resume("parts.h5")
    }
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    // Further epochs go on from the last weights, not from the best ones.
    try folder.train(try resume("whole.h5", epochs: 3), "more.h5")
    try folder.train(try resume("plain.h5", epochs: 3), "more-plain.h5")
    let (more, morePlain) = (
      try CheckpointFile.load(folder.path("more.h5")),
      try CheckpointFile.load(folder.path("more-plain.h5"))
    )
    #expect(more.history == morePlain.history)
  }

  /// Restoring that is asked for later looks for the best epoch from there on.
  @Test func restoringCanBeginLater() throws {
    try begin()
    #expect(throws: ConfigurationError.self) { try resume("a.h5") { $0.restoresBest = true } }
    let change: (inout ResumeChanges) -> Void = { changes in
      (changes.restoresBest, changes.earlyStopping, changes.learningRate) = (true, 2, 0.1)
    }
    let whole = try resume("a.h5", epochs: 8, change)
    try folder.train(whole, "whole.h5")
    try folder.train(try resume("a.h5", epochs: 8, change), stopAfter: 6, "parts.h5")
    try folder.train(try resume("parts.h5"), "parts.h5")
    #expect(try folder.bytes("parts.h5") == folder.bytes("whole.h5"))
    #expect(try #require(whole.trainer.bestEpoch) > 2)
    #expect(
      try CheckpointFile.load(folder.path("whole.h5")).changes?.map(\.setting)
        == ["learning_rate", "early_stopping", "restore_best"])
  }

  /// More patience lets a run that was stopped early go on to its planned end.
  @Test func patienceCanGrow() throws {
    try begin { plan in (plan.earlyStopping, plan.learningRate, plan.epochs) = (1, 0.3, 30) }
    try folder.train(try resume("a.h5"), "stopped.h5")
    let stopped = try #require(try CheckpointFile.load(folder.path("stopped.h5")).training)
    #expect(stopped.isStoppedEarly && stopped.epoch < 30)
    #expect(throws: ConfigurationError.self) { try resume("stopped.h5") { $0.learningRate = 1 } }
    let run = try resume("stopped.h5") { $0.earlyStopping = 0 }
    try folder.train(run, "a.h5")
    #expect(run.trainer.progress.epoch == 30)
  }

  @Test func goalsAreReadAndReached() throws {
    let history = History(loss: [2, 0.5], accuracy: [0, 0.25], others: ["val_loss": [1, .nan]])
    #expect(try TrainingGoal("loss=0.5").reached(in: history) == 0.5)
    #expect(try TrainingGoal("loss=0.49").reached(in: history) == nil)
    #expect(try TrainingGoal("accuracy=0.25").reached(in: history) == 0.25)
    #expect(try TrainingGoal("accuracy=.3").reached(in: history) == nil)
    #expect(try TrainingGoal("val_loss=2").reached(in: history) == nil)
    for text in ["loss", "=1", "loss=", "loss=x", "loss=nan"] {
      #expect(throws: ConfigurationError.self) { try TrainingGoal(text) }
    }
  }
}
