import Files
import Foundation
import HDF5
import TestSupport
import Testing

/// `--evaluate` of what is no experiment, in every format that says what it was trained on.
@Suite struct EvaluationTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @discardableResult private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  @Test func textsInEveryFormat() throws {
    try Data(String(repeating: "one two three four. ", count: 60).utf8).write(
      to: URL(filePath: folder.path("a.txt")))
    let trained = try shell(
      "lstm-train --text a.txt --units 8 --batch-size 2 --sequence-length 20 --epochs 3 --quiet "
        + "--metrics top_5_accuracy --save a.h5 && lstm-convert a.h5 a.safetensors && lstm-convert a.h5 a.keras"
    )
    #expect(trained.status == 0, "\(trained.error)")
    let whole = try shell("lstm-predict a.h5 --evaluate")
    // What was logged last is what the model does.
    let history = try shell("lstm-inspect a.h5 --history --format json")
    let loss = try #require(
      JSONValue(text: history.output)?["history"]?.array?.last?["val_loss"]?.double)
    let document = try #require(
      JSONValue(text: try shell("lstm-predict a.h5 --evaluate --format json").output))
    #expect(abs((document["loss"]?.double ?? 0) - loss) < 1e-6)
    #expect(document["part"]?.string == "validation" && document["top_5_accuracy"]?.double != nil)
    for name in ["a.safetensors", "a.keras"] {
      let other = try shell("lstm-predict \(name) --evaluate")
      #expect(other.status == 0 && other.output == whole.output, "\(other.error)")
    }
  }

  /// The loss is the mean square of the differences between what the model predicts and the targets.
  @Test func arraysInEveryFormat() throws {
    try shell("lstm-train --experiment timesteps --units 4 --epochs 1 --quiet --save model.h5")
    let rows = (0..<6).map { row in (0..<3).map { "0.\(row + $0)" }.joined(separator: ",") }
    try Data((rows.joined(separator: "\n") + "\n").utf8).write(
      to: URL(filePath: folder.path("X.csv")))
    let targets = (0..<6).map { row in (0..<26).map { $0 == row ? 1.0 : 0 } }
    try Data(
      (targets.map { $0.map { "\($0)" }.joined(separator: ",") }.joined(separator: "\n") + "\n")
        .utf8
    ).write(to: URL(filePath: folder.path("Y.csv")))
    for (loss, exponent) in [("mse", 2.0), ("mae", 1)] {
      let trained = try shell(
        "lstm-train --model model.h5 --inputs X.csv --targets Y.csv --loss \(loss) --epochs 2 --quiet "
          + "--save a.h5 && lstm-convert a.h5 a.safetensors && lstm-predict a.h5 --input X.csv --output P.csv"
      )
      #expect(trained.status == 0, "\(trained.error)")
      let predicted = try String(contentsOfFile: folder.path("P.csv"), encoding: .utf8)
        .split(separator: "\n").map { $0.split(separator: ",").compactMap { Double($0) } }
      let differences = zip(predicted, targets).flatMap {
        zip($0, $1).map { pow(abs($0 - $1), exponent) }
      }
      let mean = differences.reduce(0, +) / Double(differences.count)
      for name in ["a.h5", "a.safetensors"] {
        let result = try shell("lstm-predict \(name) --evaluate --format json")
        #expect(result.status == 0, "\(result.error)")
        let document = try #require(JSONValue(text: result.output))
        #expect(abs((document["loss"]?.double ?? 0) - mean) < 1e-6)
        #expect(document["part"]?.string == "training" && document["accuracy"] == nil)
        #expect(try shell("lstm-predict \(name) --evaluate").output.hasPrefix("training: loss "))
      }
    }
  }
}
