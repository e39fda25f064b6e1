import Files
import Foundation
import TestSupport
import Testing

/// Classes and labels on the command line, and arrays on stdout.
@Suite struct AnswerCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ lines: [String], _ name: String) throws {
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(
      to: folder.url.appending(path: name))
  }

  private func run(
    _ tool: String, _ arguments: String, input: String? = nil, status: Int32 = 0
  ) throws -> Tool.Result {
    let result = try Tool.run(
      tool, arguments.split(separator: " ").map(String.init), in: folder.url, input: input)
    #expect(result.status == status, "\(arguments): \(result.error)")
    return result
  }

  private func trainWords() throws {
    let rows = (0..<60).map {
      "\($0 % 2 == 0 ? "abab" : "cdcd")\($0 % 3),\($0 % 2 == 0 ? "one" : "two")"
    }
    try write(["word,kind"] + rows, "words.csv")
    _ = try run(
      "lstm-train",
      "--sequences words.csv --sequence word --label kind --learning-rate 0.01 --epochs 20 --quiet --save a.h5"
    )
  }

  @Test func oneSequenceAndLinesOfStdin() throws {
    try trainWords()
    let one = try run("lstm-predict", "a.h5 --sequence abab1").output.split(separator: "\n")
    #expect(one.count == 2 && one[0] == "label,probability" && one[1].hasPrefix("one,"))
    let all = try run("lstm-predict", "a.h5 --sequence abab1 --show-probabilities").output
    #expect(all.hasPrefix("label,probability,one,two\none,"))
    let top = try run("lstm-predict", "a.h5 --sequence cdcd --show-probabilities 1").output
    #expect(top.hasPrefix("label,probability,label 1,probability 1\ntwo,"))
    let lines = try run("lstm-predict", "a.h5 --sequence - --format json", input: "abab1\ncdcd2\n")
    let answers = JSONValue(text: lines.output)?["answers"]?.array
    #expect(answers?.compactMap { $0["label"]?.string } == ["one", "two"])
    #expect(try run("lstm-predict", "a.h5 --stream", input: "cdcd\nabab").output == "two\none\n")
    let empty = try run("lstm-predict", "a.h5 --sequence -", input: "abab\n\ncdcd\n", status: 65)
    #expect(empty.error == "lstm-predict: error: stdin: line 2: the sequence is empty\n")
    let threshold = try run("lstm-predict", "a.h5 --sequence abab --threshold .5", status: 64)
    #expect(threshold.errorLines.count == 1 && threshold.error.contains("threshold"))
    _ = try run("lstm-predict", "a.h5 --sequences words.csv --output -")
  }

  @Test func evaluationsInEveryFormat() throws {
    try trainWords()
    let text = try run("lstm-predict", "a.h5 --evaluate").output
    #expect(text.hasPrefix("validation: 6 sequences, loss 0.") && text.contains("macro average"))
    let csv = try run("lstm-predict", "a.h5 --evaluate --format csv").output
    #expect(csv.hasPrefix("label,precision,recall,f1,count\none,1.0,1.0,1.0,"))
    #expect(csv.contains("\n\nactual,one,two\n"))
    let json = JSONValue(text: try run("lstm-predict", "a.h5 --evaluate --format json").output)
    #expect(json?["accuracy"]?.double == 1 && json?["confusion"]?["counts"]?.array?.count == 2)
    _ = try run("lstm-train", "--experiment naive --units 4 --epochs 1 --quiet --save b.h5")
    let refused = try run("lstm-predict", "b.h5 --evaluate --format csv", status: 64)
    #expect(refused.error.contains("--format csv does not apply to models of"))
  }

  /// Rows of a file in long form, with a part for the test, and the lines of training that name validation.
  @Test func rowsOfSequences() throws {
    let rows = (0..<240).map { row in
      let (id, step) = (row / 6, row % 6)
      let value = id % 2 == 0 ? Double(step) : -Double(step)
      return
        "\(id),\(5 - step),\(value),\(id % 2 == 0 ? "up" : "down"),\(id % 4 == 3 ? "test" : "train")"
    }
    try write(["id,time,x,kind,part"] + rows, "long.csv")
    let trained = try run(
      "lstm-train",
      "--sequences long.csv --key id --date time --features x --label kind --split part "
        + "--learning-rate 0.02 --epochs 15 --log log.csv --save a.h5")
    #expect(trained.error.contains("validation accuracy "))
    let log = try String(contentsOf: folder.url.appending(path: "log.csv"), encoding: .utf8)
    #expect(log.hasPrefix("epoch,loss,accuracy,val_accuracy,val_loss\n"))
    let evaluated = try run("lstm-predict", "a.h5 --evaluate").output
    #expect(evaluated.hasPrefix("test: 10 sequences, "))
    try write(["time,x,id", "1,0,n", "0,9,n"], "new.csv")
    let answers = try run("lstm-predict", "a.h5 --sequences new.csv --output answers.csv")
    #expect(answers.output == "")
    let lines = try String(contentsOf: folder.url.appending(path: "answers.csv"), encoding: .utf8)
    #expect(lines.hasPrefix("id,label,probability\nn,"))
    let missing = try run(
      "lstm-train", "--sequences long.csv --label kind --save b.h5", status: 64)
    #expect(missing.error.contains("--sequence COLUMN, or --key COLUMN"))
  }

  @Test func arraysOnStdout() throws {
    _ = try run(
      "lstm-train", "--experiment timesteps --units 4 --epochs 1 --quiet --save model.h5")
    try write(["0.1,0.2,0.3", "0.2,0.3,0.4"], "X.csv")
    try write(
      (0..<2).map { row in (0..<26).map { $0 == row ? "1" : "0" }.joined(separator: ",") }, "Y.csv")
    _ = try run("lstm-predict", "model.h5 --input X.csv --output P.csv")
    let file = try Data(contentsOf: folder.url.appending(path: "P.csv"))
    let shown = try run("lstm-predict", "model.h5 --input X.csv --output -").output
    #expect(Data(shown.utf8) == file)
    let npy = try Tool.shell(
      "lstm-predict model.h5 --input X.csv --output - --format npy > Q.npy && "
        + "lstm-predict model.h5 --input X.csv --output P.npy && cmp P.npy Q.npy", in: folder.url)
    #expect(npy.status == 0, "\(npy.error)")
    let evaluated = try run(
      "lstm-predict", "model.h5 --evaluate --inputs X.csv --targets Y.csv"
    ).output
    #expect(evaluated.hasPrefix("2 samples: loss ") && evaluated.contains(", accuracy 0."))
    let alone = try run("lstm-predict", "model.h5 --evaluate --inputs X.csv", status: 64)
    #expect(alone.error.contains("--inputs needs --targets"))
  }
}
