import Files
import Foundation
import TestSupport
import Testing

/// Pairs of texts on the command line.
@Suite struct PairsCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(
    _ tool: String, _ arguments: String, input: String? = nil, status: Int32 = 0
  ) throws -> Tool.Result {
    let result = try Tool.run(
      tool, arguments.split(separator: " ").map(String.init), in: folder.url, input: input)
    #expect(result.status == status, "\(arguments): \(result.error)")
    return result
  }

  private func train() throws {
    let rows = (0..<40).map { "\($0 % 4),\(["a", "bb", "ab", "b"][$0 % 4])" }
    _ = try folder.write(["number\tname"] + rows.map { $0.replacing(",", with: "\t") }, "a.tsv")
    _ = try run(
      "lstm-train",
      "--pairs a.tsv --source number --target name --units 16 --epochs 40 --learning-rate 0.02 "
        + "--quiet --save a.h5")
  }

  @Test func pairsAreLearntWrittenAndEvaluated() throws {
    try train()
    #expect(try run("lstm-predict", "a.h5 --source 1").output == "bb\n")
    let lines = try run("lstm-predict", "a.h5 --source - --beam 3", input: "0\n2\n").output
    #expect(lines == "a\nab\n")
    #expect(try run("lstm-predict", "a.h5 --stream", input: "3\n1\n").output == "b\nbb\n")
    _ = try folder.write(["number", "2", "0"], "new.csv")
    _ = try run("lstm-predict", "a.h5 --pairs new.csv --output out.csv")
    let table = String(decoding: try folder.bytes("out.csv"), as: UTF8.self)
    #expect(table.hasPrefix("source,target,probability\n2,ab,0.") && table.contains("\n0,a,0."))
    let json = try run("lstm-predict", "a.h5 --source 1 --format json").output
    #expect(json.contains(#""target" : "bb""#))

    let evaluation = try run("lstm-predict", "a.h5 --evaluate").output
    #expect(evaluation.hasPrefix("validation: 4 pairs, loss 0."))
    #expect(evaluation.hasSuffix("100.00 % without a fault\n"))
    let other = try run("lstm-predict", "a.h5 --evaluate --pairs a.tsv --beam 2 --format json")
    #expect(other.output.contains(#""exact" : 40"#))
    let facts = try run("lstm-inspect", "a.h5").output
    #expect(facts.contains("a.tsv") && facts.contains("longest target"))
    _ = try run("lstm-resume", "a.h5 --epochs 1 --quiet")
    _ = try run("lstm-train", "--from a.h5 --pairs a.tsv --epochs 1 --quiet --save b.h5")
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    try train()
    for (tool, arguments, words) in [
      ("lstm-train", "--pairs a.tsv --target name --save c.h5", ["--pairs", "--source"]),
      (
        "lstm-train", "--pairs a.tsv --source number --target name --level byte --save c.h5",
        ["a character or a word"]
      ),
      (
        "lstm-train", "--pairs a.tsv --source number --target name --horizon 3 --save c.h5",
        ["--horizon", "--pairs"]
      ),
      ("lstm-predict", "a.h5 --sequence 1", ["--sequence", "pairs of texts"]),
      ("lstm-predict", "a.h5 --source 1 --pairs a.tsv", ["--source", "--pairs"]),
      ("lstm-predict", "a.h5 --source 1 --temperature 2", ["--temperature", "--source"]),
      ("lstm-predict", "a.h5 --evaluate --sequences a.tsv", ["--sequences", "pairs of texts"]),
      ("lstm-predict", "a.h5 --evaluate --threshold 0.5", ["--threshold", "pairs of texts"]),
    ] {
      let result = try Tool.run(
        tool, arguments.split(separator: " ").map(String.init), in: folder.url)
      #expect(result.status == 64 || result.status == 65, "\(arguments): \(result.error)")
      #expect(words.allSatisfy(result.error.contains), "\(arguments): \(result.error)")
      #expect(result.errorLines.count == 1)
    }
  }
}
