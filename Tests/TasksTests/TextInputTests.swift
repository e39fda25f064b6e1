import Checkpoints
import Files
import Foundation
import Recurrent
import Tasks
import TestSupport
import Testing

/// Models that begin with texts, beside real Keras: `tools/keras/make_text_input_reference.py` wrote them.
@Suite struct TextInputTests {
  static let names = ["keras3", "keras2"].flatMap { flavour in
    [
      "int", "padded", "characters", "pairs", "multi-hot", "count", "tf-idf", "inside", "given",
      "words", "one-hot", "bins", "hashed", "hashed-one-hot",
    ].map { "\(flavour)-\($0)" }
  }

  private func path(_ name: String) throws -> String {
    try #require(
      Bundle.module.url(
        forResource: name, withExtension: nil, subdirectory: "Reference/text-inputs")
    ).path
  }

  private func expectOutputs(_ found: [Tensor], of name: String) throws {
    let all = try JSONDecoder().decode(
      [String: [[Float]]].self, from: Data(contentsOf: URL(filePath: try path("outputs.json"))))
    let expected = try #require(all[name])
    #expect(found[0].shape == [expected.count, expected[0].count])
    let values = expected.flatMap { $0 }
    let largest = max(values.map(abs).max() ?? 0, 0.1)
    #expect(zip(found[0].values, values).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
  }

  @Test(arguments: names) func answersAreThoseOfKeras(name: String) throws {
    let texts = try path("texts.txt")
    let model = try ModelFile(try path(name + ".keras"))
    let predictor = ArrayPredictor(model)
    try expectOutputs(
      try predictor.predict(contentsOf: [texts], continues: false), of: name)
    // The same from a file that was written here.
    let folder = try TemporaryFolder()
    for suffix in [".keras", ".h5"] {
      let copy = folder.path("copy" + suffix)
      try CheckpointFile.save(model.checkpoint, to: copy, lock: try FileLock(copy))
      try expectOutputs(
        try ArrayPredictor(try ModelFile(copy)).predict(contentsOf: [texts], continues: false),
        of: name)
    }
  }

  @Test func textsComeFromAColumnToo() throws {
    let folder = try TemporaryFolder()
    let lines = try String(contentsOfFile: try path("texts.txt"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { "1,\"\($0)\"" }
    let file = try folder.write(["number,text"] + lines)
    let predictor = ArrayPredictor(try ModelFile(try path("keras3-int.keras")))
    try expectOutputs(
      try predictor.predict(contentsOf: [file + ":text"], continues: false), of: "keras3-int")
    #expect(throws: FileError.self) {
      try predictor.predict(contentsOf: [file + ":other"], continues: false)
    }
  }

  @Test func modelsOfTextsAreTrained() throws {
    let folder = try TemporaryFolder()
    let texts = try path("texts.txt")
    try Tensor(repeating: 0.5, shape: [10, 2]).write(to: folder.path("y.npy"))
    var plan = TrainingPlan(
      ArraysTask(
        model: try path("keras3-padded.keras"), inputs: [texts], targets: [folder.path("y.npy")]))
    (plan.epochs, plan.loss) = (3, "mse")
    let run = try TrainingRun(plan)
    try run.train(saving: try CheckpointSchedule(path: folder.path("trained.keras")))
    let history = try #require(ModelFile(folder.path("trained.keras")).checkpoint.history)
    #expect(history.loss.count == 3 && history.loss[2] < history.loss[0])
  }
}
