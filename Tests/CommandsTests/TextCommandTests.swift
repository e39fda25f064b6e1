import Foundation
import TestSupport
import Testing

/// Seeds from files and stdin, unknown words, and texts that a model writes while it is trained.
@Suite struct TextCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: folder.path(name)))
  }

  private func run(_ name: String, _ arguments: String..., input: String? = nil) throws
    -> Tool.Result
  { try Tool.run(name, arguments, in: folder.url, input: input) }

  private func train(_ options: String) throws -> Tool.Result {
    try write(String(repeating: "one two, three. ", count: 30) + "\n", "text.txt")
    return try Tool.shell(
      "lstm-train --text text.txt --units 8 --epochs 2 --quiet \(options)", in: folder.url)
  }

  @Test func aSeedMayBeInAFile() throws {
    #expect(try train("--save a.h5").status == 0)
    let expected = try run("lstm-predict", "a.h5", "--seed", "one two", "--steps", "9")
    for end in ["", "\n", "\r\n"] {
      try write("one two" + end, "seed.txt")
      for arguments in [["--seed-file", "seed.txt"], ["--seed", "-"], ["--seed-file", "-"]] {
        let found = try Tool.run(
          "lstm-predict", ["a.h5", "--steps", "9"] + arguments, in: folder.url,
          input: "one two" + end)
        #expect(found.status == 0 && found.output == expected.output, "\(arguments) \(found.error)")
      }
    }
    // A line end before the last one belongs to the seed.
    let line = try run("lstm-predict", "a.h5", "--seed", "-", input: "one two. \n\n")
    #expect(line.output.hasPrefix("one two. \n") && line.status == 0)
    try write("one\u{FF}", "seed.txt")
    for (arguments, status, words) in [
      (["--seed-file", "none.txt"], Int32(66), "not found"),
      (["--seed-file", "seed.txt"], 64, "unknown symbol"),
      (["--seed-file", "seed.txt", "--seed", "one"], 64, "--seed does not go with --seed-file"),
      (["--seed-file", "seed.txt", "--continue"], 64, "--seed-file does not go with --continue"),
      (["--seed", "-", "--interactive", "2"], 64, "--interactive reads stdin"),
      (["--seed", "-"], 64, "seed's first symbol is missing"),
      (["--seed", "one", "--null", "--format", "json"], 64, "--null does not go with"),
    ] {
      let result = try Tool.run("lstm-predict", ["a.h5"] + arguments, in: folder.url)
      #expect(result.status == status && result.errorLines.count == 1, "\(result.error)")
      #expect(result.error.contains(words) && result.output == "", "\(result.error)")
    }
    #expect(
      try run("lstm-predict", "a.h5", "--seed", "one", "--count", "2", "--format", "json").output
        .contains("\"texts\" : ["))
  }

  @Test func unknownWordsAreNoted() throws {
    #expect(try train("--level word --save words.h5").status == 0)
    let result = try run(
      "lstm-predict", "words.h5", "--seed", "one seven two eight nine ten eleven twelve", "--steps",
      "3")
    #expect(result.status == 0 && result.output.hasPrefix("one seven two eight"))
    #expect(
      result.errorLines == [
        """
        lstm-predict: note: 6 symbols of the seed are unknown to the model and read as <unknown>: " seven", " eight", \
        " nine", " ten", " eleven", …
        """
      ])
    #expect(!result.output.contains("<unknown>"))
    // Characters have no unknown symbol unless the vocabulary was cut.
    #expect(try train("--save a.h5").status == 0)
    #expect(try run("lstm-predict", "a.h5", "--seed", "oneX").status == 64)
    #expect(try train("--vocabulary-size 5 --save few.h5").status == 0)
    let few = try run("lstm-predict", "few.h5", "--seed", "oneX")
    #expect(few.status == 0 && few.error.contains("\"X\""))
  }

  /// They are shown, and the run writes the same bytes as without them.
  @Test(arguments: ["", "--framing window", "--level byte --dropout 0.2"])
  func textsWrittenWhileTrainingChangeNothing(options: String) throws {
    #expect(try train("\(options) --save plain.h5").status == 0)
    let result = try train(
      "\(options) --sample-every 1 --sample-length 7 --sample-seed two --save shown.h5")
    let parts = result.error.components(separatedBy: "==> after epoch ")
    #expect(result.status == 0 && parts.count == 3, "\(result.error)")
    #expect(parts[1].hasPrefix("1 <==\ntwo") && parts[2].hasPrefix("2 <==\ntwo"))
    #expect(
      try Data(contentsOf: URL(filePath: folder.path("plain.h5")))
        == Data(contentsOf: URL(filePath: folder.path("shown.h5"))))
    let updates = try train("\(options) --sample-every 5updates --save shown.h5")
    #expect(updates.error.contains("==> after update 5 <==\none two, t"), "\(updates.error)")
    let resumed = try Tool.shell(
      "lstm-resume plain.h5 --epochs 1 --sample-every 1 --quiet && lstm-resume shown.h5 --epochs 1 "
        + "--quiet && cmp plain.h5 shown.h5", in: folder.url)
    #expect(resumed.status == 0 && resumed.error.contains("==> after epoch 3 <=="))
  }

  @Test func textsWhileTrainingAreOfTextsOnly() throws {
    for (options, words) in [
      ("--sample-length 3", "needs --sample-every"), ("--sample-every 0", "--sample-every"),
      ("--sample-every 1 --sample-length 0", "--sample-length is 0"),
      ("--sample-every 1 --sample-seed XX", "unknown symbol"),
      ("--sample-every 1 --sample-seed ''", "seed is empty"),
    ] {
      let result = try train(options + " --save a.h5")
      #expect(result.status == 64 && result.errorLines.count == 1, "\(result.error)")
      #expect(result.error.contains(words), "\(result.error)")
    }
    let letters = try run("lstm-train", "--epochs", "1", "--sample-every", "1", "--save", "a.h5")
    #expect(letters.status == 64 && letters.error.contains("--sample-every needs --text"))
    #expect(try run("lstm-train", "--epochs", "1", "--quiet", "--save", "a.h5").status == 0)
    let resumed = try run("lstm-resume", "a.h5", "--epochs", "1", "--sample-every", "1")
    #expect(resumed.status == 64 && resumed.error.contains("only a model of texts"))
  }
}
