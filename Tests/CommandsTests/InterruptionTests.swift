import Foundation
import TestSupport
import Testing

/// Signals ask a run to save and to stop.
@Suite struct InterruptionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A run that is far from its end and watches for signals already.
  private func longRun(_ tool: String, _ arguments: [String]) throws -> Tool {
    let run = try Tool(tool, arguments, in: folder.url)
    // Nothing is logged before signals are watched for.
    while ((try? String(contentsOfFile: folder.path("log.csv"), encoding: .utf8)) ?? "")
      .split(separator: "\n").count < 2
    { Thread.sleep(forTimeInterval: 0.01) }
    return run
  }

  private let options = ["--epochs", "10000000", "--log", "log.csv", "--save", "a.h5"]

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP, SIGXCPU])
  func aSignalSavesAndStops(number: Int32) throws {
    let run = try longRun("lstm-train", options)
    run.send(number)
    // A terminal that closes and a limit on processor time ask more than once.
    if number == SIGHUP || number == SIGXCPU { run.send(number) }
    let result = try run.result()
    #expect(result.status == 128 + number, "\(result.error)")
    #expect(result.error.contains("saved; continue with: lstm-resume a.h5"))
    #expect(try Tool.run("lstm-inspect", ["a.h5", "--verify"], in: folder.url).status == 0)
  }

  @Test func aClosingTerminalDoesNotStopARunUnderNohup() throws {
    let line = "trap '' HUP; exec \"$0/lstm-train\" " + options.joined(separator: " ")
    let run = try longRun("/bin/sh", ["-c", line, Tool.products.path])
    run.send(SIGHUP)
    run.send(SIGTERM)
    #expect(try run.result().status == 128 + SIGTERM)
  }

  @Test func aStreamIsStoredWhenItsTerminalCloses() throws {
    #expect(
      try Tool.run("lstm-train", ["--quiet", "--epochs", "1", "--save", "a.h5"], in: folder.url)
        .status == 0)
    // The reader answers one line, then waits for the next one.
    let line = """
      mkfifo pipe; { echo A; exec sleep 1000; } > pipe & writer=$!
      lstm-predict a.h5 --stream --save-state < pipe > answers.txt & reader=$!
      until [ -s answers.txt ]; do sleep 0.01; done
      kill -HUP $reader; wait $reader; status=$?
      kill $writer; exit $status
      """
    #expect(try Tool.shell(line, in: folder.url).status == 128 + SIGHUP)
    let seen = try Tool.run("lstm-predict", ["a.h5", "--stream", "--rows-seen"], in: folder.url)
    #expect(seen.output == "1\n")
  }

  /// `ulimit -f` counts blocks of 512 bytes.
  @Test(arguments: ["a.h5", "a.keras"])
  func aLimitOnFileSizesIsAnError(name: String) throws {
    let result = try Tool.shell(
      "ulimit -f 8; lstm-train --quiet --epochs 1 --save \(name)", in: folder.url)
    #expect(result.status == 74, "\(result.error)")
    #expect(result.errorLines.count == 1)
    #expect(result.error.hasPrefix("lstm-train: error: \(name): cannot write: File too large"))
    #expect(!FileManager.default.fileExists(atPath: folder.path(name)))
  }
}
