import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// Evaluations beside Keras' `evaluate` and scikit-learn's reports; `tools/keras/make_evaluation_reference.py` made them.
@Suite struct EvaluationReferenceTests {
  private func path(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Reference/evaluation/\(name)", ofType: nil))
  }

  private func reference() throws -> JSONValue {
    let data = try Data(contentsOf: URL(filePath: try path("evaluation.json")))
    return try #require(JSONValue(text: String(decoding: data, as: UTF8.self)))
  }

  @Test(arguments: ["sparse", "one-hot", "labels", "numbers", "masked"])
  func arraysAsInKeras(name: String) throws {
    let expected = try #require(try reference()["keras"]?[name])
    let file = try ModelFile(try path(try #require(expected["model"]?.string)))
    let evaluation = try ArrayEvaluation(
      file, inputs: [try path("\(name)-x.npy")], targets: [try path("\(name)-y.npy")])
    #expect(evaluation.notes == [] && evaluation.samples == 45)
    guard case .object(let results) = try #require(expected["results"]) else { return }
    let found = Dictionary(
      evaluation.metrics.map { ($0.name, $0.value) } + [("loss", evaluation.loss)],
      uniquingKeysWith: { one, _ in one })
    #expect(found.keys.sorted() == results.keys.sorted())
    for (name, result) in results {
      let (value, result) = (try #require(found[name]), try #require(result.double))
      #expect(abs(value - result) <= 1e-5 * max(1, abs(result)), "\(name): \(value), \(result)")
    }
  }

  /// A model that answers once for a sequence has no use for targets of several steps.
  @Test func targetsOfOtherStepsAreRefused() throws {
    let folder = try TemporaryFolder()
    let file = try ModelFile(try path("numbers.keras"))
    try Tensor(shape: [45, 300, 2], values: [Float](repeating: 0, count: 27_000))
      .write(to: folder.path("y.npy"))
    let error = #expect(throws: ConfigurationError.self) {
      try ArrayEvaluation(
        file, inputs: [try path("numbers-x.npy")], targets: [folder.path("y.npy")])
    }
    #expect("\(error as Any)".contains("targets for 300 steps, the model gives 1"))
  }

  /// A metric that is not known is left out, and said to be.
  @Test func unknownMetricsAreNamed() throws {
    let file = try ModelFile(try path("sparse.h5"))
    #expect(file.checkpoint.metrics?.map(\.name).first == "accuracy")
    let error = #expect(throws: FileError.self) {
      try ArrayEvaluation(file, inputs: [try path("evaluation.json")], targets: ["y.npy"])
    }
    #expect(error?.kind == .invalid)
  }

  private func check(_ line: ScoreTable.Line, _ expected: JSONValue?) throws {
    let expected = try #require(expected)
    for (name, value) in [
      ("precision", line.precision), ("recall", line.recall), ("f1-score", line.f1),
      ("support", Double(line.count)),
    ] {
      let wanted = try #require(expected[name]?.double)
      #expect(abs(value - wanted) < 1e-12, "\(line.name): \(name)")
    }
  }

  private func texts(_ json: JSONValue?) -> [String] { json?.array?.compactMap(\.string) ?? [] }

  @Test func classesAsInScikitLearn() throws {
    let expected = try #require(try reference()["sklearn"]?["classes"])
    let evaluation = ClassEvaluation(
      part: "all", truth: texts(expected["truth"]), predicted: texts(expected["predicted"]))
    #expect(evaluation.classes == texts(expected["labels"]))
    #expect(
      evaluation.confusion
        == expected["confusion"]?.array?.map { $0.array?.compactMap(\.integer) ?? [] })
    let report = try #require(expected["report"])
    #expect(abs(evaluation.accuracy - (report["accuracy"]?.double ?? 0)) < 1e-12)
    let table = evaluation.table
    for (label, score) in table.scores {
      try check(ScoreTable.Line(name: label, score), report[label])
    }
    try check(table.macro, report["macro avg"])
    try check(table.weighted, report["weighted avg"])
    let lines = evaluation.csv.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "label,precision,recall,f1,count" && lines[8] == "")
    #expect(lines[9] == "actual,ant,bee,cat,dog,elk")
    #expect(evaluation.text.hasPrefix("all: 60 sequences, accuracy "))
  }

  @Test func severalLabelsAsInScikitLearn() throws {
    let expected = try #require(try reference()["sklearn"]?["labels"])
    let names = ["a", "b", "c", "d"]
    func labels(_ json: JSONValue?) -> [[String]] {
      (json?.array ?? []).map { row in
        zip(names, row.array ?? []).filter { $1 == 1 }.map(\.0)
      }
    }
    var evaluation = MultiLabelEvaluation(part: "all", labels: names, threshold: 0.5)
    for (truth, predicted) in zip(labels(expected["truth"]), labels(expected["predicted"])) {
      evaluation.add(truth: truth, predicted: predicted)
    }
    #expect(evaluation.count == 40)
    #expect(abs(evaluation.subsetAccuracy - (expected["subset"]?.double ?? 0)) < 1e-12)
    #expect(abs(evaluation.binaryAccuracy - (expected["binary"]?.double ?? 0)) < 1e-12)
    let report = try #require(expected["report"])
    for (label, score) in evaluation.table.scores {
      try check(ScoreTable.Line(name: label, score), report[label])
    }
    try check(evaluation.table.micro, report["micro avg"])
    try check(evaluation.table.macro, report["macro avg"])
    try check(evaluation.table.weighted, report["weighted avg"])
  }
}
