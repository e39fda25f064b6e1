import Foundation
import TestSupport
import Testing

/// Streams that are closed, full or not read: an exit code and, where there is somebody to read it, one line.
@Suite struct StandardStreamsTests {
  private static let tools = [
    "lstm-train", "lstm-resume", "lstm-predict", "lstm-inspect", "lstm-convert",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  private func train() throws {
    #expect(try shell("lstm-train --quiet --epochs 1 --save a.h5").status == 0)
  }

  @Test(
    arguments: tools,
    [
      "--help >/dev/full", "--help >&-", "--version >/dev/full",
      "--generate-completion-script zsh >&-",
    ])
  func whatWasAskedForIsNeverLostInSilence(tool: String, arguments: String) throws {
    let result = try shell("\(tool) \(arguments)")
    #expect(result.status == 74)
    #expect(result.errorLines.count == 1)
    #expect(result.error.hasPrefix("\(tool): error: stdout: cannot write: "))
  }

  @Test(arguments: [
    "lstm-predict a.h5 --seed A", "lstm-predict a.h5 --evaluate", "lstm-inspect a.h5",
    "lstm-inspect a.h5 --verify", "lstm-inspect a.h5 --dump dense/bias --format npy",
    "echo A | lstm-predict a.h5 --stream",
  ])
  func answersThatCannotBeWrittenAreAnError(line: String) throws {
    try train()
    let tool = line.contains("inspect") ? "lstm-inspect" : "lstm-predict"
    for end in [">/dev/full", ">&-"] {
      let result = try shell("\(line) \(end)")
      #expect(result.status == 74 && result.errorLines.count == 1, "\(result.error)")
      #expect(result.error.hasPrefix("\(tool): error: stdout: cannot write: "))
      #expect(try shell("\(line) 2>&- \(end)").status == 74)
    }
    #expect(try shell("\(line) 2>&-").status == 0)
  }

  /// Where stderr takes nothing, the code still says how it ended.
  @Test(arguments: ["2>&-", "2>/dev/full"])
  func withoutStderrTheCodeIsTheSame(end: String) throws {
    #expect(try shell("lstm-train --epochs 2 --save a.h5 \(end)").status == 0)
    #expect(try shell("lstm-inspect a.h5 --verify").output == "a.h5: intact\n")
    #expect(try shell("lstm-predict none.h5 --seed A \(end)").status == 66)
    #expect(try shell("lstm-predict --nothing \(end)").status == 64)
    #expect(try shell("lstm-train \(end)").status == 64)
    #expect(try shell("lstm-train --help \(end)").status == 0)
  }

  /// No file takes the place of a closed stream, and so nothing that is shown gets into it.
  @Test func closedStreamsDoNotBecomeFiles() throws {
    #expect(try shell("lstm-train --epochs 2 --save whole.h5").status == 0)
    #expect(try shell("lstm-train --epochs 2 --save a.h5 <&- >&- 2>&-").status == 0)
    #expect(try shell("cmp a.h5 whole.h5").status == 0)
    #expect(
      try shell("lstm-convert a.h5 a.onnx; lstm-convert a.h5 b.onnx <&- >&- 2>&-").status == 0)
    #expect(try shell("cmp a.onnx b.onnx").status == 0)
  }

  @Test(arguments: ["lstm-predict a.h5 --stream", "lstm-train --text - --save b.h5"])
  func aClosedStdinCannotBeRead(line: String) throws {
    try train()
    let result = try shell("\(line) <&-")
    #expect(result.status == 74 && result.errorLines.count == 1, "\(result.error)")
    #expect(result.error.contains("Bad file descriptor"))
  }

  /// As any other command of a pipe does.
  @Test func aReaderThatGoesAwayEndsThePipe() throws {
    try train()
    let result = try shell(
      "{ lstm-predict a.h5 --seed A --steps 100000; echo $? >&2; } | head -n 1")
    #expect(result.output.hasPrefix("A -> "))
    #expect(result.error == "141\n")
    let help = try shell("{ sleep 0.2; lstm-train --help; echo $? >&2; } | true")
    #expect(help.error == "141\n")
  }

  @Test(arguments: tools)
  func oneVersion(tool: String) throws {
    let result = try shell("\(tool) --version")
    #expect(result.status == 0 && result.error == "")
    #expect(result.output.wholeMatch(of: /lstm-toolkit \d+\.\d+\.\d+\n/) != nil, "\(result.output)")
    #expect(try shell("lstm-train --version").output == result.output)
  }

  @Test(arguments: tools)
  func withoutArgumentsShowsTheHelp(tool: String) throws {
    let result = try shell(tool)
    #expect(result.status == 64 && result.output == "")
    #expect(
      result.error.contains("EXAMPLES:\n  \(tool) ") && result.error.contains("USAGE: \(tool)"))
  }
}
