import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Tags are learnt, stored, predicted and measured; numbers from Keras 3.15.1 and seqeval, by
/// `tools/tagging/make_reference.py`.
@Suite struct TagsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func reference(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Reference/\(name)", ofType: nil))
  }

  private struct Group: Decodable {
    struct Score: Decodable {
      let precision, recall, f1: Double
      let support: Int
    }
    let `true`, predicted: [[String]]
    let scores: [String: Score]
  }

  private struct Spans: Decodable { let groups: [Group] }

  @Test func spansAreCountedAsSeqevalDoesIt() throws {
    let data = try Data(contentsOf: URL(filePath: try reference("tag-spans.json")))
    let groups = try JSONDecoder().decode(Spans.self, from: data).groups
    try #require(groups.count == 6)
    for group in groups {
      var evaluation = TagEvaluation(
        part: "all", tags: Set((group.true + group.predicted).flatMap { $0 }).sorted())
      for (truth, predicted) in zip(group.true, group.predicted) {
        evaluation.add(truth: truth, predicted: predicted)
      }
      for (label, expected) in group.scores {
        let found =
          label == "micro"
          ? evaluation.spans ?? Score()
          : evaluation.scores[ExactText(label)] ?? Score()
        #expect(abs(found.precision - expected.precision) < 1e-12, "\(label)")
        #expect(abs(found.recall - expected.recall) < 1e-12, "\(label)")
        #expect(abs(found.f1 - expected.f1) < 1e-12, "\(label)")
        #expect(found.actual == expected.support, "\(label)")
      }
    }
  }

  /// A bidirectional tagger under a mask: outputs, loss, and the weights after one update and after twenty.
  @Test func aTaggerLearnsAsInKeras() throws {
    let path = try reference("tagger.h5")
    func array(_ name: String) throws -> Tensor {
      try Tensor(contentsOf: "\(path):reference/\(name)")
    }
    let outputs = try ArrayPredictor(try ModelFile(path)).predict(
      contentsOf: "\(path):reference/inputs", continues: false)
    let expected = try array("outputs")
    #expect(outputs.shape == expected.shape)
    for (one, other) in zip(outputs.values, expected.values) { #expect(abs(one - other) < 1e-6) }

    for (updates, trained) in [(1, "trained"), (20, "trained_20")] {
      var plan = TrainingPlan(
        ArraysTask(
          model: path, inputs: ["\(path):reference/inputs"], targets: ["\(path):reference/targets"])
      )
      (plan.epochs, plan.batchSize, plan.shuffle) = (updates, 4, false)
      let run = try TrainingRun(plan)
      try run.trainer.train { _ in false }
      let losses = try array("losses_20").values
      for (own, other) in zip(run.trainer.progress.history.loss, losses) {
        #expect(abs(Float(own) - other) < 2e-5)
      }
      let parameters = run.trainer.model.parameters
      for (index, parameter) in parameters.parameters.enumerated() {
        let expected = try array("\(trained)/\(index)")
        #expect(parameter.shape == expected.shape)
        for (own, other) in zip(parameters[parameter], expected.values) {
          #expect(abs(own - other) < 1e-4, "\(parameter.layer)/\(parameter.name)")
        }
      }
    }
  }

  /// Sequences of a and b, tagged by what stands before them.
  private func sequences(_ count: Int, separator: String) -> [(words: [String], tags: [String])] {
    (0..<count).map { number in
      let words = (0..<3 + number % 5).map { (number * 7 + $0 * $0 * 3) % 4 < 2 ? "aa" : "b" }
      let tags = words.indices.map { $0 > 0 && words[$0 - 1] == "aa" ? "B-x" : "O" }
      return (words, tags)
    }
  }

  private func files() throws -> [(file: String, sequence: String, tags: String)] {
    let all = sequences(40, separator: " ")
    let table = all.map { "\($0.words.joined(separator: " ")),\($0.tags.joined(separator: " "))" }
    let objects = all.map {
      #"{"t":\#(JSONValue.array($0.words.map(JSONValue.string)).text()),"#
        + #""g":\#(JSONValue.array($0.tags.map(JSONValue.string)).text())}"#
    }
    let columns = all.map { zip($0.words, $0.tags).map { "\($0)\t\($1)\n" }.joined() }
    return [
      (try folder.write((["t,g"] + table).joined(separator: "\n"), "a.csv"), "t", "g"),
      (try folder.write(objects.joined(separator: "\n"), "a.jsonl"), "t", "g"),
      (try folder.write(columns.joined(separator: "\n"), "a.conll"), "1", "2"),
    ]
  }

  @Test func allFilesSayTheSame() throws {
    let tables = try files().map { try TagTable($0.file, sequence: $0.sequence, tags: $0.tags) }
    for table in tables {
      #expect(table.level == .word && table.sequences.count == 40)
      #expect(table.sequences.map(\.steps) == tables[0].sequences.map(\.steps))
      #expect(table.sequences.map(\.tags) == tables[0].sequences.map(\.tags))
    }
  }

  /// The mark that some programs begin a file with, comments of Universal Dependencies, words of several tokens.
  @Test func whatIsNoStepIsLeftOut() throws {
    let table = try TagTable(
      try folder.write("\u{FEFF}t,g\na b,x y\n", "mark.csv"), sequence: "t", tags: "g")
    #expect(table.sequences[0].tags == ["x", "y"])
    let treebank = try folder.write(
      "# text = ab c\n1-2\tab\t_\n1\ta\tX\n2\tb\tY\n2.1\te\t_\n3\t#\tX\n\n", "a.conllu")
    let words = try TagTable(treebank, sequence: "2", tags: "3")
    #expect(words.sequences.map(\.steps) == [.symbols(["a", "b", "#"])])
    #expect(TagsTask.usualColumn(of: treebank) == "2")
    // Elsewhere a word can be such a sign.
    let columns = try TagTable(
      try folder.write("# O\na B-x\n", "a.conll"), sequence: "1", tags: "2")
    #expect(columns.sequences.map(\.steps) == [.symbols(["#", "a"])])
  }

  /// A task that says something else than its file's model is refused, and nothing is written over.
  @Test func tasksThatDoNotFitAreRefused() throws {
    let file = try files()[0]
    var plan = plan(file)
    plan.epochs = 1
    let run = try TrainingRun(plan)
    let path = folder.path("a.h5")
    func keep(_ change: (inout Checkpoint) -> Void) throws {
      var checkpoint = try run.checkpoint()
      change(&checkpoint)
      try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    }
    try keep { $0.task?.members["level"] = "byte" }
    #expect(throws: FileError.self) { try TagPredictor(try ModelFile(path)) }
    try keep { $0.task?.members["tags"] = nil }
    #expect(throws: FileError.self) { try ModelFile(path) }
    try keep { $0.task?.members["sequence_length"] = .integer(1 << 30) }
    #expect(throws: (any Error).self) { try TrainingRun(resuming: try ModelFile(path)) }
    try keep { $0.task?.members["note"] = "kept" }
    #expect(try ModelFile(path).checkpoint.task?.members["note"] == "kept")
  }

  private func plan(_ file: (file: String, sequence: String, tags: String)) -> TrainingPlan {
    var plan = TrainingPlan(
      TagsTask(file: file.file, sequence: file.sequence, tags: file.tags))
    (plan.units, plan.epochs, plan.batchSize, plan.learningRate) = ([8], 60, 8, 0.02)
    return plan
  }

  @Test func theRuleIsLearntAndPredictedForNewSequences() throws {
    let file = try files()[1]
    let path = folder.path("a.h5")
    try TrainingRun(plan(file)).train(saving: try CheckpointSchedule(path: path))
    let predictor = try TagPredictor(try ModelFile(path))
    let evaluation = try predictor.evaluate()
    #expect(evaluation.part == "validation" && evaluation.steps > 0)
    #expect(evaluation.accuracy == 1 && evaluation.spans?.f1 == 1)
    // Longer than any of the training, with a word that it has not seen.
    let words = (0..<40).map { $0 % 3 == 0 ? "aa" : $0 % 3 == 1 ? "b" : "new" }
    let other = try folder.write(words.joined(separator: " ") + "\nb b\n", "new.txt")
    let answers = try predictor.answers(other).answers
    #expect(answers.map(\.count) == [40, 2])
    #expect(answers[1].map(\.tag) == ["O", "O"])
    #expect(answers[0][1].tag == "B-x" && answers[0][2].tag == "O")
    // A line of a stream is answered as a line of a file is.
    let line = try predictor.answers(line: "b b", number: 1)
    #expect(line == answers[1])
  }

  @Test func resumingIsExact() throws {
    let file = try files()[0]
    var plan = plan(file)
    plan.epochs = 6
    try folder.trainStoppedAndResumed(plan, stopAfter: 13)
  }

  /// Steps of a machine: two numbers each, tagged by whether they rise.
  @Test func numbersAreTagged() throws {
    let lines = (0..<30).map { number in
      let values = (0..<6).map { Double((number * 5 + $0 * $0 * 3) % 11) }
      let tags = values.indices.map { $0 > 0 && values[$0] > values[$0 - 1] ? "up" : "down" }
      let steps = values.map { "[\($0),\(10 - $0)]" }.joined(separator: ",")
      return #"{"s":[\#(steps)],"g":"\#(tags.joined(separator: " "))"}"#
    }
    let file = try folder.write(lines.joined(separator: "\n"), "m.jsonl")
    let path = folder.path("m.safetensors")
    var plan = plan((file, "s", "g"))
    plan.epochs = 80
    let run = try TrainingRun(plan)
    try run.trainer.train { _ in false }
    try CheckpointFile.save(try run.checkpoint(), to: path, lock: try FileLock(path))
    let evaluation = try TagPredictor(try ModelFile(path)).evaluate()
    #expect(evaluation.spans == nil && evaluation.accuracy > 0.9)
  }

  @Test(arguments: [
    (#"{"t":"a b","g":["x"]}"#, "line 1, column t: has 2 words and 3 characters, for 1 tags"),
    (#"{"t":["a","b"],"g":["x"]}"#, "line 1, column g: has 1 tags; the sequence has 2 steps"),
    (#"{"t":[],"g":[]}"#, "line 1, column t: the sequence is empty"),
    (#"{"t":["a"],"g":["x"]}"#, "column g: all tags are x; there is nothing to choose between"),
    (#"{"t":["a"]}"#, "line 1: has no member g; there are t"),
    (#"{"t":["a","b"],"g":["x",null]}"#, "line 1, column g: null is not a tag"),
  ])
  func wrongFilesAreNamed(line: String, reason: String) throws {
    let file = try folder.write(line + "\n", "wrong.jsonl")
    let error = #expect(throws: FileError.self) { try TrainingRun(plan((file, "t", "g"))) }
    #expect(error?.reason == reason)
  }
}
