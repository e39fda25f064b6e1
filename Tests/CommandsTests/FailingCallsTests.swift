#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// Commands whose calls of the system fail, one after the other: `tools/torture` tries all of them.
  @Suite struct FailingCallsTests {
    private let source = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../tools/failures/failing_calls.c").standardizedFileURL.path
    private let train = "lstm-train --experiment batch --units 2 --quiet"

    /// What is saved is right, or the command says that it is not, and the old file stays.
    @Test(arguments: [("a.h5", "EIO"), ("a.h5", "SHORT"), ("a.keras", "ENOSPC")])
    func savesAreRightOrRefused(name: String, how: String) throws {
      let folder = try TemporaryFolder()
      let cc = try Tool.shell(
        "cc -fPIC -shared -o '\(library(folder))' '\(source)' -ldl", in: folder.url)
      try #require(cc.status == 0, "\(cc.error)")
      #expect(try Tool.shell("\(train) --epochs 1 --save \(name)", in: folder.url).status == 0)
      let old = try Data(contentsOf: URL(filePath: folder.path(name)))
      let again = "\(train) --epochs 2 --save \(name)"
      let count = try failing(again, ["FAIL_COUNT=count"], folder)
      #expect(count.status == 0)
      let new = try Data(contentsOf: URL(filePath: folder.path(name)))
      let calls = try Data(contentsOf: URL(filePath: folder.path("count")))[0]
      #expect(calls > 50)
      var refused = 0
      // Most are alike: every third of a run has all kinds.
      for call in stride(from: 1, through: calls, by: 3) {
        try old.write(to: URL(filePath: folder.path(name)))
        let result = try failing(again, ["FAIL_AT=\(call)", "FAIL_HOW=\(how)"], folder)
        let found = try Data(contentsOf: URL(filePath: folder.path(name)))
        #expect(result.status >= 0 && result.status < 128, "call \(call): \(result)")
        #expect(found == new || result.status != 0 && found == old, "call \(call): \(result)")
        if result.status != 0 {
          refused += 1
          #expect(result.errorLines.count == 1, "call \(call): \(result)")
        }
      }
      #expect(how == "SHORT" || refused > 10)
    }

    /// An error while reading is not taken for something that the file does not have.
    @Test func failingReadsAreNotMissingParts() throws {
      let folder = try TemporaryFolder()
      let cc = try Tool.shell(
        "cc -fPIC -shared -o '\(library(folder))' '\(source)' -ldl", in: folder.url)
      try #require(cc.status == 0, "\(cc.error)")
      #expect(try Tool.shell("\(train) --epochs 1 --save a.keras", in: folder.url).status == 0)
      let convert = "lstm-convert a.keras b.keras"
      #expect(try failing(convert, ["FAIL_COUNT=count"], folder).status == 0)
      let right = try Data(contentsOf: URL(filePath: folder.path("b.keras")))
      let calls = try Data(contentsOf: URL(filePath: folder.path("count")))[0]
      for call in stride(from: 1, through: calls, by: 3) {
        let result = try failing(convert, ["FAIL_AT=\(call)", "FAIL_HOW=EIO"], folder)
        #expect(
          try Data(contentsOf: URL(filePath: folder.path("b.keras"))) == right,
          "call \(call): \(result)")
      }
    }

    private func library(_ folder: TemporaryFolder) -> String { folder.path("failing.so") }

    private func failing(
      _ command: String, _ environment: [String], _ folder: TemporaryFolder
    ) throws -> Tool.Result {
      let variables = environment + ["LD_PRELOAD='\(library(folder))'"]
      return try Tool.shell(
        "exec env \(variables.joined(separator: " ")) \(command)", in: folder.url)
    }
  }
#endif
