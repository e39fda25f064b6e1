import Foundation
import TestSupport
import Testing

/// The files that docs/arithmetic.md lists come out on this machine too.
@Suite struct SameFilesTests {
  private static let top = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The options and the SHA-256 of each row of the page's table.
  private static let listed: [(options: String, sum: String)] = {
    let page = top.appending(path: "docs/arithmetic.md")
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "`")
      guard line.hasPrefix("| `--"), fields.count == 5 else { return nil }
      return (String(fields[1]), String(fields[3]))
    }
  }()

  @Test func thereAreADozen() { #expect(Self.listed.count >= 12) }

  @Test func everyMachineWritesTheSameFiles() throws {
    let folder = try TemporaryFolder()
    for (options, sum) in Self.listed {
      let arguments = options.split(separator: " ").map(String.init)
      let result = try Tool.run(
        "lstm-train", arguments + ["--quiet", "--save", folder.path("run.h5")], in: Self.top)
      #expect(result.status == 0, "\(options): \(result.error)")
      let found = try Tool.shell("sha256sum run.h5 || shasum -a 256 run.h5", in: folder.url)
      #expect(found.output.split(separator: " ").first.map(String.init) == sum, "\(options)")
    }
  }
}
