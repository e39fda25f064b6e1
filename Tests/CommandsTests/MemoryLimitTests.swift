import Foundation
import TestSupport
import Testing

/// Under `ulimit -v` a command says what it needs and ends.
@Suite struct MemoryLimitTests {
  @Test(arguments: [
    ("200000", "4000", 64 as Int32, "this needs"), ("4000000", "10000", 64, "this needs"),
  ])
  func tooLittleIsSaid(limit: String, units: String, status: Int32, text: String) throws {
    let folder = try TemporaryFolder()
    let result = try Tool.shell(
      "ulimit -v \(limit); exec lstm-train --units \(units) --epochs 1 --quiet --save a.h5",
      in: folder.url)
    #expect(result.status == status)
    #expect(result.errorLines.count == 1)
    #expect(result.error.hasPrefix("lstm-train: error: \(text)"), "\(result.error)")
    #expect(result.error.contains("ulimit -v"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("a.h5")))
  }
}
