import Foundation
import TestSupport
import Testing

/// What `lstm-resume` says of data that are not what, or not where, they were.
@Suite struct ResumedDataCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try write((0..<60).map(Self.row), "rows.csv")
    let trained = try shell(
      "lstm-train --csv rows.csv --target value --sequence-length 4 --units 4 --epochs 2 --quiet --save a.h5"
    )
    #expect(trained.status == 0, "\(trained.error)")
  }

  private static func row(_ number: Int) -> String { "\(sin(Double(number)))" }

  private func write(_ rows: [String], _ name: String) throws {
    try Data(("value\n" + rows.map { $0 + "\n" }.joined()).utf8)
      .write(to: folder.url.appending(path: name))
  }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  @Test func movedFilesGoOn() throws {
    let result = try shell(
      """
      mkdir -p new && mv rows.csv new/ && cp a.h5 b.h5
      lstm-resume a.h5 --epochs 1 --quiet && exit 99; echo $?
      lstm-resume a.h5 --epochs 1 --quiet --csv new/rows.csv || exit 98
      lstm-resume a.h5 --epochs 1 --quiet || exit 97
      lstm-resume b.h5 --epochs 2 --quiet --csv new/rows.csv || exit 96
      cmp a.h5 b.h5
      """)
    #expect(result.status == 0 && result.output == "66\n", "\(result.error)")
    #expect(result.errorLines.count == 3)
    #expect(result.errorLines[0].contains("rows.csv: not found"))
    #expect(result.errorLines[0].contains("(--csv FILE)"))
    #expect(
      result.errorLines[1].hasPrefix("lstm-resume: note: new/rows.csv: is the same as rows.csv"))
  }

  @Test func grownFilesSayWhatToDo() throws {
    try write((0..<66).map(Self.row), "rows.csv")
    let refused = try shell("lstm-resume a.h5 --epochs 1 --quiet")
    #expect(refused.status == 65 && refused.errorLines.count == 1)
    #expect(refused.error.hasPrefix("lstm-resume: error: rows.csv: has grown since a.h5"))
    #expect(refused.error.contains("(--csv FILE)"))
    let resumed = try shell("lstm-resume a.h5 --epochs 1 --quiet --csv rows.csv")
    #expect(resumed.status == 0 && resumed.errorLines.count == 1, "\(resumed.error)")
    #expect(resumed.error.contains("has grown") && resumed.error.contains("a new epoch"))
    // Now these are the data that the model knows.
    let forecast = try shell("lstm-predict a.h5 --forecast 1")
    #expect(forecast.status == 0 && forecast.error == "", "\(forecast.error)")
  }

  @Test func whatCannotBeResumedIsSaid() throws {
    try write((5..<66).map(Self.row), "other.csv")
    for (line, status, words) in [
      ("lstm-resume a.h5 --epochs 1 --text other.csv", 64, ["series", "--csv", "--text"]),
      ("lstm-resume a.h5 --csv other.csv", 64, ["2 planned epochs", "--epochs N"]),
      ("lstm-resume a.h5 --epochs 1 --csv none.csv", 66, ["none.csv", "not found"]),
      ("lstm-resume a.h5 --epochs 1 --keep-stream --end-stream", 64, ["--end-stream"]),
      ("lstm-resume a.h5 --epochs 1 --keep-stream", 64, ["no stream"]),
      ("lstm-resume a.h5 --epochs 1 --csv rows.csv --save ./rows.csv", 64, ["--csv", "--save"]),
    ] as [(String, Int32, [String])] {
      let result = try shell(line)
      #expect(result.status == status && result.errorLines.count == 1, "\(result.error)")
      for word in words { #expect(result.error.contains(word), "\(result.error)") }
    }
  }
}
