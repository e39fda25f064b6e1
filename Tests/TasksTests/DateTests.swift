import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import Tasks

/// The dates of forecasts.
@Suite struct DateTests {
  /// Dates of a calendar, from Python's `datetime` and pandas' `date_range` (`ME`, `QE`, `B`, `YS`).
  @Test(arguments: [
    (["1960-10", "1960-11", "1960-12"], ["1961-01", "1961-02"]),
    (["2019/10/15", "2020/01/15", "2020/04/15"], ["2020/07/15", "2020/10/15"]),
    (["2009-10-31", "2009-11-30", "2009-12-31", "2010-01-31"], ["2010-02-28", "2010-03-31"]),
    (["2011-12-31", "2012-01-31", "2012-02-29"], ["2012-03-31", "2012-04-30"]),
    (["2009-03-31", "2009-06-30", "2009-09-30"], ["2009-12-31", "2010-03-31"]),
    (["2011-11-30", "2011-12-30", "2012-01-30", "2012-02-29"], ["2012-03-30", "2012-04-30"]),
    (
      ["2009-10-01 00:00:00", "2009-11-01 00:00:00", "2009-12-01 00:00:00"],
      ["2010-01-01 00:00:00", "2010-02-01 00:00:00"]
    ),
    (["1958-Q3", "1958-Q4", "1959-Q1"], ["1959-Q2", "1959-Q3"]),
    (["1958Q2", "1958Q4"], ["1959Q2", "1959Q4"]),
    (
      ["2024-05-02", "2024-05-03", "2024-05-06", "2024-05-07", "2024-05-08", "2024-05-09"],
      ["2024-05-10", "2024-05-13"]
    ),
    (
      ["2020-02-22", "2020-02-23", "2020-02-24"].map { $0 } + ["2020-02-25"],
      ["2020-02-26", "2020-02-27"]
    ),
    (["2020-02-14", "2020-02-21", "2020-02-28"], ["2020-03-06", "2020-03-13"]),
    (
      ["2020-12-31T23:15", "2020-12-31T23:30", "2020-12-31T23:45"],
      ["2021-01-01T00:00", "2021-01-01T00:15"]
    ),
    (
      ["2020-12-31T22:00:00Z", "2020-12-31T23:00:00Z"],
      ["2021-01-01T00:00:00Z", "2021-01-01T01:00:00Z"]
    ),
    (["2010-01-01", "2011-01-01", "2012-01-01", "2013-01-01"], ["2014-01-01", "2015-01-01"]),
    (["7", "9", "11"], ["13", "15"]), (["1960.5", "1960.75", "1961.0"], ["1961.25", "1961.5"]),
  ])
  func datesGoOnByTheirRule(dates: [String], following: [String]) {
    #expect(DateRule.following(dates, count: 2) == following)
  }

  /// No rule, or rules that go on differently: the 30th or the last of a month, every day or working days.
  @Test(arguments: [
    ["Monday", "Tuesday", "Wednesday"], ["2009-06-30", "2009-09-30"], ["2024-05-02", "2024-05-03"],
    ["2010-01-01", "2010-01-02", "2010-01-04"], ["2010-01-01", "2010-01-01"], ["2010-01"], [],
    ["2010-01-01", "2010-02"], ["2010-02-30", "2010-03-30"], ["5", "4", "3"],
  ])
  func unsureDatesAreNotSaid(dates: [String]) {
    #expect(DateRule.following(dates, count: 4) == nil)
  }

  /// Whether there are dates depends on the checkpoint, not on whether its data are there.
  @Test(arguments: [false, true])
  func datesAreInTheCheckpoint(stateful: Bool) throws {
    let folder = try TemporaryFolder()
    let file = folder.path("rows.csv")
    let rows = (0..<60).map { "\(2000 + $0 / 4)-Q\($0 % 4 + 1),\($0 % 7)" }
    try Data(("quarter,value\n" + rows.joined(separator: "\n")).utf8).write(
      to: URL(filePath: file))
    var series = SeriesTask(file: file, target: "value")
    (series.date, series.sequenceLength, series.isStateful) = ("quarter", 4, stateful)
    var plan = TrainingPlan(series)
    (plan.units, plan.epochs) = ([3], 1)
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let copy = folder.path("model.safetensors")
    try CheckpointFile.save(
      try CheckpointFile.load(path), to: copy, lock: try FileLock(copy))
    try FileManager.default.removeItem(atPath: file)
    for path in [path, copy] {
      let forecasts = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
        steps: 2, coverage: 0.9, key: nil)
      #expect(forecasts[0].steps.map(\.date) == ["2015-Q1", "2015-Q2"])
      #expect(forecasts[0].dateProblem == nil)
    }
    // Rows of a live stream have none.
    let session = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
    var answer: [UInt8] = []
    try Array("5".utf8).withUnsafeBufferPointer {
      try session.answer($0, number: 1, adding: &answer)
    }
    try session.save()
    let later = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
      steps: 2, coverage: 0.9, key: nil)
    #expect(later[0].steps.map(\.date) == [nil, nil])
    #expect(later[0].dateProblem?.contains("live stream") ?? false)
  }
}
