import Checkpoints
import Files
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Tasks

/// Where streams stand is kept, whoever moves them on, in every format.
@Suite struct StreamPositionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(_ plan: TrainingPlan, _ name: String = "model.h5") throws -> String {
    let path = folder.path(name)
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    return path
  }

  private func letters(_ experiment: Experiment) throws -> String {
    var plan = TrainingPlan(LettersTask(experiment))
    plan.units = [8]
    plan.epochs = 20
    plan.learningRate = 0.02
    return try train(plan)
  }

  private static let text = (0..<40).map { "line \($0 % 7) of 12\n" }.joined()

  private func text(stateful: Bool, batchSize: Int = 2) throws -> String {
    let file = folder.path("text.txt")
    try Data(Self.text.utf8).write(to: URL(filePath: file))
    var text = TextTask(files: [file])
    text.isStateful = stateful
    text.sequenceLength = 10
    var plan = TrainingPlan(text)
    plan.units = [6]
    plan.batchSize = batchSize
    plan.epochs = 2
    return try train(plan)
  }

  private func series(stateful: Bool = false) throws -> String {
    let file = folder.path("rows.csv")
    let rows = ["value"] + (0..<80).map { "\(sin(Double($0) / 2))" }
    try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    var series = SeriesTask(file: file, target: "value")
    series.sequenceLength = 5
    series.isStateful = stateful
    var plan = TrainingPlan(series)
    plan.units = [5]
    plan.epochs = 2
    return try train(plan)
  }

  private func converted(_ path: String, to name: String) throws -> String {
    try Conversion(path, to: folder.path(name)).run()
    return folder.path(name)
  }

  private func answers(_ session: LiveStream, _ lines: [String]) throws -> [String] {
    try lines.enumerated().map { number, line in
      var answer: [UInt8] = []
      try Array(line.utf8).withUnsafeBufferPointer {
        try session.answer($0, number: number + 1, adding: &answer)
      }
      return String(decoding: answer.dropLast(), as: UTF8.self)
    }
  }

  private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  /// A stream of letters that is stored after each of its letters answers as one that is never stored: with what the
  /// model predicts from the last letters alone.
  @Test(
    arguments: ["naive", "window", "timesteps", "stateful", "variable"],
    ["h5", "keras", "safetensors"])
  func storedLettersGoOn(name: String, suffix: String) throws {
    let experiment = try #require(Experiment.named(name))
    let trained = try letters(experiment)
    // The last two are not what the model expects.
    let lines = "ABCDEFGHXB".map { String($0) }
    let whole = try converted(trained, to: "whole.\(suffix)")
    let unbroken = try LiveStream(try ModelFile(whole, savingTo: whole), learns: false)
    let expected = try answers(unbroken, lines)
    try unbroken.save()
    for end in 1...lines.count where !experiment.stateful {
      let length = experiment.framing.length
      let known = lines[..<end].suffix(length)
      guard known.count == length || experiment.framing.padded else {
        #expect(expected[end - 1] == "")
        continue
      }
      let predictor = try LetterPredictor(try ModelFile(trained))
      try predictor.begin(seed: known.joined())
      let step = predictor.step()[0]
      #expect(expected[end - 1] == "\(step.input) -> \(step.output)")
    }
    let parts = try converted(trained, to: "parts.\(suffix)")
    var found: [String] = []
    for line in lines {
      let session = try LiveStream(try ModelFile(parts, savingTo: parts), learns: false)
      #expect(session.rowsSeen == found.count)
      found += try answers(session, [line])
      try session.save()
    }
    #expect(found == expected)
    #expect(try bytes(whole) == bytes(parts))
  }

  /// A file without the attribute says by its letters whether the last of them is a prediction.
  @Test func olderStreamsOfLettersGoOn() throws {
    let path = try letters(.timesteps)
    let whole = try LiveStream(try ModelFile(path), learns: false)
    let expected = try answers(whole, ["A", "B", "C", "D", "E"])
    for end in [1, 2, 3, 4] {
      let older = folder.path("older.h5")
      do {
        let session = try LiveStream(try ModelFile(path, savingTo: older), learns: false)
        _ = try answers(session, Array(["A", "B", "C", "D"].prefix(end)))
        try session.save()
      }
      var checkpoint = try CheckpointFile.load(older)
      if let next = checkpoint.stream?.symbols?.next {
        checkpoint.stream?.place = .symbols(StreamPosition.Symbols(next: next))
      }
      try CheckpointFile.save(checkpoint, to: older, lock: try FileLock(older))
      let next = try LiveStream(try ModelFile(older), learns: false)
      #expect(try answers(next, [["A", "B", "C", "D", "E"][end]]) == [expected[end]])
    }
  }

  /// A stream that has read fewer letters than the model needs cannot run on by itself yet.
  @Test func shortStreamsDoNotRunOn() throws {
    let path = try letters(.timesteps)
    do {
      let session = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
      _ = try answers(session, ["A", "B"])
      try session.save()
    }
    let error = #expect(throws: FileError.self) {
      try ModelFile(path).letters(seed: nil, steps: 1)
    }
    #expect(error?.description.contains("2 of 3") ?? false)
  }

  /// Predictions that go on behind a live stream do not forget how many rows that has brought; a new seed does.
  @Test(arguments: ["h5", "safetensors"])
  func continuingKeepsTheRowsSeen(suffix: String) throws {
    for model in [try letters(.stateful), try text(stateful: true), try text(stateful: false)] {
      let path = try converted(model, to: "stream.\(suffix)")
      let isText = try ModelFile(path).isOfText
      do {
        let live = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
        _ = try answers(live, isText ? ["line 0 of 12", "line 1 of 12"] : ["A", "B"])
        try live.save()
      }
      for seed in [nil, isText ? "line" : "A"] {
        do {
          let file = try ModelFile(path, savingTo: path)
          if isText {
            try file.symbols(seed: seed, steps: 3)
          } else {
            try file.letters(seed: seed, steps: 3)
          }
          try file.save()
        }
        #expect(try CheckpointFile.load(path).stream?.rowsSeen == (seed == nil ? 2 : 0))
      }
    }
  }

  /// A live stream goes on behind what a seed has begun, for every model of text and in every format.
  @Test(arguments: [false, true], ["h5", "keras", "safetensors"])
  func streamsGoOnBehindASeed(stateful: Bool, suffix: String) throws {
    let path = try converted(try text(stateful: stateful), to: "seeded.\(suffix)")
    do {
      let file = try ModelFile(path, savingTo: path)
      try file.symbols(
        seed: "line 3", steps: 1, sampling: try SamplingOptions(temperature: 0))
      try file.save()
    }
    let stored = try CheckpointFile.load(path)

    let generator = try TextGenerator(try ModelFile(path))
    try generator.begin(seed: "line 3")
    _ = generator.step()
    let symbols = try generator.symbols(of: " of 12\n".utf8)
    let expected = generator.read(symbols)
    let live = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
    #expect(
      try answers(live, [" of 12"]) == ["\(Float(expected.bits / Double(expected.symbols)))"])
    // The numbers that are drawn go on too.
    try live.save()
    #expect(try CheckpointFile.load(path).stream?.sampler == stored.stream?.sampler)
  }

  /// Where training stands in its text is no place of a stream: one begins from a zero state, in every format.
  @Test func newStreamsBeginCold() throws {
    for path in [try text(stateful: true), try letters(.stateful)] {
      let isText = try ModelFile(path).isOfText
      let lines = isText ? ["line 0 of 12", "line 1 of 12"] : ["A", "B", "C"]
      let expected = try answers(try LiveStream(try ModelFile(path), learns: false), lines)
      for suffix in ["keras", "safetensors"] {
        let other = try converted(path, to: "other.\(suffix)")
        #expect(
          try answers(try LiveStream(try ModelFile(other), learns: false), lines) == expected)
      }
      var cold = try CheckpointFile.load(path)
      cold.stream = nil
      cold.recurrentState = .zero(cold.configuration)
      let file = folder.path("cold.h5")
      try CheckpointFile.save(cold, to: file, lock: try FileLock(file))
      #expect(try answers(try LiveStream(try ModelFile(file), learns: false), lines) == expected)
    }
  }

  /// A session that is saved before any row leaves what the file holds.
  @Test(arguments: ["h5", "keras", "safetensors"])
  func savingBeforeAnyRowChangesNothing(suffix: String) throws {
    for model in [
      try letters(.stateful), try letters(.timesteps), try text(stateful: true),
      try text(stateful: false), try series(), try series(stateful: true),
    ] {
      let path = try converted(model, to: "model.\(suffix)")
      let copy = folder.path("copy.\(suffix)")
      try LiveStream(try ModelFile(path, savingTo: copy), learns: false).save()
      #expect(try bytes(copy) == bytes(path))
      try LiveStream(try ModelFile(path, savingTo: path), learns: false).save()
      #expect(try bytes(copy) == bytes(path))
    }
  }

  /// Training that goes on from a checkpoint whose stream has learnt takes its weights and optimizer, and says that
  /// the stream ends.
  @Test func resumingSaysThatAStreamEnds() throws {
    let path = try series()
    #expect(
      try TrainingRun(resuming: try ModelFile(path), epochs: 1).endedStream
        == nil)
    do {
      let session = try LiveStream(try ModelFile(path, savingTo: path), learns: true)
      _ = try answers(session, (80..<85).map { "\(sin(Double($0) / 2))" })
      try session.save()
    }
    let learnt = try CheckpointFile.load(path)
    let run = try TrainingRun(resuming: try ModelFile(path), epochs: 1)
    #expect(run.endedStream?.rowsSeen == 5)
    #expect(run.trainer.optimizer.iterations == learnt.optimizer?.iterations)
    for parameter in learnt.parameters.parameters {
      #expect(
        run.trainer.model.parameters[parameter].elementsEqual(learnt.parameters[parameter]))
    }
    try run.trainer.update()
    #expect(try run.checkpoint().stream?.rowsSeen == 0)
  }
}
