import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Subwords beside those of Hugging Face's tokenizers, from `tools/subwords/make_reference.py`; that texts are made of them
/// exactly; and models of them.
@Suite struct SubwordTests {
  private struct Reference: Decodable {
    struct Sample: Decodable {
      let text: String
      let numbers: [Int]
    }
    let text: String
    let symbols: [String]
    let merges: [[String]]
    let samples: [Sample]
  }

  private let folder: TemporaryFolder
  private let reference: Reference

  init() throws {
    folder = try TemporaryFolder()
    let url = try #require(
      Bundle.module.url(
        forResource: "subwords", withExtension: "json", subdirectory: "Reference"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: url))
  }

  private func write(_ bytes: some Sequence<UInt8>, _ name: String = "text.txt") throws -> String {
    try Data(Array(bytes)).write(to: URL(filePath: folder.path(name)))
    return folder.path(name)
  }

  private func symbols(_ path: String, size: Int, split: Double = 0) throws -> TextSymbols {
    try TextSymbols(
      [path], level: .subword, vocabulary: nil, vocabularySize: size, encoding: .number,
      validationSplit: split)
  }

  private func numbers(_ symbols: TextSymbols, _ range: Range<Int>) throws -> [Int] {
    var numbers: [Int] = []
    try symbols.read(at: range.lowerBound, length: range.count, reader: 0) {
      numbers.append(Int($1))
    }
    return numbers
  }

  @Test func theyAreThoseOfTokenizers() throws {
    let path = try write(reference.text.utf8)
    let vocabulary = try symbols(path, size: reference.symbols.count).vocabulary
    #expect(vocabulary.symbols == reference.symbols)
    #expect(
      vocabulary.merges.map { [vocabulary.symbols[$0.left], vocabulary.symbols[$0.right]] }
        == reference.merges)
    let numbers = SymbolNumbers(vocabulary, level: .subword)
    for sample in reference.samples {
      #expect(try numbers.numbers(of: sample.text.utf8) == sample.numbers, "\(sample.text)")
    }
  }

  /// Every text, also one that is not UTF-8, is made of its subwords; they are the same wherever reading begins.
  @Test func symbolsAreTheText() throws {
    var generator = PhiloxGenerator(seed: 5, stream: .trainingData)
    let random = (0..<20_000).map { _ in UInt8(generator.uniform(below: 256)) }
    let long = Array(String(repeating: "a", count: 3000).utf8) + Array("   \n \t".utf8)
    let blanks = [UInt8](repeating: 0x20, count: 2000)
    for text in [Array(reference.text.utf8), random, long, blanks, [0xE2, 0x82], [0x27]] {
      let symbols = try symbols(try write(text), size: 300)
      symbols.prepare(readers: 1, length: 50)
      let all = try numbers(symbols, 0..<symbols.count)
      #expect(all.count == symbols.count && all.allSatisfy { $0 < 300 })
      let encoder = try #require(SubwordEncoder(symbols.vocabulary))
      #expect(all.flatMap { encoder.bytes(of: $0) } == text)
      let own = SymbolNumbers(symbols.vocabulary, level: .subword)
      #expect(try own.numbers(of: text) == all)
      for _ in 0..<200 {
        let first = generator.uniform(below: symbols.count)
        let length = min(symbols.count - first, 1 + generator.uniform(below: 40))
        #expect(try numbers(symbols, first..<first + length) == Array(all[first..<first + length]))
        // On from where it stopped, as samples are.
        let last = first + length - 1
        #expect(try numbers(symbols, last..<last + 1) == [all[last]])
      }
    }
  }

  /// Of "abab abab abab." and a part for validation that is full of z: ab occurs six times, abab three times.
  @Test func theyAreLearntFromTheTrainingPart() throws {
    let path = try write("abab abab abab.".utf8 + [UInt8](repeating: 0x7A, count: 15))
    let symbols = try symbols(path, size: 300, split: 0.5).vocabulary.symbols
    #expect(symbols.dropFirst(256) == ["ab", "abab", "Ġabab"])
    #expect(ByteNames.bytes(of: "Ġabab") == Array(" abab".utf8))
    #expect(ByteNames.bytes(of: "漢") == nil)
  }

  @Test(arguments: [true, false]) func aModelOfThemWritesAndMeasures(isStateful: Bool) throws {
    let file = try write(reference.text.utf8)
    var task = TextTask(files: [file], level: .subword)
    (task.vocabularySize, task.sequenceLength, task.isStateful) = (350, 10, isStateful)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize) = ([16], 2, 5)
    // The end of the text is in many scripts, whose characters have few subwords.
    plan.validationSplit = 0
    let path = folder.path("a.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    for name in ["a.h5", "a.keras", "a.safetensors"] where isStateful || name == "a.h5" {
      let copy = folder.path(name)
      if copy != path {
        try CheckpointFile.save(
          CheckpointFile.load(path), to: copy, lock: try FileLock(copy))
      }
      let model = try ModelFile(copy)
      #expect(model.checkpoint.vocabulary?.merges.count ?? 0 > 90)
      #expect(try ModelFile(path).checkpoint.vocabulary == model.checkpoint.vocabulary)
      let written = try model.symbols(seed: "überall 漢字", steps: 30)
      #expect(written.count >= 30)
    }
    let model = try ModelFile(path)
    let generator = try TextGenerator(model)
    try generator.begin(seed: "The")
    #expect(try generator.search(beams: 3, steps: 8).count == 8)
    #expect(
      try generator.candidates(300).contains { $0.symbol.hasPrefix(" ") && $0.symbol.count > 1 })
    // Bits of symbols and of characters, in which the text is the same.
    let text = try LossEvaluation(model, task: try model.task(as: TextTask.self)).text
    let bits = text.matches(of: /([0-9.]+) bits per (subword|character)/).map {
      Double($0.output.1) ?? 0
    }
    let ratio = try #require(try model.task(as: TextTask.self).charactersPerSymbol)
    #expect(bits.count == 2 && abs(bits[0] / bits[1] - ratio) < 0.01 && ratio > 1.2, "\(text)")
  }

  @Test func wrongVocabulariesAreRefused() throws {
    let file = try write(reference.text.utf8)
    var task = TextTask(files: [file], level: .subword)
    (task.vocabularySize, task.sequenceLength) = (255, 10)
    #expect(throws: ConfigurationError.self) { try TrainingRun(TrainingPlan(task)) }
    task.vocabularySize = 300
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.batchSize) = ([4], 1, 5)
    let path = folder.path("a.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let changes: [(inout Vocabulary) -> Void] = [
      { $0.merges[3] = Vocabulary.Merge(left: -1, right: 3) },
      { $0.merges[3] = Vocabulary.Merge(left: 300, right: 3) },
      { $0.merges[3] = Vocabulary.Merge(left: 0, right: 0) },
      { $0.symbols.swapAt(0, 1) },
    ]
    for change in changes {
      var checkpoint = try CheckpointFile.load(path)
      change(&checkpoint.vocabulary!)
      let wrong = folder.path("wrong.h5")
      #expect(throws: FileError.self) {
        try CheckpointFile.save(checkpoint, to: wrong, lock: try FileLock(wrong))
        _ = try CheckpointFile.load(wrong)
      }
    }
    // Without merges, and with other names of symbols, the task says what the vocabulary should be.
    var checkpoint = try CheckpointFile.load(path)
    checkpoint.vocabulary?.merges = []
    checkpoint.vocabulary?.symbols.swapAt(0, 1)
    let wrong = folder.path("wrong.h5")
    try CheckpointFile.save(checkpoint, to: wrong, lock: try FileLock(wrong))
    #expect(throws: FileError.self) { try TextGenerator(try ModelFile(wrong)) }
    #expect(throws: FileError.self) { try TrainingRun(resuming: try ModelFile(wrong)) }
    let rows = try write("a,b\nxy,1 2\nxx,2 3\n".utf8, "rows.csv")
    var labels = LabelsTask(file: rows, sequence: "a", label: "b")
    labels.level = .subword
    #expect(throws: ConfigurationError.noSubwords) { try TrainingRun(TrainingPlan(labels)) }
    var tags = TagsTask(file: rows, sequence: "a", tags: "b")
    tags.level = .subword
    #expect(throws: ConfigurationError.noSubwords) { try TrainingRun(TrainingPlan(tags)) }
  }
}
