import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Pairs of texts are learnt, stored, written and measured; numbers from Keras 3.15.1, by
/// `tools/pairs/make_reference.py`.
@Suite struct PairsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  // MARK: Beside Keras

  private struct Reference: Decodable {
    struct Pair: Decodable { let source, target: [Int32] }
    struct Model: Decodable {
      let outputs: [Float]
      let greedy: [[Int]]
      let losses: [Double]
      let layers: [String]
    }
    let pairs: [Pair]
    let models: [String: Model]
  }

  private func path(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Reference/pairs/\(name)", ofType: nil))
  }

  private func reference() throws -> Reference {
    try JSONDecoder().decode(
      Reference.self, from: Data(contentsOf: URL(filePath: try path("pairs.json"))))
  }

  private static func stack(_ name: String) -> RecurrentStack {
    var stack =
      switch name {
      case "gru": RecurrentStack(.gru, units: [4, 3], isBidirectional: true)
      case "simple_rnn": RecurrentStack(.simpleRNN, units: [4])
      default: RecurrentStack(units: [5])
      }
    stack.hasAttention = name != "lstm"
    return stack
  }

  @Test(arguments: ["lstm", "gru", "simple_rnn"])
  func modelsAreKerasOwn(name: String) throws {
    let reference = try reference()
    let expected = try #require(reference.models[name])
    let checkpoint = try CheckpointFile.load(try path("\(name).keras"))
    // What a new model is.
    let own = EncoderDecoder(
      Self.stack(name), sourceSymbols: 7, targetSymbols: 9, embedding: 4, ignoresMask: true
    ).configuration
    // Weights that are read need no initializer, and Keras writes both directions out.
    func compared(_ model: ModelConfiguration) -> [LayerConfiguration] {
      model.layers.map { layer in
        var layer = layer
        layer.options["embeddings_initializer"] = nil
        if layer.className == "Bidirectional" { layer.options = [:] }
        return layer
      }
    }
    #expect(compared(own) == compared(checkpoint.configuration))
    #expect(own.inputs == checkpoint.configuration.inputs)
    #expect(own.layers.map(\.name).filter(expected.layers.contains) == expected.layers)

    // What it gives, and how it learns.
    let pairs = reference.pairs
    let (before, behind) = (5, 5)
    let read = pairs.flatMap {
      [Float](repeating: 0, count: before - $0.source.count) + $0.source.map(Float.init)
    }
    func padded(_ numbers: [Int32]) -> [Int32] {
      numbers + [Int32](repeating: 0, count: behind - numbers.count)
    }
    let dataset = try SequenceDataset(
      samples: pairs.count,
      inputs: [
        InputArray(timeSteps: before, features: 1, values: read),
        InputArray(
          timeSteps: behind, features: 1,
          values: pairs.flatMap { padded([2] + $0.target) }.map(Float.init)),
      ],
      targets: [TargetArray(steps: behind, classes: pairs.flatMap { padded($0.target + [3]) })])
    let model = try Sequential(
      parameters: checkpoint.parameters, batch: pairs.count, steps: [before, behind])
    try BatchTargets(of: dataset, for: model, losses: [checkpoint.loss]).load(
      dataset, order: nil, first: 0, rows: pairs.count, into: model)
    let outputs = model.forward(rows: pairs.count)
    for (sample, pair) in pairs.enumerated() {
      for step in 0...pair.target.count {
        for unit in 0..<9 {
          let found = outputs[(step * pairs.count + sample) * 9 + unit]
          #expect(abs(found - expected.outputs[(sample * behind + step) * 9 + unit]) < 1e-6)
        }
      }
    }

    let models = try DecodingModels(checkpoint.configuration)
    for (pair, target) in zip(pairs, expected.greedy) {
      for beams in [0, 1] {
        let decoder = try PairDecoder(
          models, checkpoint.parameters, sources: 1, steps: pair.source.count, longest: 6,
          beams: beams)
        #expect(decoder.targets(of: [pair.source])[0].numbers == target)
      }
    }

    let trainer = try Trainer(
      parameters: checkpoint.parameters, optimizer: try #require(checkpoint.optimizer),
      losses: [OutputLoss(checkpoint.loss)], source: dataset,
      options: TrainingOptions(
        batchSize: 4, shuffle: false, resetStatesEachEpoch: false, randomSeed: 7),
      progress: TrainingProgress(samples: pairs.count, targetEpochs: 5, randomSeed: 7))
    try trainer.train { _ in false }
    for (found, loss) in zip(trainer.progress.history.loss, expected.losses) {
      #expect(abs(found - loss) < 2e-6)
    }
  }

  // MARK: The task

  /// Digits, to be written as letters and backwards.
  private func pairs(_ count: Int = 60, _ name: String = "pairs.csv") throws -> String {
    let rows = (0..<count).map { number -> String in
      let digits = (0..<1 + number % 3).map { (number * 7 + $0 * $0 * 5 + number / 3) % 4 }
      let letters = digits.reversed().map { ["a", "b", "ü", "d"][$0] }
      return digits.map(String.init).joined() + "," + letters.joined()
    }
    return try folder.write(["digits,letters"] + rows, name)
  }

  private func plan(_ file: String, epochs: Int = 60) -> TrainingPlan {
    let task = PairsTask(file: file, source: "digits", target: "letters")
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize, plan.learningRate) = ([24], epochs, 8, 0.01)
    return plan
  }

  @Test func theRuleIsLearntAndWritten() throws {
    var plan = plan(try pairs())
    plan.validationSplit = 0
    try folder.train(try TrainingRun(plan), "a.h5")
    let file = try ModelFile(folder.path("a.h5"))
    let evaluation = try PairPredictor(file).evaluate()
    #expect(evaluation.part == "all" && evaluation.pairs == 60)
    #expect(evaluation.exactness > 0.95 && evaluation.result.accuracy > 0.98)
    let report = try PairPredictor(file).answers(.sequences(["30", "2"], name: "--source"))
    #expect(report.text == "ad\nü\n")
    #expect(report.csv.hasPrefix("source,target,probability\n30,ad,0."))
    let found = try PairPredictor(file, beams: 3).answers(
      .file(try folder.write("digits\n30\n2\n", "new.csv")))
    #expect(found.text == report.text)
  }

  /// Enough beams find the most probable of all targets, one of them always takes the likeliest symbol.
  @Test func beamsFindTheMostProbableTarget() throws {
    let rows = (0..<24).map { "\($0 % 3),\(["", "a", "b", "ab", "ba", "bb"][$0 % 6])" }
    let path = try folder.write(["digits,letters"] + rows)
    try folder.train(try TrainingRun(plan(path, epochs: 3)), "a.h5")
    let file = try ModelFile(folder.path("a.h5"))
    let sources = ["0", "1", "2"]
    let greedy = try PairPredictor(file).answers(sources)
    #expect(try PairPredictor(file, beams: 1).answers(sources) == greedy)
    for (source, answer) in zip(sources, try PairPredictor(file, beams: 9).answers(sources)) {
      let all = try ["", "a", "b", "aa", "ab", "ba", "bb"].map { target in
        let one = try folder.write("digits,letters\n\(source),\(target)\n", "one.csv")
        let result = try PairPredictor(file).evaluate(one).result
        return (target, exp(-result.loss * Double(result.rows)))
      }
      let best = try #require(all.max { $0.1 < $1.1 })
      #expect(answer.text == best.0)
      #expect(abs(answer.probability - best.1) < 1e-5)
    }
  }

  @Test func resumingIsExactAndDataMayMove() throws {
    let path = try pairs()
    var plan = plan(path, epochs: 6)
    plan.dropout = 0.2
    try folder.train(try TrainingRun(plan), "whole.h5")
    try folder.train(try TrainingRun(plan), stopAfter: 17, "parts.h5")
    let moved = folder.path("moved.csv")
    try FileManager.default.moveItem(atPath: path, toPath: moved)
    #expect(throws: FileError.self) {
      try TrainingRun(resuming: try ModelFile(folder.path("parts.h5")))
    }
    var changes = ResumeChanges()
    changes.data = ["pairs": [moved]]
    try folder.train(
      try TrainingRun(resuming: try ModelFile(folder.path("parts.h5")), changes: changes),
      "parts.h5")
    let whole = try CheckpointFile.load(folder.path("whole.h5"))
    let parts = try CheckpointFile.load(folder.path("parts.h5"))
    #expect(whole.parameters.snapshot == parts.parameters.snapshot)
    #expect(whole.history == parts.history && whole.labels == parts.labels)

    // Back in its place, the file is the same byte by byte.
    try FileManager.default.moveItem(atPath: moved, toPath: path)
    try folder.train(try TrainingRun(plan), stopAfter: 17, "parts.h5")
    try folder.train(
      try TrainingRun(resuming: try ModelFile(folder.path("parts.h5"))), "parts.h5")
    #expect(try folder.bytes("whole.h5") == folder.bytes("parts.h5"))
  }

  /// Words keep the blanks before them; attention, both directions and several layers are stored and read.
  @Test(arguments: [KerasVersion.two, .three])
  func wordsWithAttention(version: KerasVersion) throws {
    let rows = (0..<40).map { number in
      let words = (0..<1 + number % 4).map { ["one", "two", "three"][(number + $0 * $0) % 3] }
      return words.joined(separator: " ") + ","
        + words.map { "«\($0.uppercased())" }.joined(separator: " ")
    }
    var task = PairsTask(
      file: try folder.write(["digits,letters"] + rows), source: "digits", target: "letters")
    (task.level, task.isBidirectional, task.hasAttention) = (.word, true, true)
    var plan = TrainingPlan(task)
    (plan.units, plan.cell, plan.epochs, plan.batchSize) = ([12, 8], .gru, 60, 8)
    (plan.learningRate, plan.validationSplit, plan.kerasVersion) = (0.01, 0, version)
    try folder.train(try TrainingRun(plan), "a.keras")
    let file = try ModelFile(folder.path("a.keras"))
    #expect(try PairPredictor(file).evaluate().exactness > 0.9)
    let stream = try file.task().stream(file, learns: false)
    var line: [UInt8] = []
    try Array("two three two".utf8).withUnsafeBufferPointer {
      _ = try stream.answer($0, number: 1, adding: &line)
    }
    #expect(String(decoding: line, as: UTF8.self).hasPrefix("«"))
    // A word that was never seen is read as the unknown one.
    #expect(try PairPredictor(file).answers(["four"]).count == 1)
  }

  // MARK: What is wrong

  @Test(arguments: [
    ("digits\n1\n", "line 1: has no column letters; there are digits"),
    ("digits,letters\n1,a\n,b\n", "line 3, column digits: the text is empty"),
    ("digits,letters\n", "has no pairs"),
    ("digits,letters\n1,\n2,\n", "column letters: all targets are empty"),
    (
      "digits,letters\n1,a\u{0}\n",
      "line 2, column letters: has a NUL, which a checkpoint cannot hold"
    ),
  ])
  func wrongFilesAreNamed(text: String, reason: String) throws {
    let path = try folder.write(text, "wrong.csv")
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(path)) }
    #expect(error?.reason == reason)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    var task = PairsTask(file: try pairs(), source: "digits", target: "letters")
    task.level = .byte
    #expect(throws: ConfigurationError.self) { try TrainingRun(TrainingPlan(task)) }
    try folder.train(try TrainingRun(plan(try pairs(), epochs: 1)), "a.h5")
    let file = try ModelFile(folder.path("a.h5"))
    // A character that the model cannot write.
    var changes = ResumeChanges()
    changes.data = ["pairs": [try folder.write("digits,letters\n1,z\n", "other.csv")]]
    let error = #expect(throws: FileError.self) {
      try TrainingRun(resuming: file, epochs: 1, changes: changes)
    }
    #expect(error?.reason == "line 2, column letters: has a symbol that the model does not know: z")
    let empty = #expect(throws: FileError.self) {
      try PairPredictor(file).answers(.sequences(["1", ""], name: "stdin"))
    }
    #expect(empty?.reason == "line 2: the text is empty")

    // A file that says something else than its model.
    let path = folder.path("b.h5")
    func keep(_ change: (inout Checkpoint) -> Void) throws {
      var checkpoint = try TrainingRun(resuming: file, epochs: 1).checkpoint()
      change(&checkpoint)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    }
    try keep { $0.task?.members["level"] = "subword" }
    #expect(throws: FileError.self) { try PairPredictor(try ModelFile(path)) }
    try keep { $0.labels?[2] = "x" }
    #expect(throws: FileError.self) { try PairPredictor(try ModelFile(path)) }
    try keep { $0.task?.members["target"] = nil }
    #expect(throws: FileError.self) { try ModelFile(path) }
  }
}
