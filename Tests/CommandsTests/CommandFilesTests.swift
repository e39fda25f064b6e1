import Foundation
import TestSupport
import Testing

/// No command writes over a file that it reads, or writes two things to one file.
@Suite struct CommandFilesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = ["value,kind"] + (0..<60).map { "\(sin(Double($0))),\($0 % 2 == 0 ? "a" : "b")" }
    try write("rows.csv", rows.joined(separator: "\n"))
    try write("text.txt", String(repeating: "one two three. ", count: 40))
    try write("x.csv", "0.1\n0.2\n")
    for (link, target) in [
      ("link.h5", "rows.csv"), ("link.csv", "rows.csv"), ("log.csv", "new.h5"),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path(link), withDestinationPath: target)
    }
    for (link, target) in [("hard.h5", "rows.csv"), ("text.h5", "text.txt")] {
      try FileManager.default.linkItem(atPath: folder.path(target), toPath: folder.path(link))
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("in"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("in/up"), withDestinationPath: "..")
    for (name, options) in [
      ("good.h5", []), ("naive.h5", ["--experiment", "naive"]),
      ("series.h5", ["--csv", "rows.csv", "--target", "value", "--sequence-length", "4"]),
      ("labels.h5", ["--sequences", "rows.csv", "--sequence", "value", "--label", "kind"]),
    ] {
      let result = try run(
        "lstm-train", options + ["--save", name, "--units", "4", "--epochs", "1", "--quiet"])
      #expect(result.status == 0, "\(result.error)")
    }
    try FileManager.default.linkItem(
      atPath: folder.path("series.h5"), toPath: folder.path("series.csv"))
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: folder.url.appending(path: name))
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> Tool.Result {
    try Tool.run(tool, arguments, in: folder.url)
  }

  /// What is in the folder, by path.
  private func contents() throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
      contents[name] = FileManager.default.contents(atPath: folder.path(name)) ?? Data()
    }
    return contents
  }

  private static let csv = ["lstm-train", "--csv", "rows.csv", "--target", "value"]
  private static let sequences = [
    "lstm-train", "--sequences", "rows.csv", "--sequence", "value", "--label", "kind",
  ]

  private static let clashes: [(command: [String], names: [String])] = [
    // Other names of an input: a link, a second name, another way to its folder.
    (csv + ["--save", "link.h5"], ["--csv", "--save"]),
    (csv + ["--save", "hard.h5"], ["--csv", "--save"]),
    (csv + ["--save", "a.h5", "--log", "rows.csv"], ["--csv", "--log"]),
    (csv + ["--save", "a.h5", "--log", "./in/../rows.csv"], ["--csv", "--log"]),
    (csv + ["--save", "a.h5", "--log", "in/up/rows.csv"], ["--csv", "--log"]),
    (csv + ["--save", "a.h5", "--save-best", "hard.h5"], ["--csv", "--save-best"]),
    (sequences + ["--save", "hard.h5"], ["--sequences", "--save"]),
    (sequences + ["--save", "a.h5", "--log", "link.csv"], ["--sequences", "--log"]),
    (["lstm-train", "--text", "x.csv", "text.txt", "--save", "text.h5"], ["--text", "--save"]),
    (["lstm-train", "--text", "x.csv", "--save", "a.h5", "--log", "x.csv"], ["--text", "--log"]),
    (
      ["lstm-train", "--model", "naive.h5", "--inputs", "x.csv", "--targets", "x.csv"]
        + ["--save", "naive.h5"], ["--model", "--save"]
    ),
    (
      ["lstm-train", "--model", "naive.h5", "--inputs", "rows.csv", "--targets", "x.csv"]
        + ["--save", "hard.h5"], ["--inputs", "--save"]
    ),
    (
      ["lstm-train", "--model", "naive.h5", "--inputs", "good.h5:a", "--targets", "rows.csv"]
        + ["--save", "good.h5"], ["--inputs", "--save"]
    ),
    (
      ["lstm-train", "--model", "naive.h5", "--inputs", "x.csv", "--targets", "rows.csv"]
        + ["--save", "a.h5", "--log", "rows.csv"], ["--targets", "--log"]
    ),
    // Two outputs that are, or would be, one file.
    (["lstm-train", "--save", "a.h5", "--save-best", "./a.h5"], ["--save", "--save-best"]),
    (["lstm-train", "--save", "a.h5", "--save-best", "in/up/a.h5"], ["--save", "--save-best"]),
    (["lstm-train", "--save", "new.h5", "--log", "log.csv"], ["--save", "--log"]),
    (
      ["lstm-train", "--save", "runs.h5", "--tensorboard", "runs.h5"], ["--save", "--tensorboard"]
    ),
    (
      ["lstm-resume", "good.h5", "--epochs", "1", "--save-best", "./good.h5"],
      ["--save", "--save-best"]
    ),
    (
      ["lstm-resume", "good.h5", "--save", "a.h5", "--save-best", "in/up/good.h5"], ["--save-best"]
    ),
    // The data that a checkpoint names are an input too.
    (["lstm-resume", "series.h5", "--epochs", "1", "--log", "rows.csv"], ["--log"]),
    (["lstm-resume", "series.h5", "--epochs", "1", "--save", "hard.h5"], ["--save"]),
    (["lstm-predict", "series.h5", "--forecast", "2", "--output", "rows.csv"], ["--output"]),
    (["lstm-predict", "series.h5", "--forecast", "2", "--output", "series.csv"], ["--output"]),
    (
      ["lstm-predict", "series.h5", "--forecast", "2", "--backtest", "--csv", "rows.csv"]
        + ["--output", "link.csv"], ["--csv", "--output"]
    ),
    (
      ["lstm-predict", "labels.h5", "--sequences", "rows.csv", "--output", "./rows.csv"],
      ["--sequences", "--output"]
    ),
    (
      ["lstm-predict", "naive.h5", "--input", "x.csv", "--output", "x.csv"],
      ["--input", "--output"]
    ),
    (
      [
        "lstm-predict", "naive.h5", "--input", "x.csv", "--output", "y.csv", "--save-state",
        "y.csv",
      ],
      ["--output", "--save-state"]
    ),
    (["lstm-convert", "good.h5", "./good.h5"], ["FILE", "OUTPUT"]),
    (["lstm-convert", "good.h5", "naive.h5", "--model", "naive.h5"], ["--model", "OUTPUT"]),
  ]

  @Test func inputsSurvive() throws {
    for (command, names) in Self.clashes {
      let result = try refused(command)
      #expect(names.allSatisfy { result.error.contains($0) }, "\(command): \(result.error)")
    }
  }

  /// Runs a command that is to be refused by one line, with nothing changed.
  @discardableResult
  private func refused(_ command: [String]) throws -> Tool.Result {
    let before = try contents()
    let result = try run(command[0], Array(command.dropFirst()))
    #expect(result.status == 64, "\(command): \(result.error)")
    #expect(result.errorLines.count == 1, "\(command): \(result.error)")
    #expect(try contents() == before, "\(command)")
    return result
  }

  /// A name that is none of a checkpoint is refused, with those that are.
  @Test func unknownSuffixesAreRefused() throws {
    for command in [
      ["lstm-train", "--save", "a.pt"], ["lstm-train", "--save", "a.txt"],
      ["lstm-train", "--save", "name"], ["lstm-convert", "good.h5", "name"],
      ["lstm-predict", "good.h5", "--seed", "A", "--save-state", "name"],
      ["lstm-train", "--save", "a.h6"], ["lstm-train", "--save", "a.h5", "--save-best", "b.bin"],
      ["lstm-resume", "good.h5", "--epochs", "1", "--save", "a.npy"],
      ["lstm-predict", "good.h5", "--seed", "A", "--save-state", "a.csv"],
      ["lstm-predict", "good.h5", "--stream", "--save-state", "a.pth"],
      [
        "lstm-predict", "naive.h5", "--input", "x.csv", "--output", "y.csv", "--save-state",
        "a.txt",
      ],
      ["lstm-convert", "good.h5", "a.pt"],
    ] {
      let result = try refused(command)
      #expect(result.error.contains(".h5") && result.error.contains(".keras"), "\(result.error)")
    }
  }

  /// An ONNX file is written to be served; these tools could not read such a checkpoint again.
  @Test func checkpointsAreNotONNX() throws {
    for command in [
      ["lstm-train", "--save", "a.onnx"],
      ["lstm-predict", "good.h5", "--seed", "A", "--save-state", "a.onnx"],
      ["lstm-predict", "good.h5", "--stream", "--save-state", "a.onnx"],
    ] { try refused(command) }
  }

  /// What is meant to be replaced is.
  @Test func checkpointsAreSavedOver() throws {
    let quick = ["--quiet", "--epochs", "1"]
    for command in [
      ["lstm-train", "--save", "good.h5", "--units", "4"] + quick,
      ["lstm-train", "--save", "name.hdf5", "--units", "4"] + quick,
      ["lstm-train", "--save", "A.H5", "--save-best", "B.h5", "--units", "4"] + quick,
      ["lstm-resume", "good.h5"] + quick,
      ["lstm-resume", "good.h5", "--save", "./good.h5"] + quick,
      ["lstm-predict", "good.h5", "--seed", "A", "--save-state"],
      ["lstm-predict", "good.h5", "--seed", "A", "--save-state", "in/up/good.h5"],
      ["lstm-predict", "series.h5", "--forecast", "1", "--output", "y.csv", "--plot", "y.svg"],
      ["lstm-convert", "good.h5", "naive.h5"],
    ] {
      let result = try run(command[0], Array(command.dropFirst()))
      #expect(result.status == 0, "\(command): \(result.error)")
    }
    for name in ["good.h5", "name.hdf5", "A.H5", "naive.h5"] {
      #expect(try run("lstm-inspect", [name, "--verify"]).status == 0)
    }
  }
}
