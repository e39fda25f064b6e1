import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Texts that Unicode holds equal are different symbols, labels, columns and series: their bytes differ.
@Suite struct ExactTextTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String = "rows.csv") throws -> String {
    let path = folder.path(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  /// K and the Kelvin sign, é and e with an accent behind it.
  @Test(arguments: [
    (TextTask.Level.character, "K\u{212A}"), (.word, "K \u{212A} \u{E9} e\u{301}"),
    (.character, "\u{2126}\u{3A9}"),
  ])
  func symbolsAreTheTextByteByByte(level: TextTask.Level, piece: String) throws {
    let text = String(repeating: piece + "\n", count: 40)
    let path = try write(text, "text.txt")
    let symbols = try TextSymbols(
      [path], level: level, vocabulary: nil, vocabularySize: nil, encoding: .oneHot)
    symbols.prepare(readers: 1, length: symbols.count)
    var numbers: [Int32] = []
    try symbols.read(at: 0, length: symbols.count, reader: 0) { numbers.append($1) }
    try #require(numbers.allSatisfy { symbols.vocabulary.symbols.indices.contains(Int($0)) })
    let found = numbers.flatMap { Array(symbols.vocabulary.symbols[Int($0)].utf8) }
    #expect(found == Array(text.utf8))
  }

  /// Such a text is learnt, stored and read in every format, and its symbols are what a seed says.
  @Test(arguments: ["model.h5", "model.keras", "model.safetensors"])
  func vocabulariesAreStored(name: String) throws {
    let path = try write(String(repeating: "K\u{212A}K\u{212A}\n", count: 60), "text.txt")
    let symbols = try TextSymbols(
      [path], level: .character, vocabulary: nil, vocabularySize: nil, encoding: .oneHot)
    try #require(symbols.vocabulary.symbols.count == 3)
    var plan = TrainingPlan(TextTask(files: [path]))
    plan.units = [4]
    plan.batchSize = 2
    plan.epochs = 1
    plan.validationSplit = 0
    let model = folder.path(name)
    try CheckpointFile.save(
      try TrainingRun(plan).checkpoint(), to: model, lock: try FileLock(model))
    let checkpoint = try CheckpointFile.load(model)
    let generator = try TextGenerator(try ModelFile(model))
    #expect(try generator.symbols(of: "K\u{212A}".utf8) == [1, 2])
    #expect(checkpoint.vocabulary?.index(of: "\u{212A}") == 2)
  }

  /// A symbol that the vocabulary does not have is an error, not a place in memory.
  @Test func textsThatChangeAreRefused() throws {
    let path = try write(String(repeating: "ab", count: 100), "text.txt")
    let symbols = try TextSymbols(
      [path], level: .character, vocabulary: nil, vocabularySize: nil, encoding: .oneHot)
    symbols.prepare(readers: 1, length: 10)
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.write(contentsOf: Data("axb".utf8))
    try file.close()
    #expect(throws: FileError.self) {
      try symbols.read(at: 0, length: 10, reader: 0) { _, _ in }
    }
  }

  @Test func labelsAreDifferent() throws {
    let file = try write("sequence,label\na,\u{2126}\nb,\u{3A9}\naa,\u{2126}\nbb,\u{3A9}\n")
    let labelled = LabelsTask(file: file, sequence: "sequence", label: "label")
    let data = try LabelsData(labelled, validationSplit: 0, randomSeed: 1)
    #expect(data.labels?.map { Array($0.utf8) } == [[0xCE, 0xA9], [0xE2, 0x84, 0xA6]])
    #expect((data.samples as? SequenceDataset)?.targets == [1, 0, 1, 0])
    var plan = TrainingPlan(labelled)
    (plan.units, plan.epochs, plan.validationSplit) = ([3], 1, 0)
    let model = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: model))
    let evaluation = try LabelPredictor(try ModelFile(model)).evaluate() as? ClassEvaluation
    #expect(evaluation?.confusion.map { $0.reduce(0, +) } == [2, 2])
  }

  @Test func columnsAndSeriesAreDifferent() throws {
    let file = try write(
      "\u{E9},e\u{301},K\n"
        + (0..<8).map { "\($0),\(10 * $0),k\n\($0),1,K\n2,1,\u{212A}\n" }.joined()
    )
    var task = SeriesTask(file: file, target: "e\u{301}")
    task.key = "K"
    let table = try SeriesTable(task)
    #expect(table.series.map { Array($0.key.utf8) } == [[0x6B], [0x4B], [0xE2, 0x84, 0xAA]])
    #expect(table.series.first?.values == (0..<8).map { Double(10 * $0) })
  }
}
