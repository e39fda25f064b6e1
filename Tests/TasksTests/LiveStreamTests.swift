import Checkpoints
import Files
import Foundation
import HDF5
import TestSupport
import Testing

@testable import Recurrent
@testable import Tasks

@Suite struct LiveSessionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func train(
    stateful: Bool, horizon: Int = 1, dropout: Double = 0, difference: Bool = false,
    scaling: Scaling.Method? = nil
  ) throws -> String {
    let file = folder.path("rows.csv")
    let rows = ["value"] + (0..<80).map { "\(row($0))" }
    try Data(rows.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    var series = SeriesTask(file: file, target: "value")
    series.sequenceLength = 5
    series.horizon = horizon
    series.isStateful = stateful
    series.differences = difference ? [1] : []
    series.scaling = scaling
    var plan = TrainingPlan(series)
    plan.units = [5, 4]
    plan.epochs = 2
    plan.dropout = dropout
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    return path
  }

  private func row(_ number: Int) -> Double { 5 + 2 * sin(Double(number) / 2) }

  private func answers(_ session: LiveStream, _ rows: Range<Int>) throws -> [String] {
    try rows.map { number in
      var answer: [UInt8] = []
      try Array("\(row(number))".utf8).withUnsafeBufferPointer {
        try session.answer($0, number: number, adding: &answer)
      }
      return String(decoding: answer, as: UTF8.self)
    }
  }

  /// A stream that is stored and goes on in other processes gives the answers of one that never stopped, and the
  /// same file, byte by byte.
  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)], [false, true])
  func storedStreamsGoOn(_ kind: (stateful: Bool, difference: Bool), learns: Bool) throws {
    let path = try train(stateful: kind.stateful, dropout: 0.2, difference: kind.difference)
    let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
    for copy in [whole, parts] { try FileManager.default.copyItem(atPath: path, toPath: copy) }
    let unbroken = try LiveStream(try ModelFile(whole, savingTo: whole), learns: learns)
    let expected = try answers(unbroken, 80..<110)
    try unbroken.save()
    var found: [String] = []
    for rows in [80..<81, 81..<94, 94..<110] {
      let session = try LiveStream(try ModelFile(parts, savingTo: parts), learns: learns)
      #expect(session.rowsSeen == rows.lowerBound - 80)
      found += try answers(session, rows)
      try session.save()
    }
    #expect(found == expected)
    #expect(
      try Data(contentsOf: URL(filePath: whole)) == Data(contentsOf: URL(filePath: parts)))
  }

  /// The first answer is what the model says to a window that is cut by hand.
  @Test func answersAreForecasts() throws {
    let path = try train(stateful: false, horizon: 2, scaling: .standard)
    let scaling = try #require(try CheckpointFile.load(path).scaling)
    let session = try LiveStream(try ModelFile(path), learns: false)
    let answer = try answers(session, 80..<82)[1].dropLast().split(separator: ",").map {
      try #require(Double($0))
    }
    let window = (77..<82).map { scaling.scaled(row($0), column: 0) }
    let expected = try ArrayPredictor(try ModelFile(path)).predict(
      Tensor(shape: [1, 5, 1], values: window), continues: false)
    for (one, other) in zip(answer, expected.values) {
      #expect(abs(one - scaling.unscaled(other, column: 0)) < 1e-5)
    }
  }

  /// A model that carries its state answers as one that reads the whole series at once.
  @Test func statesAreCarried() throws {
    let path = try train(stateful: true)
    let checkpoint = try CheckpointFile.load(path)
    let scaling = try #require(checkpoint.scaling)
    let session = try LiveStream(try ModelFile(path), learns: false)
    let answer = try answers(session, 80..<84)[3].dropLast()
    // The state of training is that after row 70; the validation and the test part follow.
    let first = 80 - (checkpoint.stream?.series[0].rows.count ?? 0)
    let rows = (first..<84).map { scaling.scaled(row($0), column: 0) }
    let output = try ArrayPredictor(try ModelFile(path)).predict(
      Tensor(shape: [1, rows.count, 1], values: rows), continues: true)
    let expected = scaling.unscaled(try #require(output.values.last), column: 0)
    #expect(abs(try #require(Double(answer)) - expected) < 1e-5)
  }

  /// Learning from a row is the update that training makes of that sample.
  @Test func learningIsTraining() throws {
    let path = try train(stateful: false, scaling: .standard)
    var checkpoint = try CheckpointFile.load(path)
    let session = try LiveStream(try ModelFile(path, savingTo: path), learns: true)
    _ = try answers(session, 80..<81)
    try session.save()
    let scaling = try #require(checkpoint.scaling)
    let window = (75..<80).map { scaling.scaled(row($0), column: 0) }
    let dataset = try SequenceDataset(
      samples: 1, timeSteps: 5, features: 1, targetSteps: 1, targetUnits: 1, inputs: window,
      targetValues: [scaling.scaled(row(80), column: 0)])
    let options = TrainingOptions(
      batchSize: 1, shuffle: false, resetStatesEachEpoch: false, randomSeed: 7)
    let trainer = try Trainer(
      parameters: checkpoint.parameters, optimizer: try #require(checkpoint.optimizer),
      losses: [OutputLoss(.meanSquaredError)], source: dataset, options: options,
      progress: TrainingProgress(samples: 0, targetEpochs: 1, randomSeed: 7))
    try trainer.update()
    let learnt = try CheckpointFile.load(path)
    checkpoint.parameters = trainer.model.parameters
    #expect(learnt.optimizer?.iterations == trainer.optimizer.iterations)
    let input = try Tensor(shape: [1, 5, 1], values: window)
    let copy = folder.path("trained.h5")
    try CheckpointFile.save(checkpoint, to: copy, lock: try FileLock(copy))
    #expect(
      try ArrayPredictor(try ModelFile(path)).predict(input, continues: false)
        == ArrayPredictor(try ModelFile(copy)).predict(input, continues: false))
  }

  /// The same of a text, which learns from every symbol.
  @Test(arguments: [false, true])
  func textsGoOn(learns: Bool) throws {
    let file = folder.path("text.txt")
    let lines = (0..<40).map { "line \($0 % 7) of 12" }
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: file))
    var plan = TrainingPlan(TextTask(files: [file]))
    plan.units = [6]
    plan.batchSize = 2
    plan.epochs = 2
    plan.dropout = 0.2
    plan.validationSplit = 0
    let (whole, parts) = (folder.path("whole.h5"), folder.path("parts.h5"))
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: whole))
    try FileManager.default.copyItem(atPath: whole, toPath: parts)
    func answers(_ session: LiveStream, _ range: Range<Int>) throws -> [String] {
      try range.map { number in
        var answer: [UInt8] = []
        try Array(lines[number].utf8).withUnsafeBufferPointer {
          try session.answer($0, number: number, adding: &answer)
        }
        return String(decoding: answer, as: UTF8.self)
      }
    }
    let trained = try CheckpointFile.load(whole).optimizer?.iterations ?? 0
    let unbroken = try LiveStream(try ModelFile(whole, savingTo: whole), learns: learns)
    let expected = try answers(unbroken, 0..<12)
    try unbroken.save()
    var found: [String] = []
    for range in [0..<1, 1..<8, 8..<12] {
      let session = try LiveStream(try ModelFile(parts, savingTo: parts), learns: learns)
      found += try answers(session, range)
      try session.save()
    }
    #expect(found == expected)
    #expect(
      try Data(contentsOf: URL(filePath: whole)) == Data(contentsOf: URL(filePath: parts)))
    let updates = try CheckpointFile.load(whole).optimizer?.iterations ?? 0
    // Every symbol but the first is learnt.
    let count = lines.prefix(12).reduce(0) { $0 + $1.count + 1 } - 1
    #expect(updates == trained + (learns ? count : 0))
    // What is read again and again becomes less surprising.
    let bits = expected.compactMap { Double($0.dropLast()) }
    #expect(bits.count == 12 && (!learns || bits[11] < bits[0]))
  }

  /// A model of Keras' own answers rows with its outputs, and keeps its state where `predict` looks for it.
  @Test func anyModelAnswersRows() throws {
    let configuration = ModelConfiguration.regressor(
      RecurrentStack(units: [4]), outputs: 2, timeSteps: nil, features: 3, statefulBatch: 1)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 3)
    let path = folder.path("model.h5")
    let checkpoint = Checkpoint(
      parameters: parameters, optimizer: nil, recurrentState: .zero(configuration))
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let rows = (0..<6).map { row in (0..<3).map { Float(sin(Double(3 * row + $0))) } }
    let expected = try ArrayPredictor(try ModelFile(path)).predict(
      Tensor(shape: [1, 6, 3], values: rows.flatMap { $0 }), continues: false
    ).values
    func answer(_ session: LiveStream, _ row: Int) throws {
      var answer: [UInt8] = []
      let line = rows[row].map { "\($0)" }.joined(separator: ", ")
      try Array(line.utf8).withUnsafeBufferPointer {
        try session.answer($0, number: row + 1, adding: &answer)
      }
      let values = String(decoding: answer.dropLast(), as: UTF8.self).split(separator: ",")
      #expect(values.count == 2)
      for (one, other) in zip(values, expected[(2 * row)...]) {
        #expect(abs((Float(one) ?? .nan) - other) < 1e-6)
      }
    }
    for part in [0..<2, 2..<4] {
      let session = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
      for row in part { try answer(session, row) }
      try session.save()
    }
    let rest = try ArrayPredictor(try ModelFile(path)).predict(
      Tensor(shape: [1, 2, 3], values: rows[4...].flatMap { $0 }), continues: true)
    for (one, other) in zip(rest.values, expected[8...]) { #expect(abs(one - other) < 1e-6) }
  }

  /// What an `Embedding` has no vector for is refused in arrays to answer, in arrays to train on, and in lines.
  @Test(arguments: ["40", "-5", "0.5"]) func unknownSymbolsAreRefused(symbol: String) throws {
    let parameters = try ParameterStore<Float>(
      .classifier(
        RecurrentStack(units: [3]), classes: 40, timeSteps: nil, features: 1, statefulBatch: 1,
        returnSequences: true, embedding: 2))
    try parameters.initialize(seed: 3)
    let path = folder.path("model.h5")
    let checkpoint = Checkpoint(
      parameters: parameters,
      optimizer: try Optimizer(.adam(), parameters: parameters),
      loss: .sparseCategoricalCrossEntropy,
      recurrentState: .zero(parameters.configuration))
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let value = try #require(Float(symbol))
    let inputs = try Tensor(shape: [2, 3], values: [0, 39, 7, 1, value, 2])
    let error = SymbolOutOfRange(
      range: SymbolRange(layer: "embedding", count: 40), value: value, sample: 1, timeStep: 1)
    #expect(throws: error) {
      try ArrayPredictor(try ModelFile(path)).predict(inputs, continues: false)
    }
    try inputs.write(to: folder.path("x.npy"))
    try Tensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6]).write(to: folder.path("y.npy"))
    #expect(
      throws: FileError(.invalid, file: folder.path("x.npy"), error.description)
    ) {
      try ArrayPredictor(try ModelFile(path)).predict(
        contentsOf: folder.path("x.npy"), continues: false)
    }
    let refused = #expect(throws: FileError.self) {
      var plan = TrainingPlan(
        ArraysTask(model: path, inputs: [folder.path("x.npy")], targets: [folder.path("y.npy")]))
      // The wrong one is in the part for validation.
      (plan.batchSize, plan.shuffle, plan.validationSplit) = (1, false, 0.5)
      return try TrainingRun(plan)
    }
    #expect(refused?.kind == .invalid && refused?.file == folder.path("x.npy"))
    #expect(refused?.description.contains(error.description) ?? false)
    let session = try LiveStream(try ModelFile(path), learns: false)
    let lineError = #expect(throws: LineError.self) {
      for (number, line) in ["3", symbol].enumerated() {
        var answer: [UInt8] = []
        try Array(line.utf8).withUnsafeBufferPointer {
          try session.answer($0, number: number + 1, adding: &answer)
        }
      }
    }
    #expect(
      lineError?.description
        == "stdin: line 2: \(symbol) is not a symbol of layer embedding, which takes whole numbers "
        + "from 0 to 39")
    #expect(session.rowsSeen == 1)
  }

  /// A line that cannot be read changes nothing.
  @Test func wrongLinesChangeNothing() throws {
    let path = try train(stateful: true)
    let session = try LiveStream(try ModelFile(path), learns: true)
    let other = try LiveStream(try ModelFile(path), learns: true)
    _ = try (answers(session, 80..<83), answers(other, 80..<83))
    for line in ["x", "1,2", "1e99"] {
      var answer: [UInt8] = []
      let error = #expect(throws: LineError.self) {
        try Array(line.utf8).withUnsafeBufferPointer {
          try session.answer($0, number: 4, adding: &answer)
        }
      }
      #expect(error?.description.hasPrefix("stdin: line 4") ?? false)
      #expect(answer.isEmpty && session.rowsSeen == 3)
    }
    #expect(try answers(session, 83..<90) == answers(other, 83..<90))
  }
}
