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
    @Test(arguments: [
      ("a.h5", "EIO"), ("a.h5", "SHORT"), ("a.keras", "ENOSPC"), ("a.h5", "EINTR"),
    ])
    func savesAreRightOrRefused(name: String, how: String) throws {
      let folder = try prepared()
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
      for call in stride(from: 1, through: calls, by: how == "EINTR" ? 1 : 3) {
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
      // What is interrupted, or done in part, is done again.
      #expect(["SHORT", "EINTR"].contains(how) ? refused == 0 : refused > 10)
    }

    /// An error while reading is not taken for something that the file does not have.
    @Test func failingReadsAreNotMissingParts() throws {
      let folder = try prepared()
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

    /// Data that cannot be read just now are not data that are gone, after which a forecast begins elsewhere.
    @Test func failingDataAreNotMissingData() throws {
      let folder = try prepared()
      let rows = (0..<60).map { "\($0 % 7)" }
      let write = { (rows: [String]) in
        try Data((["value"] + rows).map { $0 + "\n" }.joined().utf8)
          .write(to: URL(filePath: folder.path("series.csv")))
      }
      try write(Array(rows.prefix(50)))
      #expect(
        try Tool.shell(
          "lstm-train --csv series.csv --target value --units 2 --sequence-length 4 --epochs 1 --quiet --save a.h5",
          in: folder.url
        ).status == 0)
      try write(rows)
      let forecast = "lstm-predict a.h5 --forecast 3"
      let right = try failing(forecast, ["FAIL_COUNT=count"], folder)
      #expect(right.status == 0)
      let names = try callNames(folder.path("count"))
      var refused = 0
      for (call, name) in names.enumerated() where ["open", "pread"].contains(name) {
        let result = try failing(
          forecast, ["FAIL_AT=\(call + 1)", "FAIL_HOW=EIO", "FAIL_COUNT=count"], folder)
        #expect(
          result.status != 0 || result.output == right.output, "\(name) \(call): \(result)")
        refused += result.status == 0 ? 0 : 1
      }
      #expect(refused > 0)
    }

    /// The texts in a log cannot be made again: whatever fails, they are still there.
    @Test(arguments: ["log.csv", "log.jsonl"])
    func logsKeepTheirTexts(log: String) throws {
      let folder = try prepared()
      try Data("the cat sat on the mat. ".utf8).write(to: URL(filePath: folder.path("a.txt")))
      let train = "lstm-train --text a.txt --units 2 --sequence-length 5 --epochs 2 --quiet"
      #expect(
        try Tool.shell(
          "\(train) --sample-every 1 --sample-length 4 --log \(log) --save a.h5 "
            + "&& mkdir start && cp a.h5 \(log) start", in: folder.url
        ).status == 0)
      let texts = { (part: String) in
        try String(contentsOfFile: folder.path(part + log), encoding: .utf8)
          .split(separator: "\n").prefix(3)
      }
      let right = try texts("start/")
      let resume =
        "lstm-resume a.h5 --epochs 1 --sample-every 1 --sample-length 4 --log \(log) --quiet"
      #expect(try failing(resume, ["FAIL_COUNT=count"], folder).status == 0)
      let calls = try callNames(folder.path("count")).count
      let first = log.hasSuffix(".csv") ? 3 : 2
      for call in stride(from: 1, through: calls, by: 4) {
        for how in ["EIO", "AFTER"] {
          #expect(try Tool.shell("cp start/* .", in: folder.url).status == 0)
          let result = try failing(
            resume, ["FAIL_AT=\(call)", "FAIL_HOW=\(how)", "FAIL_COUNT=count"], folder)
          #expect(
            try texts("").prefix(first) == right.prefix(first), "\(how) at call \(call): \(result)")
        }
      }
    }

    /// The names of the calls that were made, in their order.
    private func callNames(_ count: String) throws -> [String] {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: count)))
      let calls = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int64.self)) }
      return (0..<calls).map { call in
        let name = bytes[(8 + 24 * call)..<(8 + 24 * (call + 1))].prefix { $0 != 0 }
        return String(decoding: name, as: UTF8.self)
      }
    }

    private func prepared() throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      let cc = try Tool.shell(
        "cc -fPIC -shared -o '\(library(folder))' '\(source)' -ldl", in: folder.url)
      try #require(cc.status == 0, "\(cc.error)")
      return folder
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
