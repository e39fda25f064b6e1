import Foundation
import TestSupport
import Testing

/// Options that would do nothing are refused, by one line that names the option and what was asked for.
@Suite struct OptionTableTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func refuse(_ tool: String, _ arguments: [String], _ words: [String]) throws {
    let result = try Tool.run(tool, arguments, in: folder.url)
    #expect(result.status == 64, "\(arguments): \(result.error)")
    #expect(result.errorLines.count == 1 && result.output == "", "\(arguments): \(result.error)")
    #expect(words.allSatisfy(result.error.contains), "\(arguments): \(result.error)")
  }

  /// Each mode of a prediction, and the options that are none of its own.
  private static let predictions: [(mode: [String], name: String, options: [[String]])] = {
    let drawing = [
      ["--temperature", ".5"], ["--top-k", "2"], ["--top-p", ".5"], ["--random-seed", "1"],
    ]
    let texts = [["--count", "2"], ["--interactive", "2"]]
    let likeliest = [["--show-probabilities", "2"]]
    let run = [["--steps", "77"], ["--row", "0"]]
    let series = [
      ["--coverage", ".5"], ["--key", "a"], ["--csv", "x.csv"], ["--plot", "x.svg"],
      ["--frequency", "days"],
    ]
    let live = [["--learn"], ["--rows-seen"]]
    let json = ["--format", "json"]
    let saving = ["--save-state", "b.h5"]
    let output = ["--output", "y.csv"]
    func all(_ lists: [[String]]...) -> [[String]] { lists.flatMap { $0 } }
    let beam = [["--beam", "2"]]
    let two = [["--steps", "2"], ["--count", "2"]]
    let generated = all(drawing, texts, run)
    return [
      (["--seed", "A"], "--seed", all(series, live, [output, ["--backtest"]])),
      (["--continue"], "--continue", all(series, live, [output, ["--count", "2"]])),
      (
        ["--evaluate"], "--evaluate",
        all(generated, likeliest, live, [saving, output, ["--key", "a"]])
      ),
      (["--forecast", "2"], "--forecast", all(generated, likeliest, live, [saving])),
      (
        ["--forecast", "2", "--backtest"], "--forecast --backtest",
        [["--key", "a"], ["--frequency", "days"], saving]
      ),
      (["--forecast", "2", "--output", "y.csv"], "--output", [json]),
      (
        ["--stream"], "--stream",
        all(generated, likeliest, series.filter { $0[0] != "--coverage" }, beam, [json, output])
      ),
      (["--stream", "--rows-seen"], "--stream --rows-seen", [["--learn"], saving]),
      (["--sequences", "x.csv"], "--sequences", all(generated, series, live, [saving])),
      (["--sequences", "x.csv", "--output", "y.csv"], "--output", [json]),
      (["--sequence", "a b"], "--sequence", all(generated, series, live, [saving])),
      (["--sequence", "a b"], "--sequences", [["--sequences", "x.csv"]]),
      (
        ["--source", "a"], "--source",
        all(generated, series, live, likeliest, [saving, ["--threshold", ".5"]])
      ),
      (["--source", "a"], "--pairs", [["--pairs", "x.csv"]]),
      (
        ["--input", "x.csv", "--output", "y.csv"], "--input",
        all(generated, likeliest, series, live, [json, ["--threshold", ".5"]])
      ),
      (["--input", "x.csv", "--output", "y.csv"], "--output", [["--format", "csv"]]),
      (
        ["--evaluate", "--inputs", "x.npy", "--targets", "y.npy"], "--inputs",
        [["--sequences", "x.csv"], ["--csv", "x.csv"], ["--threshold", ".5"]]
      ),
      (["--sequences", "x.csv"], "--sequences", [["--format", "npy"], ["--inputs", "x.npy"]]),
      (
        ["--seed", "A", "--show-probabilities", "3"], "--show-probabilities",
        all(drawing, two, beam, [["--interactive", "2"], ["--format", "csv"], saving])
      ),
      (["--seed", "A", "--interactive", "3"], "--interactive", all(drawing, two, beam)),
      (["--seed", "A", "--count", "2"], "--count", all(beam, [["--row", "0"], saving])),
      (["--continue", "--beam", "2"], "--continue", [["--count", "2"]]),
      (
        ["--seed", "A", "--temperature", "0"], "--temperature 0",
        [["--random-seed", "1"], ["--top-k", "2"], ["--top-p", ".5"]]
      ),
    ]
  }()

  /// None of the commands comes so far as to look for its checkpoint.
  @Test func predictionsRefuseWhatDoesNothing() throws {
    for (mode, name, options) in Self.predictions {
      for option in options {
        try refuse(
          "lstm-predict", ["a.h5"] + mode + option,
          [option[0], "does not go with \(name)"])
      }
    }
  }

  @Test func trainingRefusesWhatDoesNothing() throws {
    let csv = ["--csv", "x.csv", "--target", "value"]
    let labels = ["--sequences", "x.csv", "--sequence", "a", "--label", "b"]
    let model = ["--model", "m.h5", "--inputs", "x.npy", "--targets", "y.npy"]
    let table: [(mode: [String], name: String, options: [[String]])] = [
      (
        ["--experiment", "naive"], "--experiment",
        [["--level", "word"], ["--horizon", "2"], ["--loss", "mse"], ["--regression"]]
      ),
      (
        [], "needs",
        [
          ["--framing", "window"], ["--difference"], ["--sequence-length", "3"],
          ["--sequences", "x.csv"],
        ]
      ),
      (
        ["--text", "x.txt"], "--text",
        [
          ["--missing", "drop"], ["--date", "x"], ["--date", "x", "--frequency", "days"],
          ["--loss", "mse"], ["--regression"],
        ]
      ),
      (
        csv, "--csv",
        [
          ["--embedding", "3"], ["--vocabulary-size", "3"], ["--level", "word"], ["--label", "x"],
        ]
      ),
      (
        labels, "--label", [["--framing", "window"], ["--horizon", "2"]]
      ),
      (labels, "--key", [["--key", "x"], ["--date", "x"], ["--features", "x"]]),
      (
        ["--sequences", "x.csv", "--key", "a", "--label", "b"], "--key",
        [["--sequence", "x"], ["--level", "word"], ["--embedding", "3"]]
      ),
      (labels + ["--regression"], "--regression", [["--label-separator", ";"]]),
      (
        model, "--model",
        [
          ["--units", "3"], ["--cell", "gru"], ["--dropout", ".5"], ["--clip-norm", "1"],
          ["--sequence-length", "3"],
          ["--optimizer-options", "rho=0.9"],
        ]
      ),
    ]
    for (mode, name, options) in table {
      for option in options {
        try refuse("lstm-train", mode + option + ["--save", "a.h5"], [option[0], name])
      }
    }
    for mode in [[], model, ["--text", "x.txt", "--validation-split", "0"]] {
      try refuse(
        "lstm-train", mode + ["--validate-every", "2", "--save", "a.h5"],
        ["--validate-every", "--validation-split"])
    }
  }

  @Test func otherCommandsRefuseWhatDoesNothing() throws {
    for (mode, option) in [
      ("--verify", "json"), ("--verify", "csv"), ("--config", "csv"),
    ] {
      try refuse("lstm-inspect", ["a.h5", mode, "--format", option], [mode, "--format"])
    }
    try refuse("lstm-convert", ["a.h5", "b.onnx", "--keras-version", "2"], ["--keras-version"])
  }

  /// What only models of one kind take is refused by the others.
  @Test func modelsRefuseWhatIsOfOthers() throws {
    try Data(String(repeating: "one two. ", count: 60).utf8)
      .write(to: folder.url.appending(path: "text.txt"))
    for options in [
      ["--save", "letters.h5"],
      ["--text", "text.txt", "--batch-size", "2", "--sequence-length", "9", "--save", "text.h5"],
    ] {
      let trained = try Tool.run(
        "lstm-train", options + ["--units", "4", "--epochs", "1", "--quiet"], in: folder.url)
      #expect(trained.status == 0, "\(trained.error)")
    }
    for option in [
      ["--temperature", "1"], ["--top-k", "2"], ["--random-seed", "1"], ["--beam", "2"],
      ["--count", "2"],
      ["--count", "1"], ["--show-probabilities", "2"], ["--interactive", "2"],
    ] {
      try refuse(
        "lstm-predict", ["letters.h5", "--seed", "A"] + option, [option[0], "letters.h5"])
    }
    for option in [["--csv", "text.txt"], ["--sequences", "text.txt"]] {
      for model in ["letters.h5", "text.h5"] {
        try refuse("lstm-predict", [model, "--evaluate"] + option, [option[0], model])
      }
    }
    try refuse(
      "lstm-predict", ["text.h5", "--seed", "one", "--row", "1"], ["a row does nothing with a seed"]
    )
    for options in [["--row", "0", "--steps", "2"], ["--format", "json"], ["--save-state"]] {
      #expect(
        try Tool.run("lstm-predict", ["letters.h5", "--seed", "A"] + options, in: folder.url).status
          == 0)
    }
    for options in [
      ["--beam", "2", "--steps", "3"], ["--count", "1", "--save-state"],
      ["--count", "2", "--temperature", "0"], ["--row", "1", "--save-state"],
    ] {
      #expect(
        try Tool.run("lstm-predict", ["text.h5", "--seed", "one"] + options, in: folder.url).status
          == 0)
    }
  }

  /// What depends on the data is refused when they are seen.
  @Test func dataRefuseWhatDoesNothing() throws {
    let rows = (0..<40).map { "\($0 % 7)\n" }.joined()
    try Data("value\n\(rows)".utf8).write(to: folder.url.appending(path: "series.csv"))
    let trained = try Tool.run(
      "lstm-train",
      [
        "--csv", "series.csv", "--target", "value", "--validation-split", "0", "--epochs", "1",
        "--units", "2", "--sequence-length", "4", "--no-linear", "--quiet", "--save", "series.h5",
      ], in: folder.url)
    #expect(trained.status == 0, "\(trained.error)")
    try refuse(
      "lstm-predict", ["series.h5", "--forecast", "2", "--coverage", ".5"],
      ["--coverage", "series.h5", "validation"])
    try Data("a,b\n1 2 3,x\n2 3 4,y\n3 4 5,x\n".utf8)
      .write(to: folder.url.appending(path: "numbers.csv"))
    for option in [["--embedding", "3"], ["--vocabulary-size", "3"]] {
      try refuse(
        "lstm-train",
        ["--sequences", "numbers.csv", "--sequence", "a", "--label", "b", "--save", "n.h5"]
          + option,
        ["embedding", "vocabulary", "numbers.csv", "column a"])
    }
    let converted = try Tool.run("lstm-convert", ["series.h5", "series.onnx"], in: folder.url)
    #expect(converted.status == 0, "\(converted.error)")
    for option in ["--weights", "--state", "--optimizer", "--history"] {
      try refuse("lstm-inspect", ["series.onnx", option], [option, "series.onnx"])
    }
  }
}
