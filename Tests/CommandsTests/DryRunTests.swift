import Foundation
import TestSupport
import Testing

@testable import CommandLine

/// `--dry-run` says what a run would be like, and leaves nothing behind.
@Suite struct DryRunTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
  }

  /// An LSTM of 4 units over 3 features has 4 · (3 + 4 + 1) · 4 weights, a Dense of 26 units 5 · 26.
  @Test func aDryRunShowsShapesAndWritesNothing() throws {
    let result = try Tool.run(
      "lstm-train",
      ["--experiment", "window", "--units", "4", "--batch-size", "10", "--epochs", "7"]
        + ["--save", "new.h5", "--save-best", "best.h5", "--log", "log.csv"]
        + ["--tensorboard", "board", "--validation-split", "0.3", "--dry-run", "--format", "json"],
      in: folder.url)
    #expect(result.status == 0, "\(result.error)")
    #expect(try contents().filter { !$0.hasSuffix(".in") }.isEmpty)
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let layers = try #require(json["layers"] as? [[String: Any]])
    #expect(layers.map { $0["layer"] as? String } == ["lstm", "dense"])
    #expect(layers.map { $0["input shape"] as? String } == ["[10, 1, 3]", "[10, 4]"])
    #expect(layers.map { $0["output shape"] as? String } == ["[10, 4]", "[10, 26]"])
    #expect(layers.map { $0["parameters"] as? Int } == [128, 130])
    let model = try #require(json["model"] as? [String: Any])
    #expect(model["parameters"] as? Int == 258 && model["trainable parameters"] as? Int == 258)
    #expect(model["weights"] as? Int == 1032 && model["gradients"] as? Int == 1032)
    // 30 % of 23 samples are for validation, rounded down.
    let training = try #require(json["training"] as? [String: Any])
    #expect(training["samples"] as? Int == 17 && training["validation samples"] as? Int == 6)
    #expect(training["updates per epoch"] as? Int == 2 && training["updates"] as? Int == 14)
    let update = try #require(training["time of an update"] as? Double)
    let validation = try #require(training["time of a validation"] as? Double)
    let all = try #require(training["time of all epochs"] as? Double)
    #expect(update > 0 && validation > 0)
    #expect(abs(all - 7 * (2 * update + validation)) <= 1e-6 * all)
  }

  @Test func aDryRunNeedsNoCheckpointAndNoLock() throws {
    let train = try Tool.run(
      "lstm-train", ["--experiment", "batch", "--epochs", "3", "--dry-run"], in: folder.url)
    #expect(train.status == 0, "\(train.error)")
    for text in ["[25, 1, 1]", "input shape", "updates per epoch", "time of all epochs"] {
      #expect(train.output.contains(text), "\(train.output)")
    }
    let saved = try Tool.run(
      "lstm-train", ["--experiment", "batch", "--epochs", "3", "--quiet", "--save", "a.h5"],
      in: folder.url)
    #expect(saved.status == 0)
    let before = try Data(contentsOf: folder.url.appending(path: "a.h5"))
    let names = try contents()
    let resume = try Tool.run(
      "lstm-resume", ["a.h5", "--epochs", "5", "--dry-run", "--format", "json"], in: folder.url)
    #expect(resume.status == 0 && resume.output.contains("\"epochs\" : 5"), "\(resume)")
    #expect(try Data(contentsOf: folder.url.appending(path: "a.h5")) == before)
    #expect(try contents() == names)
  }

  @Test func aDryRunFindsWhatIsWrong() throws {
    for (arguments, status, text) in [
      (["--experiment", "batch"], Int32(64), "--save"),
      (["--save", "a.h5", "--format", "json"], 64, "--format needs --dry-run"),
      (["--dry-run", "--save", "a.txt"], 64, "a.txt"),
      (["--dry-run", "--log", "a.txt"], 64, "a.txt"),
      (["--dry-run", "--text", "none.txt"], 66, "none.txt"),
      (["--save", "a.h5", "--tensorboard-graph"], 64, "--tensorboard-graph needs --tensorboard"),
      (
        ["--save", "a.h5", "--tensorboard-histograms", "2"], 64,
        "--tensorboard-histograms needs --tensorboard"
      ),
      (
        ["--save", "a.h5", "--tensorboard", "b", "--tensorboard-histograms", "0"], 64,
        "--tensorboard-histograms is 0; it must be at least 1"
      ),
    ] {
      let result = try Tool.run("lstm-train", arguments, in: folder.url)
      #expect(result.status == status && result.error.contains(text), "\(result)")
      #expect(result.errorLines.count == 1)
    }
    #expect(try contents().isEmpty)
  }

  @Test func sizesAndTimesAreForPeople() {
    #expect(
      [0, 1023, 1024, 1 << 21, 3 << 29].map(DryRun.size) == [
        "0 bytes", "1023 bytes", "1.0 KiB", "2.0 MiB", "1.5 GiB",
      ])
    #expect(
      [5e-6, 0.0123, 2.34, 90, 7200].map(DryRun.duration) == [
        "5.0 µs", "12.3 ms", "2.3 s", "1:30", "2:00:00",
      ])
  }
}
