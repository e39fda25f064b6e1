import Foundation
import TestSupport
import Testing

/// Live streams from outside, and what becomes of them.
@Suite struct StreamCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = ["value"] + (0..<60).map { "\(sin(Double($0)))" }
    try Data(rows.joined(separator: "\n").utf8).write(to: folder.url.appending(path: "rows.csv"))
    let trained = try run(
      "lstm-train", "--csv", "rows.csv", "--target", "value", "--sequence-length", "4", "--units",
      "4", "--epochs", "2", "--quiet", "--save", "a.h5")
    #expect(trained.status == 0, "\(trained.error)")
  }

  private func run(
    _ tool: String, _ arguments: String..., input: String? = nil
  ) throws -> Tool.Result {
    try Tool.run(tool, arguments, in: folder.url, input: input)
  }

  /// A line that is too long ends the stream; what came before it is answered and stored.
  @Test func longLinesEndAStream() throws {
    let wrong = try run(
      "lstm-predict", "a.h5", "--stream", "--save-state",
      input: "0.5\n0.25\n" + String(repeating: "1", count: 17 << 20) + "\n0.125\n")
    #expect(wrong.status == 65 && wrong.errorLines.count == 1, "\(wrong.error)")
    #expect(wrong.error.hasPrefix("lstm-predict: error: stdin: line 3: "), "\(wrong.error)")
    #expect(wrong.output.split(separator: "\n").count == 2)
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "2\n")
  }

  /// A stream without rows is stored where it is asked for; its own file stays as it is.
  @Test func emptyStreamsAreStored() throws {
    let before = try Data(contentsOf: folder.url.appending(path: "a.h5"))
    #expect(try run("lstm-predict", "a.h5", "--stream", "--save-state", "b.h5").status == 0)
    #expect(try run("lstm-predict", "a.h5", "--stream", "--save-state").status == 0)
    for name in ["a.h5", "b.h5"] {
      #expect(try Data(contentsOf: folder.url.appending(path: name)) == before)
    }
  }

  /// Training that goes on ends a live stream only where that is asked for, and says so in one line.
  @Test func resumingSaysThatAStreamEnds() throws {
    let silent = try run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    #expect(silent.status == 0 && silent.error == "")
    let stream = try run(
      "lstm-predict", "a.h5", "--stream", "--save-state", "--learn", input: "0.5\n0.25\n")
    #expect(stream.status == 0)
    // There is nothing to do, so nothing is lost.
    #expect(try run("lstm-resume", "a.h5", "--quiet").error == "")
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "2\n")
    let refused = try run("lstm-resume", "a.h5", "--epochs", "1", "--quiet")
    #expect(refused.status == 64 && refused.errorLines.count == 1, "\(refused.error)")
    #expect(
      ["a.h5", "2 rows", "--keep-stream", "--end-stream", "--save"].allSatisfy(
        refused.error.contains), "\(refused.error)")
    let kept = try run("lstm-resume", "a.h5", "--epochs", "1", "--quiet", "--keep-stream")
    #expect(kept.status == 0 && kept.error == "", "\(kept.error)")
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "2\n")
    let resumed = try run("lstm-resume", "a.h5", "--epochs", "1", "--quiet", "--end-stream")
    #expect(resumed.status == 0 && resumed.errorLines.count == 1, "\(resumed.error)")
    #expect(
      resumed.error.hasPrefix("lstm-resume: note: a.h5: ") && resumed.error.contains("2 rows"))
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "0\n")
    #expect(try run("lstm-resume", "a.h5", "--epochs", "1", "--quiet").error == "")
  }

  /// A forecast from data that have changed says so in one line on stderr, and nothing on stdout but its rows.
  @Test func changedDataAreNoted() throws {
    #expect(try run("lstm-predict", "a.h5", "--forecast", "2").error == "")
    let file = folder.url.appending(path: "rows.csv")
    let rows = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    for (text, words) in [
      (rows + "\n0.5\n", "grown"), (rows.replacing("value\n", with: "value\n0.5\n"), "changed"),
    ] {
      try Data(text.utf8).write(to: file)
      let forecast = try run("lstm-predict", "a.h5", "--forecast", "2")
      #expect(forecast.status == 0 && forecast.output.split(separator: "\n").count == 3)
      #expect(forecast.errorLines.count == 1 && forecast.error.contains(words), "\(forecast.error)")
      #expect(forecast.error.hasPrefix("lstm-predict: note: rows.csv: "), "\(forecast.error)")
    }
  }
}
