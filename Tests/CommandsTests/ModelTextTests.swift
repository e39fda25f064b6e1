import Files
import Foundation
import TestSupport
import Testing

/// A model as Keras' `to_json` writes it, and its weights in another file.
@Suite struct ModelTextTests {
  private let folder: TemporaryFolder
  private static let archives = "Tests/CheckpointsTests/Reference/archives"

  init() throws {
    folder = try TemporaryFolder()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for name in [
      "keras3.json", "keras2.json", "keras3.weights.h5", "keras2.weights.h5", "keras2-older.h5",
      "model.h5",
    ] {
      try FileManager.default.copyItem(
        at: root.appending(path: "\(Self.archives)/\(name)"), to: folder.url.appending(path: name))
    }
  }

  private func run(_ tool: String, _ arguments: String...) throws -> Tool.Result {
    try Tool.run(tool, arguments, in: folder.url)
  }

  @Test(arguments: [
    ("keras3.weights.h5", "keras3.json"), ("keras2.weights.h5", "keras2.json"),
    ("keras2-older.h5", "keras2.json"), ("keras3.weights.h5", "model.h5"),
  ])
  func weightsPredictAsInKeras(weights: String, model: String) throws {
    let result = try run(
      "lstm-predict", weights, "--model", model, "--input", "model.h5:reference/inputs",
      "--output", "y.npy")
    #expect(result.status == 0, "\(result.error)")
    let found = try Tensor(contentsOf: folder.path("y.npy"))
    let expected = try Tensor(contentsOf: folder.path("model.h5") + ":reference/outputs")
    #expect(found.shape == expected.shape)
    #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func weightsAreShownConvertedAndTrained() throws {
    let weights = "keras3.weights.h5"
    let shown = try run("lstm-inspect", weights, "--model", "keras3.json", "--weights")
    #expect(shown.status == 0 && shown.output.contains("recurrent_kernel"))
    let text = try run("lstm-inspect", "keras2.json")
    #expect(text.status == 0 && text.output.contains("Keras 2.21.0"))
    #expect(try run("lstm-convert", weights, "a.h5", "--model", "keras3.json").status == 0)
    let data = ["--inputs", "model.h5:reference/inputs", "--targets", "model.h5:reference/outputs"]
    let train = ["--model", "keras3.json", "--epochs", "1", "--quiet"] + data
    for (options, name) in [(["--weights", weights], "b.h5"), ([], "c.h5")] {
      let result = try Tool.run(
        "lstm-train", train + options + ["--save", name], in: folder.url)
      #expect(result.status == 0, "\(result.error)")
    }
    // With the optimizer of the text.
    #expect(try run("lstm-inspect", "b.h5", "--optimizer").output.contains("Nadam"))
    #expect(try run("lstm-convert", "b.h5", "b.weights.h5").status == 0)
    let resumed = try run(
      "lstm-resume", "b.weights.h5", "--model", "keras3.json", "--epochs", "1", "--save", "d.h5",
      "--quiet")
    #expect(resumed.status == 0, "\(resumed.error)")
  }

  @Test func wrongFilesAreOneLine() throws {
    let json = folder.path("keras3.json")
    let text = try String(contentsOfFile: json, encoding: .utf8)
    try text.replacing(
      "\"units\": 2, \"activation\": \"linear\"", with: "\"units\": 5, \"activation\": \"linear\""
    )
    .write(toFile: folder.path("wider.json"), atomically: true, encoding: .utf8)
    try text.replacing("\"class_name\": \"Dense\"", with: "\"class_name\": \"Dance\"")
      .write(toFile: folder.path("other.json"), atomically: true, encoding: .utf8)
    // So many places that a map of them would not fit in memory.
    let layer = "{\"module\": \"keras.layers\", \"class_name\": \"Bidirectional\""
    let softmax =
      "{\"module\": \"keras.layers\", \"class_name\": \"Softmax\", "
      + "\"config\": {\"name\": \"softmax\", \"axis\": 1}}, "
    try text.replacing("[null, 3, 2]", with: "[null, 1048576, 1024]", maxReplacements: 1)
      .replacing(layer, with: softmax + layer, maxReplacements: 1)
      .write(toFile: folder.path("huge.json"), atomically: true, encoding: .utf8)
    try "{\"class_name\": ".write(
      toFile: folder.path("cut.json"), atomically: true, encoding: .utf8)
    for (model, words) in [
      ("wider.json", "shape"), ("other.json", "Dance"), ("cut.json", "not JSON"),
      ("none.json", "not found"), ("huge.json", "Softmax takes 1048576 × 1024 values"),
    ] {
      let result = try run(
        "lstm-predict", "keras3.weights.h5", "--model", model, "--input",
        "model.h5:reference/inputs", "--output", "-")
      #expect(result.status == (model == "none.json" ? 66 : 65), "\(result.error)")
      #expect(result.errorLines.count == 1 && result.error.contains(words), "\(result.error)")
    }
    for arguments in [["keras3.json"], ["keras3.weights.h5"]] {
      let result = try Tool.run(
        "lstm-predict", arguments + ["--input", "model.h5:reference/inputs", "--output", "-"],
        in: folder.url)
      #expect(result.status == 65 && result.errorLines.count == 1, "\(result.error)")
    }
  }
}
