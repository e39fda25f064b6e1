import Checkpoints
import Files
import Foundation
import Kernels
import Recurrent
import TestSupport
import Testing

@testable import Tasks

@Suite struct TextTests {
  private let text = String(
    repeating: "Žádný, no one's “word” – 𝄞 and 12 numbers.\n", count: 40)

  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  private func numbers(
    _ path: String, level: TextTask.Level, most: Int? = nil
  ) throws -> (symbols: TextSymbols, numbers: [Int32]) {
    let symbols = try TextSymbols(
      [path], level: level, vocabulary: nil, vocabularySize: most, encoding: .oneHot)
    symbols.prepare(readers: 1, length: symbols.count)
    var numbers: [Int32] = []
    try symbols.read(at: 0, length: symbols.count, reader: 0) { numbers.append($1) }
    return (symbols, numbers)
  }

  /// Symbols put one behind the other are the text again, and Swift counts as many of them.
  @Test func symbolsAreTheText() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text.txt")
    try write(text, to: path)
    let characters = try numbers(path, level: .character)
    #expect(characters.numbers.count == text.unicodeScalars.count)
    #expect(
      characters.symbols.vocabulary.symbols
        == Set(text.unicodeScalars).sorted().map { String(Character($0)) })
    #expect(
      characters.numbers.map { characters.symbols.vocabulary.symbols[Int($0)] }.joined() == text)

    let bytes = try numbers(path, level: .byte)
    #expect(bytes.numbers.count == text.utf8.count)
    #expect(
      bytes.numbers.map { UInt8(bytes.symbols.vocabulary.symbols[Int($0)], radix: 16) }
        == text.utf8.map { $0 })

    let words = try numbers(path, level: .word)
    #expect(words.numbers.map { words.symbols.vocabulary.symbols[Int($0)] }.joined() == text)
    #expect(
      words.numbers.prefix(12).map { words.symbols.vocabulary.symbols[Int($0)] } == [
        "Žádný", ",", " no", " one's", " ", "“", "word", "”", " ", "–", " ", "𝄞",
      ])
    // Seven of the eighteen different words are in the vocabulary, the most frequent ones.
    let few = try numbers(path, level: .word, most: 7)
    #expect(few.symbols.vocabulary.symbols.count == 8 && few.symbols.vocabulary.unknown == 0)
    #expect(few.numbers.contains(0))
  }

  /// Each row reads a stretch of its own, window after window, and targets are what follows.
  @Test func statefulBatchesReadOn() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text.txt")
    try write(text, to: path)
    let (symbols, all) = try numbers(path, level: .character)
    let (batch, length) = (3, 7)
    symbols.prepare(readers: batch, length: length + 1)
    let samples = try TextSamples(
      symbols, range: 10..<500, sequenceLength: length, statefulBatch: batch, what: "it")
    let windows = 489 / (batch * length)
    #expect(samples.samples == windows * batch)
    #expect(samples.givesSymbols)
    let unused = UnsafeMutablePointer<Float>.allocate(capacity: 1)
    let inputs = UnsafeMutablePointer<Int32>.allocate(capacity: length * batch)
    let classes = UnsafeMutablePointer<Int32>.allocate(capacity: length * batch)
    defer {
      unused.deallocate()
      inputs.deallocate()
      classes.deallocate()
    }
    for window in 0..<windows {
      try samples.load(
        SampleBatch(
          order: nil, first: window * batch, rows: batch, input: unused, symbols: inputs,
          classes: classes, values: unused))
      for row in 0..<batch {
        for step in 0..<length {
          let place = 10 + row * windows * length + window * length + step
          #expect(inputs[step * batch + row] == all[place])
          #expect(classes[step * batch + row] == all[place + 1])
        }
      }
    }
  }

  @Test(arguments: TextTask.Level.allCases, [true, false])
  func stoppedAndResumedIsNotStopped(level: TextTask.Level, isStateful: Bool) throws {
    let folder = try TemporaryFolder()
    let file = folder.path("text.txt")
    try write(text, to: file)
    var text = TextTask(files: [file], level: level)
    text.sequenceLength = 8
    text.isStateful = isStateful
    var plan = TrainingPlan(text)
    plan.units = [8]
    plan.epochs = 4
    plan.batchSize = 3
    plan.dropout = 0.2
    plan.clipNorm = 1
    let whole = try TrainingRun(plan)
    try whole.train(saving: try CheckpointSchedule(path: folder.path("whole.h5")))
    let parts = folder.path("parts.h5")
    var run = try TrainingRun(plan)
    let every = run.trainer.updatesPerEpoch * 2 / 3
    while true {
      var updates = 0
      if try run.train(
        saving: try CheckpointSchedule(path: parts),
        shouldStop: {
          updates += 1
          return updates == every
        })
      {
        break
      }
      run = try TrainingRun(resuming: try ModelFile(parts), epochs: nil)
    }
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("whole.h5")))
        == Data(contentsOf: URL(filePath: parts)))
    let losses = whole.trainer.progress.history.others["val_loss"] ?? []
    #expect(losses.count == 4 && losses[3] < losses[0])
  }

  /// A text that goes on in other processes is the text that one process makes.
  @Test(arguments: [true, false])
  func generatingGoesOn(isStateful: Bool) throws {
    let folder = try TemporaryFolder()
    let (file, path) = (folder.path("text.txt"), folder.path("a.h5"))
    try write(text, to: file)
    var text = TextTask(files: [file])
    text.isStateful = isStateful
    text.sequenceLength = 10
    var plan = TrainingPlan(text)
    plan.units = [16]
    plan.batchSize = 4
    plan.epochs = 2
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    func run(_ seed: String?, _ steps: Int, saving: Bool, row: Int = 1) throws -> [UInt8] {
      let file = try ModelFile(path, savingTo: saving ? path : nil)
      let bytes = try file.symbols(
        seed: seed, steps: steps, row: isStateful && (saving || seed == nil) ? row : nil,
        sampling: try SamplingOptions(temperature: 0.9))
      try file.save()
      return bytes
    }
    let other = isStateful ? try run(nil, 20, saving: false, row: 2) : []
    let whole = try run("and 12", 40, saving: false)
    let first = try run("and 12", 15, saving: true)
    let second = try run(nil, 25, saving: true)
    #expect(first + second == whole)
    #expect(String(validating: whole, as: UTF8.self) != nil)
    // Other rows stay where they were: the same random numbers draw the same symbols.
    if isStateful {
      let symbols = try ModelFile(path).symbols(
        seed: nil, steps: 20, row: 2, sampling: try SamplingOptions(temperature: 0.9),
        randomSeed: plan.randomSeed)
      #expect(symbols == other)
    }
    // Training goes on as if nobody had asked.
    let resumed = try TrainingRun(resuming: try ModelFile(path), epochs: 1)
    try resumed.train(saving: try CheckpointSchedule(path: path))
    plan.epochs = 3
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: folder.path("b.h5")))
    #expect(
      try Data(contentsOf: URL(filePath: path))
        == Data(contentsOf: URL(filePath: folder.path("b.h5"))))
  }

  /// Draws are as often as probabilities say; expected parts worked out by hand.
  @Test func samplingFollowsProbabilities() throws {
    let probabilities: [Float] = [0.5, 0.3, 0.15, 0.05]
    func drawn(_ options: SamplingOptions, excluded: Int?) -> [Double] {
      var sampler = SymbolSampler(
        options, generator: PhiloxGenerator(seed: 3, stream: .sampling), symbols: 4,
        excluded: excluded)
      var counts = [Double](repeating: 0, count: 4)
      probabilities.withUnsafeBufferPointer { buffer in
        for _ in 0..<20_000 { counts[sampler.draw(buffer)] += 1 }
      }
      return counts.map { $0 / 20_000 }
    }
    let squares = [0.25, 0.09, 0.0225, 0.0025].map { $0 / 0.365 }
    let expected: [(SamplingOptions, Int?, [Double])] = [
      (try SamplingOptions(), nil, [0.5, 0.3, 0.15, 0.05]),
      (try SamplingOptions(temperature: 0.5), nil, squares),
      (try SamplingOptions(temperature: 0), nil, [1, 0, 0, 0]),
      (try SamplingOptions(topK: 2), nil, [0.625, 0.375, 0, 0]),
      (try SamplingOptions(topP: 0.75), nil, [0.625, 0.375, 0, 0]),
      (try SamplingOptions(), 0, [0, 0.6, 0.3, 0.1]),
      (try SamplingOptions(temperature: 0), 0, [0, 1, 0, 0]),
    ]
    for (options, excluded, parts) in expected {
      // Four standard deviations of a part of 20,000 draws are at most 0.0142.
      for (own, part) in zip(drawn(options, excluded: excluded), parts) {
        #expect(abs(own - part) < 0.0142, "\(options)")
      }
    }
    #expect(throws: ConfigurationError.self) { try SamplingOptions(temperature: -1) }
    #expect(throws: ConfigurationError.self) { try SamplingOptions(topK: 0) }
    #expect(throws: ConfigurationError.self) { try SamplingOptions(topP: 1.5) }
  }

  @Test func whatCannotBeReadIsSaid() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("text.txt")
    try Data("ab\ncd\u{E9}".utf8 + [0xFF, 0x61]).write(to: URL(filePath: path))
    func message(_ paths: [String]) -> String {
      do {
        _ = try TextSymbols(
          paths, level: .character, vocabulary: nil, vocabularySize: nil, encoding: .oneHot)
        return ""
      } catch {
        return "\(error)"
      }
    }
    #expect(message([path]).contains("line 2, column 5: byte 0xff is not UTF-8"))
    try Data().write(to: URL(filePath: path))
    #expect(message([path]).contains("has no text"))
    #expect(message([folder.path("none.txt")]).contains("not found"))

    // A text that changes while it is trained on: what was learnt is saved.
    try write(text, to: path)
    var plan = TrainingPlan(TextTask(files: [path]))
    plan.units = [4]
    plan.batchSize = 2
    let run = try TrainingRun(plan)
    let checkpoint = folder.path("a.h5")
    #expect(throws: FileError.self) {
      try run.train(
        saving: try CheckpointSchedule(path: checkpoint),
        didUpdate: { _ in
          if run.trainer.optimizer.iterations == 3 { try write(text + "more", to: path) }
        })
    }
    let saved = try CheckpointFile.load(checkpoint)
    #expect(saved.optimizer?.iterations == 3)
    #expect(throws: FileError.self) {
      try TrainingRun(resuming: try ModelFile(checkpoint))
    }
    try write(text, to: path)
    #expect(throws: Never.self) {
      try TrainingRun(resuming: try ModelFile(checkpoint))
    }
    #expect(throws: SeedError.self) {
      try TextGenerator(try ModelFile(checkpoint)).begin(seed: "Ω")
    }
  }
}
