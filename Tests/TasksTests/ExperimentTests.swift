import Checkpoints
import Foundation
import Tasks
import TestSupport
import Testing

@Suite struct ExperimentTests {
  @Test func dataAreTheTutorials() throws {
    let shapes = Experiment.all.map { experiment in
      let patterns = experiment.patterns(randomSeed: 7)
      return (
        experiment.name, patterns.count, experiment.framing.timeSteps, experiment.framing.features
      )
    }
    #expect(
      shapes.map { "\($0.0) [\($0.1), \($0.2), \($0.3)]" } == [
        "naive [25, 1, 1]", "window [23, 1, 3]", "timesteps [23, 3, 1]", "batch [25, 1, 1]",
        "stateful [25, 1, 1]", "variable [1000, 5, 1]",
      ])
    let stateful = Experiment.stateful
    #expect(stateful.patterns(randomSeed: 1).first == Pattern(symbols: [0], target: 1))
    #expect(stateful.patterns(randomSeed: 1).last == Pattern(symbols: [24], target: 25))
    // numpy: (numpy.arange(26) / 26.0).astype("float32")
    #expect(Experiment.alphabet.encode(1) == Float(0.03846154))
    #expect(Experiment.alphabet.encode(25) == Float(0.96153843))
  }

  @Test func randomRunsFollowTheTutorialsDistribution() throws {
    let variable = Experiment.variable
    let patterns = variable.patterns(randomSeed: 3)
    #expect(patterns == variable.patterns(randomSeed: 3))
    #expect(patterns != variable.patterns(randomSeed: 4))
    for pattern in patterns {
      let (first, last) = (pattern.symbols[0], pattern.symbols[pattern.symbols.count - 1])
      #expect((0...23).contains(first) && last < min(first + 5, 25) && pattern.target == last + 1)
      #expect(pattern.symbols == Array(first...last))
    }
    #expect(Set(patterns.map { $0.symbols[0] }) == Set(0...23))
    #expect(Set(patterns.map(\.symbols.count)) == Set(1...5))
    // 1000 starts, 24 equally likely: 41.7 each, standard deviation 6.3.
    for start in 0...23 {
      let count = patterns.filter { $0.symbols[0] == start }.count
      #expect((15...70).contains(count), "\(count) runs start at \(start)")
    }
    #expect(
      variable.framing.encode([3, 4], Experiment.alphabet)
        == [0, 0, 0, Experiment.alphabet.encode(3), Experiment.alphabet.encode(4)])
  }

  /// Stopped after each of several updates, saved, loaded and continued: the file that one run writes.
  @Test(arguments: Experiment.all.map(\.name))
  func stoppedAndResumedIsNotStopped(name: String) throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(try #require(Experiment.named(name))))
    plan.epochs = name == "variable" ? 2 : 6
    let whole = try TrainingRun(plan)
    try whole.train(saving: try CheckpointSchedule(path: folder.path("whole.h5")))

    let parts = folder.path("parts.h5")
    var stops = 0
    var run = try TrainingRun(plan)
    let every = max(1, run.trainer.updatesPerEpoch * 2 / 3)
    while true {
      var updates = 0
      let isFinished = try run.train(
        saving: try CheckpointSchedule(path: parts),
        shouldStop: {
          updates += 1
          return updates == every
        })
      if isFinished { break }
      stops += 1
      run = try TrainingRun(resuming: try ModelFile(parts), epochs: nil)
    }
    #expect(stops >= 2)
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("whole.h5")))
        == Data(contentsOf: URL(filePath: parts)))
  }

  @Test func furtherEpochsAreTheSameAsPlannedOnes() throws {
    let folder = try TemporaryFolder()
    for kerasVersion in KerasVersion.allCases {
      let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
      var plan = TrainingPlan(LettersTask(Experiment.stateful))
      (plan.epochs, plan.kerasVersion) = (9, kerasVersion)
      try TrainingRun(plan).train(
        saving: try CheckpointSchedule(path: whole))
      plan.epochs = 4
      try TrainingRun(plan).train(
        saving: try CheckpointSchedule(path: parts))
      let run = try TrainingRun(resuming: try ModelFile(parts), epochs: 5)
      try run.train(saving: try CheckpointSchedule(path: parts))
      #expect(
        try Data(contentsOf: URL(filePath: whole)) == Data(contentsOf: URL(filePath: parts)))
    }
  }

  @Test func statefulLearnsTheAlphabet() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.h5")
    let run = try TrainingRun(TrainingPlan(LettersTask(Experiment.stateful)))
    try run.train(saving: try CheckpointSchedule(path: path))
    let evaluation = try LettersEvaluation(try ModelFile(path))
    #expect(evaluation.accuracy == 1)
    #expect(evaluation.answers.allSatisfy { $0.target == $0.prediction })
    let alphabet = Experiment.alphabet.symbols
    #expect(evaluation.freeRuns[0].steps.map(\.input) == Array(alphabet.dropLast()))
    #expect(evaluation.freeRuns[0].steps.map(\.output) == Array(alphabet.dropFirst()))
    // A cold K is the start of a sequence: the letter after A comes.
    #expect(evaluation.freeRuns[1].steps[0].output == "B")
  }

  @Test func storedStreamsGoOn() throws {
    let folder = try TemporaryFolder()
    for batchSize in [1, 5] {
      let path = folder.path("a.h5")
      var plan = TrainingPlan(LettersTask(Experiment.stateful))
      (plan.epochs, plan.batchSize) = (20, batchSize)
      try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
      let trained = try CheckpointFile.load(path)

      let row = batchSize - 1
      let whole = try ModelFile(path).letters(seed: "AB", steps: 12, row: row)
      var parts: [LetterPredictor.Step]
      do {
        let file = try ModelFile(path, savingTo: path)
        parts = try file.letters(seed: "AB", steps: 5, row: row)
        try file.save()
      }
      parts += try ModelFile(path).letters(seed: nil, steps: 7, row: row)
      #expect(parts == whole)

      // Training goes on as if nothing had been predicted.
      let moved = try CheckpointFile.load(path)
      #expect(moved.recurrentState != trained.recurrentState)
      #expect(moved.trainingRecurrentState == trained.recurrentState)
    }
  }

  @Test func oldCheckpointsAreKeptAsAsked() throws {
    let folder = try TemporaryFolder()
    var plan = TrainingPlan(LettersTask(Experiment.stateful))
    plan.epochs = 5
    try TrainingRun(plan).train(
      saving: try CheckpointSchedule(path: folder.path("a.h5"), interval: .updates(25), keep: 2))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names == ["a-update-00000100.h5", "a-update-00000125.h5", "a.h5"])
    #expect(try CheckpointFile.load(folder.path("a-update-00000100.h5")).training?.epoch == 4)
  }

  /// The checkpoint that comes with the project.
  @Test func modelInTheRepositoryRecites() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../models/stateful.h5").standardized.path
    let steps = try ModelFile(path).letters(seed: "A", steps: 25)
    let alphabet = Experiment.alphabet.symbols
    #expect(steps.map(\.input) == Array(alphabet.dropLast()))
    #expect(steps.map(\.output) == Array(alphabet.dropFirst()))
  }
}
