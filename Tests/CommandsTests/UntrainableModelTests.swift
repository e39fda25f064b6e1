import Foundation
import TestSupport
import Testing

/// Keras' models whose loss, optimizer or schedule is unknown: made by `tools/keras/make_untrainable.py`, which printed
/// what they answer to ones.
@Suite struct UntrainableModelTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let references = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../CheckpointsTests/Reference")
    for (name, _, _, _) in Self.models {
      try FileManager.default.copyItem(
        at: references.appending(path: "untrainable-\(name)"),
        to: folder.url.appending(path: name))
    }
    try shell("for i in 1 2 3; do echo 0.$i,0.2,0.3,0.4,0.1,0.2,0.3,0.4; done > X.csv")
    try shell("for i in 1 2 3; do echo 0.$i; done > Y.csv")
    try shell("echo 1,1,1,1,1,1,1,1 > X1.csv")
  }

  /// The file, what it answers to ones, what is unknown, and the options that help.
  private static let models: [(String, Double, [String], String)] = [
    ("loss.h5", -0.24610398709774017, ["steep"], "--loss mse"),
    ("loss.keras", -0.24610398709774017, ["steep"], "--loss mse"),
    ("optimizer.h5", -0.2525467276573181, ["Muon"], "--optimizer SGD"),
    ("optimizer.keras", -0.2525467276573181, ["Muon"], "--optimizer SGD"),
    (
      "both.keras", 0.0033684116788208485, ["steep", "ScheduleFreeAdamW"],
      "--loss mse --optimizer Adam"
    ),
    ("schedule.keras", -0.1677040457725525, ["learning_rate"], "--optimizer Adam"),
  ]

  @discardableResult private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  @Test(arguments: models.indices)
  func theyPredictAndSayWhatTrainingLacks(index: Int) throws {
    let (name, answer, unknown, options) = Self.models[index]
    let predicted = try shell("lstm-predict \(name) --input X1.csv --output Y1.csv && cat Y1.csv")
    #expect(predicted.status == 0, "\(predicted.error)")
    let value = try #require(Double(predicted.output.trimmingCharacters(in: .newlines)))
    #expect(abs(value - answer) < 1e-6)

    let seen = try shell(
      "lstm-inspect \(name) && lstm-inspect \(name) --weights --optimizer && lstm-inspect \(name) --config"
    )
    #expect(seen.status == 0 && seen.output.contains("cannot be trained"), "\(seen.error)")

    let training = "lstm-train --model \(name) --inputs X.csv --targets Y.csv --quiet"
    let refused = try shell("\(training) --save out.keras")
    #expect(refused.status == 64 && refused.errorLines.count == 1, "\(refused.error)")
    for word in unknown
      + options.split(separator: " ").map(String.init).filter({ $0.hasPrefix("--") })
    {
      #expect(refused.error.contains(word) && seen.output.contains(word), "\(refused.error)")
    }
    #expect(try shell("ls out.keras").status != 0)
    let trained = try shell("\(training) \(options) --epochs 2 --save out.keras")
    #expect(trained.status == 0, "\(trained.error)")
    #expect(try shell("lstm-resume out.keras --epochs 1 --quiet").status == 0)
  }

  /// Other formats have no place for what is unknown; in Keras' it would be lost in silence.
  @Test func theyTurnIntoModelsThatAreNotCompiled() throws {
    for output in ["a.onnx", "a.safetensors", "a.keras", "a.h5"] {
      let result = try shell("lstm-convert loss.h5 \(output)")
      #expect(result.status == 0 && result.error.contains("steep"), "\(result.error)")
    }
    #expect(try !shell("lstm-inspect a.h5 --config").output.contains("training_config"))
    #expect(
      try shell(
        "lstm-predict loss.h5 --input X1.csv --output 1.csv; lstm-predict a.h5 --input X1.csv --output 2.csv; cmp 1.csv 2.csv"
      ).status == 0)
  }
}
