import Foundation
import TestSupport
import Testing

/// Where outputs go, and what is not overwritten.
@Suite struct OutputFileTests {
  private let train = "lstm-train --experiment batch --units 2 --epochs 1 --quiet"

  /// Only regular files are replaced; a pipe is written to.
  @Test func pipesAreWrittenTo() throws {
    let folder = try TemporaryFolder()
    let line =
      "\(train) --save a.h5 && mkfifo pipe.csv && printf '0.1\\n' > x.csv && "
      + "(timeout 20 cat pipe.csv > read & lstm-predict a.h5 --input x.csv --output pipe.csv && wait) && "
      + "lstm-predict a.h5 --input x.csv --output answers.csv && cmp read answers.csv && test -p pipe.csv"
    let result = try Tool.shell(line, in: folder.url)
    #expect(result.status == 0, "\(result)")
  }

  /// Links that somebody has put where temporary files go lead nowhere.
  @Test func plantedLinksAreNotFollowed() throws {
    let folder = try TemporaryFolder()
    try Data("mine".utf8).write(to: URL(filePath: folder.path("victim")))
    let result = try Tool.shell(
      "ln -s victim .a.h5.part; ln -s victim .b.h5.lock; \(train) --save a.h5", in: folder.url)
    #expect(result.status == 0, "\(result)")
    #expect(try Data(contentsOf: URL(filePath: folder.path("victim"))) == Data("mine".utf8))
    let locked = try Tool.shell("\(train) --save b.h5", in: folder.url)
    #expect(locked.status == 73)
    #expect(locked.error.contains("symbolic link"))
    #expect(try Data(contentsOf: URL(filePath: folder.path("victim"))) == Data("mine".utf8))
  }

  /// What a killed process left is cleared away; what a running one writes is not.
  @Test func leftoversAreRemoved() throws {
    let folder = try TemporaryFolder()
    let result = try Tool.shell(
      "touch .a.h5.part .a.h5.123-0.part .a.h5.5-1.part .other.h5.5-1.part; "
        + "flock .a.h5.5-1.part \(train) --save a.h5; ls -A", in: folder.url)
    #expect(result.output == ".a.h5.5-1.part\n.other.h5.5-1.part\na.h5\n", "\(result)")
  }

  /// Several processes that write one output leave one of the outputs, whole.
  @Test func outputsOfSeveralProcessesDoNotMix() throws {
    let folder = try TemporaryFolder()
    let result = try Tool.shell(
      "\(train) --save a.h5; seq 0 0.001 1 > x.csv; lstm-predict a.h5 --input x.csv --output one.csv; "
        + "for i in 1 2 3 4 5 6 7 8; do (lstm-predict a.h5 --input x.csv --output y.csv || echo $?) & done; wait; "
        + "cmp one.csv y.csv; ls -A | grep part", in: folder.url)
    #expect(result.output == "", "\(result)")
  }

  @Test func namesThatCannotBeKeptAreRefusedAtOnce() throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: 235) + ".h5"
    let result = try Tool.shell(
      "lstm-train --experiment batch --units 2 --epochs 100000000 --checkpoint-every 1 --keep 2 --save \(name)",
      in: folder.url)
    #expect(result.status == 73)
    #expect(result.error.contains("too long"), "\(result)")
  }

  /// Two names that are not UTF-8 must not become one.
  @Test func namesThatAreNotUTF8AreRefused() throws {
    let folder = try TemporaryFolder()
    let result = try Tool.shell("\(train) --save \"$(printf '\\351.h5')\"; ls -A", in: folder.url)
    #expect(result.output == "")
    #expect(result.error.contains("is not UTF-8"), "\(result)")
  }
}
