import Files
import Foundation
import HDF5
import Testing

/// The commands from outside: what they print, where, and how they end.
@Suite struct CommandTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func run(_ tool: String, _ arguments: String...) throws -> Tool.Result {
    try Tool.run(tool, arguments, in: folder)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appending(path: name))
  }

  private func removeFolder() { try? FileManager.default.removeItem(at: folder) }

  /// A run that is stopped in one format and goes on in another ends as one that never stopped.
  @Test func convertKeepsEverything() throws {
    defer { removeFolder() }
    #expect(try run("lstm-train", "--save", "whole.keras", "--quiet", "--epochs", "5").status == 0)
    #expect(try run("lstm-train", "--save", "a.h5", "--quiet", "--epochs", "3").status == 0)
    #expect(try run("lstm-convert", "a.h5", "b.weights.h5").status == 0)
    #expect(
      try run("lstm-convert", "b.weights.h5", "b.keras", "--model", "a.h5").status == 0)
    #expect(try run("lstm-resume", "b.keras", "--epochs", "2", "--quiet").status == 0)
    #expect(try bytes("b.keras") == bytes("whole.keras"))
    #expect(try run("lstm-inspect", "b.keras", "--verify").status == 0)

    for output in ["c.onnx", "c.safetensors"] {
      #expect(try run("lstm-convert", "a.h5", output).status == 0)
      let seen = try run("lstm-inspect", output)
      #expect(seen.status == 0 && seen.output.contains("format"))
    }
    let state = try run("lstm-predict", "a.h5", "--continue", "--steps", "3")
    #expect(
      try run("lstm-predict", "c.safetensors", "--continue", "--steps", "3").output
        == state.output)
    let unread = try run("lstm-convert", "c.onnx", "d.h5")
    #expect(unread.status == 65 && unread.errorLines.count == 1)
    #expect(try run("lstm-convert", "b.weights.h5", "d.h5").status == 65)
    #expect(try run("lstm-convert", "none.h5", "d.h5").status == 66)
    #expect(try run("lstm-train", "--save", "d.onnx").status == 64)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "d.h5").path))
  }

  @Test func textsAreLearntAndGoOn() throws {
    defer { removeFolder() }
    let text = String(repeating: "one two three four. ", count: 60)
    try Data(text.utf8).write(to: folder.appending(path: "text.txt"))
    let options = [
      "--text", "text.txt", "--units", "24", "--batch-size", "2", "--sequence-length", "20",
      "--learning-rate", "0.02", "--quiet",
    ]
    #expect(
      try Tool.run(
        "lstm-train", options + ["--epochs", "30", "--save", "a.h5", "--log", "log.csv"], in: folder
      ).status == 0)
    let log = String(decoding: try bytes("log.csv"), as: UTF8.self).split(separator: "\n")
    #expect(log.count == 31 && log[0] == "epoch,loss,accuracy,val_accuracy,val_loss")
    // A text that repeats itself is learnt by heart.
    let whole = try run(
      "lstm-predict", "a.h5", "--seed", "one two thr", "--steps", "40", "--temperature", "0")
    #expect(whole.output == String(text.prefix(51)) && whole.status == 0)
    let first = try run(
      "lstm-predict", "a.h5", "--seed", "one two thr", "--steps", "10", "--save-state")
    let second = try run("lstm-predict", "a.h5", "--continue", "--steps", "30")
    #expect(
      try run("lstm-predict", "a.h5", "--seed", "one two thr", "--steps", "40").output.count
        == (first.output + second.output).count)
    let likely = try run("lstm-predict", "a.h5", "--seed", "one tw", "--show-probabilities", "1")
    #expect(likely.output.hasSuffix("\"o\"\n"))
    #expect(try run("lstm-predict", "a.h5", "--evaluate").output.contains("bits per character"))
    let three = try run("lstm-predict", "a.h5", "--seed", "one", "--count", "3", "--steps", "5")
    #expect(three.output.hasPrefix("==> 1 of 3 <==\none"))
    #expect(three.output.components(separatedBy: "\n\n==> ").count == 3)
    #expect(three.output.hasSuffix("\n") && !three.output.hasSuffix("\n\n"))
    let null = try run(
      "lstm-predict", "a.h5", "--seed", "one", "--count", "3", "--steps", "5", "--null")
    let texts = null.output.split(separator: "\0", omittingEmptySubsequences: false)
    #expect(texts.count == 4 && texts[3].isEmpty)
    #expect(
      texts.dropLast().allSatisfy { $0.unicodeScalars.count == 8 && three.output.contains($0) })

    let beams = try run(
      "lstm-predict", "a.h5", "--seed", "one two thr", "--steps", "40", "--beam", "4")
    #expect(beams.output == String(text.prefix(51)))
    let chosen = try Tool.run(
      "lstm-predict", ["a.h5", "--seed", "one tw", "--interactive", "2", "--save-state"],
      in: folder, input: "1\n\nthr\nZ\n7\nq\n")
    #expect(chosen.output == "one two thr" && chosen.error.contains("'Z'"))
    #expect(
      try run("lstm-predict", "a.h5", "--continue", "--steps", "3", "--temperature", "0").output
        == "ee ")
    #expect(
      try run("lstm-predict", "a.h5", "--seed", "o", "--beam", "2", "--top-k", "3").status == 64)
    #expect(
      try run("lstm-train", "--log", "a.csv", "--save", "a.csv").status == 64)

    let strange = try run("lstm-predict", "a.h5", "--seed", "one ZWEI")
    #expect(strange.status == 64 && strange.errorLines.count == 1)
    #expect(strange.error.contains("symbol 5, 'Z'"))
    #expect(try run("lstm-train", "--text", "none.txt", "--save", "b.h5").status == 66)
    #expect(try run("lstm-train", "--level", "word", "--save", "b.h5").status == 64)
    #expect(try run("lstm-train", "--schedule", "step:1", "--save", "b.h5").status == 64)
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "b.h5").path))
  }

  @Test func seriesAreForetoldAndStreamed() throws {
    defer { removeFolder() }
    let rows = (0..<60).map {
      "2020-01-\($0 / 2 + 1 < 10 ? "0" : "")\($0 / 2 + 1) \($0 % 2 == 0 ? "00" : "12"):00,\(sin(Double($0)))"
    }
    try Data((["time,value"] + rows).joined(separator: "\n").utf8).write(
      to: folder.appending(path: "rows.csv"))
    #expect(
      try run(
        "lstm-train", "--csv", "rows.csv", "--target", "value", "--date", "time", "--epochs", "2",
        "--framing", "stateful", "--quiet", "--sequence-length", "4", "--save", "a.h5"
      ).status == 0)
    let evaluation = try run("lstm-predict", "a.h5", "--evaluate", "--format", "json")
    let parts = try #require(JSONValue(text: evaluation.output)?["parts"])
    #expect(parts["test"]?["baselines"]?["last_value"]?["rmse"]?.double ?? 0 > 0.5)
    let forecast = try run("lstm-predict", "a.h5", "--forecast", "3", "--plot", "a.svg")
    let lines = forecast.output.split(separator: "\n")
    #expect(lines.count == 4 && lines[0] == "step,date,forecast,lower,upper")
    #expect(lines[1].hasPrefix("1,2020-01-31 00:00,"))
    #expect(String(decoding: try bytes("a.svg"), as: UTF8.self).hasPrefix("<svg"))
    let test = try run("lstm-predict", "a.h5", "--forecast", "2", "--backtest", "--output", "b.csv")
    #expect(test.output.split(separator: "\n").count { $0.contains(" ahead: 5 forecasts") } == 2)
    #expect(test.output.contains("seasonal naive"))
    #expect(String(decoding: try bytes("b.csv"), as: UTF8.self).split(separator: "\n").count == 11)
    let picture = try run(
      "lstm-predict", "a.h5", "--forecast", "2", "--backtest", "--plot", "b.png", "--plot-size",
      "600x300")
    // PNG needs a program that not every machine has.
    if picture.status == 0 {
      #expect(try bytes("b.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    } else {
      #expect(picture.status == 73 && picture.error.contains("librsvg2-bin"))
    }
    #expect(
      try run(
        "lstm-predict", "a.h5", "--forecast", "3", "--frequency", "12h", "--plot", "c.svg",
        "--plot-range", "2020-01-20:2020-01-31"
      ).status == 0)
    #expect(
      try run("lstm-predict", "a.h5", "--forecast", "3", "--frequency", "months").status == 64)

    let stream = try Tool.run(
      "lstm-predict", ["a.h5", "--stream", "--save-state", "--learn"], in: folder,
      input: "time,value\n1,0.5\n2,0.25\n")
    #expect(stream.status == 0 && stream.output.split(separator: "\n").count == 2)
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "2\n")
    let wrong = try Tool.run(
      "lstm-predict", ["a.h5", "--stream", "--save-state"], in: folder, input: "0.5\nhalf\n0.1\n")
    #expect(wrong.status == 65 && wrong.output.split(separator: "\n").count == 1)
    #expect(
      wrong.error == "lstm-predict: error: stdin: line 2, column value: 'half' is not a number\n")
    #expect(try run("lstm-predict", "a.h5", "--stream", "--rows-seen").output == "3\n")
    #expect(try run("lstm-train", "--csv", "rows.csv", "--save", "b.h5").status == 64)
    #expect(try run("lstm-train", "--horizon", "2", "--save", "b.h5").status == 64)
    #expect(try run("lstm-predict", "a.h5", "--learn", "--evaluate").status == 64)
  }

  @Test func sequencesAreToldApart() throws {
    defer { removeFolder() }
    let rows = (0..<60).map {
      "\($0 % 2 == 0 ? "abab" : "cdcd")\($0 % 3),\($0 % 2 == 0 ? "one" : "two")"
    }
    try Data((["word,kind"] + rows).joined(separator: "\n").utf8).write(
      to: folder.appending(path: "rows.csv"))
    #expect(
      try run(
        "lstm-train", "--sequences", "rows.csv", "--sequence", "word", "--label", "kind",
        "--learning-rate", "0.01", "--epochs", "20", "--quiet", "--save", "a.keras"
      ).status == 0)
    #expect(try run("lstm-predict", "a.keras", "--evaluate").output.contains("accuracy 100.00 %"))
    try Data("word\nabab\ncdcdcd\n".utf8).write(to: folder.appending(path: "new.csv"))
    let answers = try run("lstm-predict", "a.keras", "--sequences", "new.csv")
    let lines = answers.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0] == "label,probability")
    #expect(lines[1].hasPrefix("one,") && lines[2].hasPrefix("two,"))
    #expect(try run("lstm-train", "--sequences", "rows.csv", "--save", "b.h5").status == 64)
    let missing = try run("lstm-predict", "a.keras", "--sequences", "none.csv")
    #expect(missing.status == 66 && missing.errorLines.count == 1)
  }

  @Test func trainPredictContinueResumeInspect() throws {
    defer { removeFolder() }
    let trained = try run("lstm-train", "--save", "a.h5", "--quiet")
    #expect(trained.status == 0 && trained.output == "" && trained.error == "")

    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".map { String($0) }
    let lines = zip(letters, letters.dropFirst()).map { "\($0) -> \($1)\n" }
    let whole = try run("lstm-predict", "a.h5", "--seed", "A", "--steps", "25")
    #expect(whole.status == 0 && whole.output == lines.joined() && whole.error == "")
    #expect(try run("lstm-predict", "a.h5", "--seed", "ABCDEFGHIJK").output == "K -> L\n")

    let first = try run("lstm-predict", "a.h5", "--seed", "A", "--steps", "10", "--save-state")
    let second = try run("lstm-predict", "a.h5", "--continue", "--steps", "15")
    #expect(first.output + second.output == whole.output)
    // The prediction has moved the stream, not the training.
    #expect(try run("lstm-resume", "a.h5", "--epochs", "2", "--quiet").status == 0)
    #expect(try run("lstm-train", "--save", "b.h5", "--quiet", "--epochs", "302").status == 0)
    #expect(try bytes("a.h5") == bytes("b.h5"))

    let json = try run("lstm-predict", "a.h5", "--seed", "A", "--format", "json")
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    let steps = (document as? [String: Any])?["steps"] as? [[String: Any]]
    #expect(steps?.first?["output"] as? String == "B")

    let evaluated = try run("lstm-predict", "a.h5", "--evaluate")
    #expect(evaluated.output.contains("accuracy 100.00 %"))
    #expect(evaluated.output.contains("['Y'] -> Z\n"))

    #expect(try run("lstm-inspect", "a.h5", "--verify").output == "a.h5: intact\n")
    #expect(try run("lstm-inspect", "a.h5", "--diff", "b.h5").status == 0)
    #expect(try run("lstm-inspect", "a.h5").output.contains("10400"))
    let history = try run("lstm-inspect", "a.h5", "--history", "--format", "csv").output
    #expect(history.split(separator: "\n").count == 303)
    let dump = try run("lstm-inspect", "a.h5", "--dump", "lstm/hidden", "--format", "csv").output
    #expect(dump.split(separator: ",").count == 50)
    #expect(try run("lstm-train", "--save", "c.h5", "--quiet", "--epochs", "3").status == 0)
    #expect(try run("lstm-inspect", "a.h5", "--diff", "c.h5").status == 1)
  }

  @Test func signalsSaveAndStop() throws {
    defer { removeFolder() }
    #expect(
      try run("lstm-train", "--save", "whole.h5", "--quiet", "--epochs", "1500").status == 0)
    var tool = try Tool(
      "lstm-train", ["--save", "parts.h5", "--quiet", "--epochs", "1500"], in: folder)
    var stops = 0
    for number in [SIGINT, SIGTERM, SIGINT, SIGTERM, SIGINT] {
      Thread.sleep(forTimeInterval: 0.15)
      tool.send(number)
      let result = try tool.result()
      // A signal before the command watches for it, or behind the end, is no stop of a run.
      if result.status == 128 + number { stops += 1 }
      #expect([0, 128 + number, -number].contains(result.status))
      let begun = FileManager.default.fileExists(atPath: folder.appending(path: "parts.h5").path)
      tool =
        begun
        ? try Tool("lstm-resume", ["parts.h5", "--quiet"], in: folder)
        : try Tool("lstm-train", ["--save", "parts.h5", "--quiet", "--epochs", "1500"], in: folder)
    }
    #expect(try tool.result().status == 0)
    #expect(stops >= 1)
    #expect(try bytes("whole.h5") == bytes("parts.h5"))
  }

  @Test(arguments: [
    (["lstm-train", "--save", "a.h5", "--units", "0"], 64),
    (["lstm-train", "--save", "a.h5", "--units", "x"], 64),
    (["lstm-train", "--save", "a.h5", "--units", "99999999"], 64),
    (["lstm-train", "--save", "a.h5", "--epochs", "-1"], 64),
    (["lstm-train", "--save", "a.h5", "--epochs=-1"], 64),
    (["lstm-train", "--save", "a.h5", "--batch-size", "0"], 64),
    (["lstm-train", "--save", "a.h5", "--batch-size", "2"], 64),
    (["lstm-train", "--save", "a.h5", "--learning-rate", "nan"], 64),
    (["lstm-train", "--save", "a.h5", "--experiment", "other"], 64),
    (["lstm-train", "--save", "a.h5", "--checkpoint-every", "0"], 64),
    (["lstm-train", "--save", "a.h5", "--epochs", "9223372036854775807"], 64),
    (["lstm-train", "--save", "a.h5", "--experiment", "naive", "--batch-size", "2000000"], 64),
    (
      ["lstm-train", "--save", "good.h5", "--learning-rate", "1e30", "--epochs", "5", "--quiet"], 65
    ),
    (["lstm-resume", "good.h5", "--epochs", "9223372036854775807"], 64),
    (["lstm-train", "--quiet"], 64),
    (["lstm-train", "--save", "no/such/folder/a.h5"], 73),
    (["lstm-train", "--save", "."], 64),
    (["lstm-resume", "missing.h5"], 66),
    (["lstm-resume", "."], 65),
    (["lstm-resume", "empty.h5"], 65),
    (["lstm-resume", "text.h5"], 65),
    (["lstm-resume", "good.h5", "--epochs=-1"], 64),
    (["lstm-predict", "missing.h5", "--seed", "A"], 66),
    (["lstm-predict", "missing.h5", "--seed", "A", "--save-state"], 66),
    (["lstm-predict", "text.h5", "--seed", "A"], 65),
    (["lstm-predict", "good.h5", "--seed", "a"], 64),
    (["lstm-predict", "good.h5", "--seed", ""], 64),
    (["lstm-predict", "good.h5", "--seed", "A", "--steps", "0"], 64),
    (["lstm-predict", "good.h5", "--seed", "A", "--row", "1"], 64),
    (["lstm-predict", "good.h5"], 64),
    (["lstm-inspect", "missing.h5"], 66),
    (["lstm-inspect", "text.h5", "--verify"], 65),
    (["lstm-inspect", "truncated.h5"], 65),
    (["lstm-inspect", "flipped.h5"], 65),
    (["lstm-inspect", "good.h5", "--dump", "nothing"], 64),
    (["lstm-inspect", "good.h5", "--format", "npy"], 64),
  ])
  func wrongInputIsOneLine(command: [String], status: Int) throws {
    defer { removeFolder() }
    #expect(try run("lstm-train", "--save", "good.h5", "--quiet", "--epochs", "1").status == 0)
    let good = try bytes("good.h5")
    try Data().write(to: folder.appending(path: "empty.h5"))
    try Data("no checkpoint at all\n".utf8).write(to: folder.appending(path: "text.h5"))
    try good.prefix(good.count / 2).write(to: folder.appending(path: "truncated.h5"))
    var flipped = good
    flipped[good.count / 2] ^= 1
    try flipped.write(to: folder.appending(path: "flipped.h5"))
    let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()

    let result = try Tool.run(command[0], Array(command.dropFirst()), in: folder)
    #expect(result.status == Int32(status), "\(result.error)")
    #expect(result.output == "")
    #expect(result.errorLines.count == 1, "\(result.error)")
    #expect(result.error.hasPrefix("\(command[0]): error: "), "\(result.error)")
    // Nothing is changed, nothing is left behind.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    #expect(try bytes("good.h5") == good)
  }

  @Test func theSameCheckpointIsNotWrittenTwiceAtOnce() throws {
    defer { removeFolder() }
    let first = try Tool(
      "lstm-train", ["--save", "a.h5", "--quiet", "--epochs", "100000"], in: folder)
    let lock = folder.appending(path: ".a.h5.lock").path
    while !FileManager.default.fileExists(atPath: lock) { Thread.sleep(forTimeInterval: 0.01) }
    // The lock file is there a moment before it is locked.
    Thread.sleep(forTimeInterval: 0.2)
    let second = try run("lstm-train", "--save", "a.h5", "--quiet", "--epochs", "1")
    #expect(second.status == 75, "\(second.error)")
    first.send(SIGTERM)
    #expect(try first.result().status == 143)
  }

  /// A folder inside a folder that is not there, as TensorBoard's own `logs/fit/1`.
  @Test func foldersOfLogsAreMade() throws {
    defer { removeFolder() }
    let options = ["--quiet", "--epochs", "1", "--save", "a.h5", "--tensorboard"]
    for path in ["a/b/c", "./d//e/", folder.appending(path: "f/g").path] {
      #expect(try Tool.run("lstm-train", options + [path], in: folder).status == 0)
      #expect(
        FileManager.default.fileExists(
          atPath: URL(filePath: path, relativeTo: folder.appending(path: "/"))
            .appending(path: "train/events.out.tfevents.lstm").path))
    }
    try Data().write(to: folder.appending(path: "file"))
    let wrong = try Tool.run("lstm-train", options + ["file/b"], in: folder)
    #expect(wrong.status == 73 && wrong.errorLines.count == 1)
    #expect(wrong.error.contains("file: cannot make the folder"))
  }

  /// The layouts of the two, as Keras 3 and tf-keras write them.
  @Test func modelsTurnIntoTheKerasThatIsAskedFor() throws {
    defer { removeFolder() }
    #expect(
      try run(
        "lstm-train", "--experiment", "timesteps", "--quiet", "--epochs", "1", "--save", "a.h5"
      ).status == 0)
    try Data([Int](repeating: 0, count: 3).map { "0.\($0),0.5,0.5\n" }.joined().utf8)
      .write(to: folder.appending(path: "X.csv"))
    try Data(
      (0..<3).map { row in (0..<26).map { $0 == row ? "1" : "0" }.joined(separator: ",") + "\n" }
        .joined().utf8
    ).write(to: folder.appending(path: "Y.csv"))
    for (from, version, release) in [("a.h5", "2", "2."), ("b.h5", "3", "3."), ("b.h5", nil, "2.")]
    {
      let to = from == "a.h5" ? "b.h5" : "c.h5"
      let trained = try Tool.run(
        "lstm-train",
        ["--model", from, "--inputs", "X.csv", "--targets", "Y.csv", "--quiet", "--save", to]
          + (version.map { ["--keras-version", $0] } ?? []), in: folder)
      #expect(trained.status == 0, "\(trained.error)")
      let seen = try run("lstm-inspect", to, "--format", "json").output
      let text = try #require(JSONValue(text: seen)?["summary"]?["version"]?.string)
      #expect(text.hasPrefix("Keras \(release)"), "\(text)")
    }
  }

  @Test func helpShowsExamples() throws {
    defer { removeFolder() }
    for tool in ["lstm-train", "lstm-resume", "lstm-predict", "lstm-inspect"] {
      let help = try run(tool, "--help")
      #expect(help.status == 0 && help.error == "")
      #expect(help.output.contains("EXAMPLES:"))
      // The examples are on lines of their own, as a shell takes them.
      let examples = help.output.split(separator: "\n", omittingEmptySubsequences: false)
        .drop { $0 != "EXAMPLES:" }.dropFirst().prefix { !$0.isEmpty }
      #expect(examples.allSatisfy { $0.hasPrefix("  ") && $0.count < 80 }, "\(examples)")
      #expect(try run(tool, "--generate-completion-script", "bash").output.contains("complete"))
    }
  }
}
