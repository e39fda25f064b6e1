import Checkpoints
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Schedules, early stopping, validation and the rest: stopped and resumed is not stopped, byte by byte.
@Suite struct TrainingOptionsTests {
  struct Case: CustomStringConvertible, Sendable {
    let description: String
    let change: @Sendable (inout TrainingPlan) -> Void

    init(_ description: String, _ change: @escaping @Sendable (inout TrainingPlan) -> Void) {
      self.description = description
      self.change = change
    }
  }

  static let cases = [
    Case("step") { $0.course = .step(epochs: 2, factor: 0.5) },
    Case("exponential") { $0.course = .exponential(factor: 0.8) },
    Case("cosine with warm-up") { plan in
      plan.course = .cosine(epochs: 5)
      plan.warmUp = 7
    },
    Case("plateau") { $0.course = .plateau(patience: 1, factor: 0.5) },
    Case("early stopping") { plan in
      plan.earlyStopping = 2
      plan.learningRate = 0.03
    },
    Case("dropout and clipped gradients") { plan in
      plan.dropout = 0.3
      plan.clipNorm = 0.1
      plan.units = [8, 8]
    },
    Case("validation now and then, metrics, class weights, another optimizer") { plan in
      plan.validateEvery = 2
      plan.metrics = [.topFiveAccuracy]
      plan.classWeights = (0..<26).map { 1 + Float($0 % 3) }
      plan.optimizer = "rmsprop"
    },
  ]

  @Test(arguments: cases)
  func stoppedAndResumedIsNotStopped(_ options: Case) throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(.timesteps))
    plan.units = [8]
    plan.epochs = 9
    plan.validationSplit = 0.2
    plan.learningRate = 0.01
    options.change(&plan)
    let whole = try TrainingRun(plan)
    try whole.train(
      saving: try CheckpointSchedule(
        path: folder.path("whole.h5"), bestPath: folder.path("whole-best.h5")))

    let parts = folder.path("parts.h5")
    func saving() throws -> CheckpointSchedule {
      try CheckpointSchedule(path: parts, bestPath: folder.path("parts-best.h5"))
    }
    var run = try TrainingRun(plan)
    var stops = 0
    while true {
      var updates = 0
      let isFinished = try run.train(
        saving: try saving(),
        shouldStop: {
          updates += 1
          return updates == 25
        })
      if isFinished { break }
      stops += 1
      run = try TrainingRun(resuming: try ModelFile(parts), epochs: nil)
    }
    #expect(stops >= 2)
    for name in [".h5", "-best.h5"] {
      #expect(
        try Data(contentsOf: URL(filePath: folder.path("whole" + name)))
          == Data(contentsOf: URL(filePath: folder.path("parts" + name))))
    }
    let history = whole.trainer.progress.history
    let validation = try #require(history.others["val_loss"])
    let measured = validation.filter { !$0.isNaN }
    #expect(measured.count == history.loss.count / plan.validateEvery)
    // The best checkpoint is that of the epoch with the least loss.
    let best = try CheckpointFile.load(folder.path("whole-best.h5"))
    #expect(best.history?.last("val_loss") == measured.min())
    if plan.course != nil {
      #expect(Set(try #require(history.others["learning_rate"])).count >= 3)
    }
    if let patience = plan.earlyStopping {
      // As keras.callbacks.EarlyStopping: it ends so many epochs after the best one.
      let least = try #require(validation.min())
      let place = try #require(validation.firstIndex(of: least))
      #expect(history.loss.count < plan.epochs ?? 0 && validation.count == place + 1 + patience)
    }
  }

  /// What a log has after a run that was killed and resumed is what it has after one run.
  @Test func logsGoOn() throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(.batch))
    plan.epochs = 6
    plan.metrics = [.topFiveAccuracy]
    func train(_ run: TrainingRun, log name: String, to checkpoint: String) throws {
      let log = try TrainingLog(folder.path(name))
      try log.begin(run.trainer)
      try run.train(
        saving: try CheckpointSchedule(path: folder.path(checkpoint)),
        didUpdate: { if $0 { try log.add(run.trainer) } })
    }
    for suffix in ["csv", "jsonl"] {
      plan.epochs = 6
      try train(try TrainingRun(plan), log: "whole.\(suffix)", to: "a.h5")
      plan.epochs = 4
      try train(try TrainingRun(plan), log: "parts.\(suffix)", to: "b.h5")
      let file = folder.path("b.h5")
      let resumed = try TrainingRun(
        resuming: try ModelFile(file), epochs: 2)
      try train(resumed, log: "parts.\(suffix)", to: "b.h5")
      let text = try String(contentsOfFile: folder.path("whole.\(suffix)"), encoding: .utf8)
      #expect(try String(contentsOfFile: folder.path("parts.\(suffix)"), encoding: .utf8) == text)
      #expect(text.split(separator: "\n").count == (suffix == "csv" ? 7 : 6))
    }
    #expect(throws: ConfigurationError.self) { try TrainingLog("log.txt") }
  }

  /// Texts that a model writes are in the log, those after an epoch in its line; a run that was killed, and had written
  /// more by then than its checkpoint has, goes on with the log where that is.
  @Test(arguments: ["csv", "jsonl"]) func samplesAreLogged(suffix: String) throws {
    let folder = try TemporaryFolder()
    var task = TextTask(
      files: [try folder.write(String(repeating: "ab, \"cd\"\n", count: 60), "text.txt")])
    task.sequenceLength = 10
    var plan = TrainingPlan(task)
    (plan.units, plan.batchSize, plan.epochs) = ([4], 4, 3)
    func train(_ run: TrainingRun, log name: String, stopAfter: Int? = nil) throws {
      let log = try TrainingLog(folder.path(name), hasSamples: true)
      let preview = try TextPreview(of: run, seed: nil, length: 12)
      try log.begin(run.trainer)
      var updates = 0
      try run.train(
        saving: try CheckpointSchedule(path: folder.path("a.h5")),
        shouldStop: { updates == stopAfter },
        didUpdate: { endedEpoch in
          updates += 1
          if endedEpoch || run.trainer.optimizer.iterations % 3 == 0 {
            try log.add(sample: try preview.text(), run.trainer, endedEpoch: endedEpoch)
          }
          if endedEpoch { try log.add(run.trainer) }
        })
    }
    try train(try TrainingRun(plan), log: "whole.\(suffix)")
    let whole = try String(decoding: folder.bytes("whole.\(suffix)"), as: UTF8.self)
    let samples = try LoggedSample.all(
      of: folder.path("whole.\(suffix)"), isJSON: suffix == "jsonl")
    let perEpoch = try TrainingRun(plan).trainer.updatesPerEpoch
    #expect(samples.count { $0.update == nil } == 3)
    #expect(
      samples.compactMap(\.update)
        == (1...3 * perEpoch).filter { $0 % 3 == 0 && $0 % perEpoch != 0 })
    #expect(samples.allSatisfy { $0.text.hasPrefix("ab, \"cd\"\na") && $0.text.count == 22 })

    try train(try TrainingRun(plan), log: "parts.\(suffix)", stopAfter: perEpoch + 4)
    let saved = try folder.bytes("a.h5")
    let resumed = { try TrainingRun(resuming: try ModelFile(folder.path("a.h5"))) }
    // What this run writes is lost with it.
    try train(try resumed(), log: "parts.\(suffix)", stopAfter: 5)
    try saved.write(to: folder.url.appending(path: "a.h5"))
    try train(try resumed(), log: "parts.\(suffix)")
    #expect(try String(decoding: folder.bytes("parts.\(suffix)"), as: UTF8.self) == whole)
  }
}
