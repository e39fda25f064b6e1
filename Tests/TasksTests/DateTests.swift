import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import Tasks

/// The dates of forecasts.
@Suite struct DateTests {
  /// A number of two digits.
  private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

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
  func datesGoOnByTheirRule(dates: [String], following: [String]) throws {
    #expect(try DateSequence(dates).following(dates.last ?? "", count: 2) == following)
  }

  /// `tools/pandas/make_date_reference.py` made the file.
  @Test func datesGoOnAsInPandas() throws {
    let path = try #require(Bundle.module.path(forResource: "Reference/dates.txt", ofType: nil))
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let parts = line.split(separator: ";").map(String.init)
      let dates = parts[1].split(separator: "|").map(String.init)
      let following = parts[2].split(separator: "|").map(String.init)
      let sequence = try DateSequence(dates)
      #expect(sequence.frequency.name == parts[0], "\(line)")
      #expect(sequence.firstProblem == nil, "\(line)")
      #expect(sequence.following(dates[25], count: 6) == following, "\(line)")
      let frequency = try #require(Frequency(name: parts[0]))
      let named = try DateSequence(dates, frequency: frequency)
      #expect(named.following(dates[25], count: 6) == following, "\(line)")
      // A row that is missing is seen, and filled; the rest goes on as before.
      var holed = dates
      holed.remove(at: 12)
      let gapped = try DateSequence(holed, frequency: frequency)
      #expect(gapped.breaks == [DateSequence.Break(row: 12, missing: 1)], "\(line)")
      #expect(gapped.missing(between: dates[11], and: dates[13]) == [dates[12]], "\(line)")
      #expect(gapped.following(dates[25], count: 6) == following, "\(line)")
    }
  }

  /// Worked out with a calendar.
  private static let written: [([String], [String])] = [
    (["29.12.1949", "30.12.1949", "31.12.1949"], ["01.01.1950", "02.01.1950"]),
    (["12/30/1949", "12/31/1949", "1/1/1950"], ["1/2/1950", "1/3/1950"]),
    (["29/2/24", "1/3/24", "2/3/24"], ["3/3/24", "4/3/24"]),
    (["Oct 1949", "Nov 1949", "Dec 1949"], ["Jan 1950", "Feb 1950"]),
    (["OCT-49", "NOV-49", "DEC-49"], ["JAN-50", "FEB-50"]),
    (["March 30, 2024", "March 31, 2024", "April 1, 2024"], ["April 2, 2024", "April 3, 2024"]),
    (["1949M11", "1949M12", "1950M01"], ["1950M02", "1950M03"]),
    (["194911", "194912", "195001"], ["195002", "195003"]),
    (["20240229", "20240301", "20240302"], ["20240303", "20240304"]),
    (["Q3 1958", "Q4 1958", "Q1 1959"], ["Q2 1959", "Q3 1959"]),
    (["2020-W52", "2020-W53", "2021-W01"], ["2021-W02", "2021-W03"]),
    (["1949:Q2", "1949:Q3"], ["1949:Q4", "1950:Q1"]),
    (
      ["2024-01-31T22:30:00.5+01:00", "2024-01-31T23:30:00.5+01:00"],
      ["2024-02-01T00:30:00.5+01:00", "2024-02-01T01:30:00.5+01:00"]
    ),
    (
      ["2024-01-31 12:00:00+0530", "2024-01-31 12:01:00+0530"],
      ["2024-01-31 12:02:00+0530", "2024-01-31 12:03:00+0530"]
    ),
    (["1706832000", "1706918400"], ["1707004800", "1707091200"]),
    (["1706659200000", "1706659260000"], ["1706659320000", "1706659380000"]),
    (["1700.0", "1701.0", "1702.0"], ["1703.0", "1704.0"]),
    // R's time of monthly series.
    (
      ["1960.83333333333", "1960.91666666667", "1961", "1961.08333333333"],
      ["1961.16666666667", "1961.25"]
    ),
    (["0.10", "0.43", "0.77", "1.10"], ["1.43", "1.77"]),
    (
      [
        "2024-03-29 09:00", "2024-04-01 09:00", "2024-04-02 09:00", "2024-04-03 09:00",
        "2024-04-04 09:00", "2024-04-05 09:00", "2024-04-08 09:00",
      ],
      ["2024-04-09 09:00", "2024-04-10 09:00"]
    ),
  ]

  @Test(arguments: Self.written)
  func datesGoOnAsTheyAreWritten(dates: [String], following: [String]) throws {
    #expect(try DateSequence(dates).following(dates.last ?? "", count: 2) == following)
  }

  private static let seasons: [(String, Int?)] = [
    ("months", 12), ("month-ends", 12), ("MS", 12), ("quarters", 4), ("QE", 4), ("days", 7),
    ("business-days", 5), ("weeks", 52), ("W", 52), ("hours", 24), ("h", 24), ("6hours", 4),
    ("30minutes", 48), ("15min", 96), ("minutes", 1440), ("10seconds", nil), ("60seconds", 1440),
    ("years", nil), ("7minutes", nil), ("2months", 6), ("2days", nil), ("6-months", 2),
  ]

  @Test(arguments: Self.seasons)
  func frequenciesHaveSeasons(name: String, season: Int?) throws {
    let frequency = try #require(Frequency(name: name))
    #expect(frequency.season == season)
    #expect(Frequency(name: frequency.name) == frequency)
  }

  @Test(arguments: ["", "0days", "month end", "fortnights", "-1days", "9999999999days", "W-SUN"])
  func otherNamesAreNone(name: String) { #expect(Frequency(name: name) == nil) }

  /// Days or months first is seen by a day above 12, by the order, or by even steps; or else it is not certain.
  @Test func dayOrMonthFirst() throws {
    let months = (0..<24).map { "01/\(two($0 % 12 + 1))/\(2020 + $0 / 12)" }
    #expect(try DateSequence(months).frequency == Frequency(.months))
    #expect(try DateSequence(months).following("01/12/2021", count: 1) == ["01/01/2022"])
    let few = Array(months.prefix(6))
    #expect(throws: DateProblem.self) { try DateSequence(few) }
    let known = try DateSequence(few, frequency: Frequency(.months))
    #expect(known.following("01/06/2020", count: 1) == ["01/07/2020"])
    #expect(
      try DateSequence(few, frequency: Frequency(.days)).following("01/06/2020", count: 1)
        == ["01/07/2020"])
    // Another series of the same file shows it.
    let column = DateColumn(
      [few, ["30/01/2020", "31/01/2020", "01/02/2020"]], frequency: nil)
    #expect(try column.series[0].get().frequency == Frequency(.months))
  }

  /// The clock changes between rows: days go on by the calendar, hours in absolute time.
  @Test func offsetsFromUTCMayChange() throws {
    let days = [
      "2024-03-29T00:00+01:00", "2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00",
      "2024-04-01T00:00+02:00",
    ]
    let sequence = try DateSequence(days)
    #expect(sequence.frequency == Frequency(.days) && sequence.hasSeveralOffsets)
    #expect(sequence.following(days[3], count: 1) == ["2024-04-02T00:00+02:00"])
    let hours = [
      "2024-03-31T00:00+01:00", "2024-03-31T01:00+01:00", "2024-03-31T03:00+02:00",
      "2024-03-31T04:00+02:00",
    ]
    #expect(try DateSequence(hours).frequency == Frequency(.hours))
    #expect(
      try DateSequence(hours).following(hours[3], count: 1) == ["2024-03-31T05:00+02:00"])
  }

  /// What is missing regularly is not missing: after the last hour of a working day comes no further one.
  @Test func regularGapsAreNotFilled() throws {
    let hours = (1...20).filter { $0 % 7 > 0 && $0 % 7 < 6 }.flatMap { day in
      (9..<17).map { "2024-07-\(two(day)) \(two($0)):00" }
    }
    #expect(throws: DateProblem.self) { try DateSequence(hours) }
    #expect(throws: DateProblem.self) { try DateSequence(Array(hours.suffix(25))) }
    #expect(
      try DateSequence(hours, frequency: Frequency(.hours)).following("2024-07-20 16:00", count: 1)
        == ["2024-07-20 17:00"])
    // Monday to Saturday.
    let days = (1...30).filter { $0 % 7 != 0 }.map { "2024-07-\(two($0))" }
    #expect(throws: DateProblem.self) { try DateSequence(days) }
    // A holiday among working days is.
    let working = (1...30).filter { $0 % 7 > 0 && $0 % 7 < 6 && $0 != 10 }
      .map { "2024-07-\(two($0))" }
    let sequence = try DateSequence(working)
    #expect(sequence.frequency == Frequency(.businessDays))
    #expect(sequence.breaks.map(\.missing) == [1])
    #expect(sequence.missing(between: "2024-07-09", and: "2024-07-11") == ["2024-07-10"])
    #expect(throws: DateProblem.self) { try Frequency(inferring: working) }
  }

  @Test func problemsNameTheRow() {
    func row(_ dates: [String]) -> Int? {
      do throws(DateProblem) {
        _ = try Frequency(inferring: dates)
        return nil
      } catch { return error.row }
    }
    #expect(row(["1949-01", "1949-02", "1949-03", "1949-05"]) == 3)
    #expect(row(["1949-01", "1949-02", "1949-02", "1949-03"]) == 2)
    #expect(row(["1949-01", "1949-02", "1949-04", "1949-03"]) == 3)
    #expect(row(["1949-01", "1949-02", "soon", "1949-04"]) == 2)
    #expect(row(["1949-01-01", "1949-01-02", "1949-01-03", "1949-01-03 12:00"]) == 3)
    #expect(row(["soon"]) == 0)
  }

  /// No rule, or rules that go on differently: the 30th or the last of a month, every day or working days.
  @Test(arguments: [
    ["Monday", "Tuesday", "Wednesday"], ["2009-06-30", "2009-09-30"], ["2024-05-02", "2024-05-03"],
    ["2010-01-01", "2010-01-02", "2010-01-04"], ["2010-01-01", "2010-01-01"], ["2010-01"], [],
    ["2010-01-01", "2010-02"], ["2010-02-30", "2010-03-30"], ["5", "4", "3"],
  ])
  func unsureDatesAreNotSaid(dates: [String]) {
    #expect(throws: DateProblem.self) { try DateSequence(dates) }
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
    // Rows of a live stream have dates only where a line of names says so.
    let streams: [([String], [String?])] = [
      (["5"], [nil, nil]),
      (["value,quarter", "5,2015-Q1", "6,2015-Q2"], ["2015-Q3", "2015-Q4"]),
    ]
    for (lines, dates) in streams {
      let streamed = folder.path("streamed.h5")
      let session = try LiveStream(try ModelFile(path, savingTo: streamed), learns: false)
      for (number, line) in lines.enumerated() {
        var answer: [UInt8] = []
        try Array(line.utf8).withUnsafeBufferPointer {
          try session.answer($0, number: number + 1, adding: &answer)
        }
      }
      #expect(throws: (any Error).self) {
        var answer: [UInt8] = []
        try Array(dates[0] == nil ? "x".utf8 : "6,2015-Q2".utf8).withUnsafeBufferPointer {
          try session.answer($0, number: 9, adding: &answer)
        }
      }
      try session.save()
      let later = try SeriesPredictor(try ModelFile(streamed), data: nil).forecast(
        steps: 2, coverage: 0.9, key: nil)
      #expect(later[0].steps.map(\.date) == dates)
      #expect((later[0].dateProblem?.contains("live stream") ?? false) == (dates[0] == nil))
    }
  }

  private func start(
    _ rows: [String], _ change: (inout SeriesTask) -> Void = { _ in }
  ) throws -> TrainingStart {
    let folder = try TemporaryFolder()
    let file = folder.path("rows.csv")
    try Data(("day,value\n" + rows.joined(separator: "\n")).utf8).write(
      to: URL(filePath: file))
    var task = SeriesTask(file: file, target: "value")
    (task.date, task.sequenceLength) = ("day", 4)
    change(&task)
    return try task.start(TrainingPlan(task))
  }

  /// A row that is missing is noted, or filled as pandas' `asfreq().ffill()` does.
  @Test func missingRowsAreNotedOrFilled() throws {
    let days = (1...30).map { "2024-07-\(two($0)),\($0 * $0 % 11)" }
    let whole = try start(days)
    #expect(!whole.notes.contains { $0.contains("column day") })
    var holed = days
    holed.removeSubrange(9...10)
    let noted = try start(holed)
    #expect(
      noted.notes.first?.contains("line 11, column day: 2024-07-12 follows 2024-07-09") ?? false)
    let filled = try start(holed) { $0.missing = .forwardFill }
    #expect(filled.notes.first?.contains("2 missing rows were filled") ?? false)
    var forward = days
    forward.replaceSubrange(9...10, with: ["2024-07-10,4", "2024-07-11,4"])
    let expected = try start(forward)
    #expect(filled.data.samples.samples == expected.data.samples.samples)
    #expect((filled.data.task as? SeriesTask)?.fillsRows == true)
    #expect((expected.data.task as? SeriesTask)?.fillsRows == false)
    let folder = try TemporaryFolder()
    var tables: [SeriesTable] = []
    for rows in [holed, forward] {
      let file = folder.path("rows.csv")
      try Data(("day,value\n" + rows.joined(separator: "\n")).utf8).write(to: URL(filePath: file))
      var task = SeriesTask(file: file, target: "value")
      (task.date, task.fillsRows) = ("day", true)
      tables.append(try SeriesTable(task))
    }
    #expect(tables[0].series[0].values == tables[1].series[0].values)
    #expect(tables[0].series[0].dates == tables[1].series[0].dates)
    #expect(tables.map(\.filledRows) == [2, 0])
  }

  /// Rows of one date, and dates of another frequency than is asked for, are errors of a new run.
  @Test func impossibleDatesAreErrors() throws {
    let days = (1...30).map { "2024-07-\(two($0)),\($0 * $0 % 11)" }
    #expect { try start(Array(days[..<20] + days[19...])) } throws: {
      "\($0)".contains("line 22, column day: 2024-07-20 is there twice")
    }
    #expect { try start(days) { $0.frequency = Frequency(.months) } } throws: {
      "\($0)".contains("are not months")
    }
    _ = try start(days) { $0.frequency = Frequency(.days) }
    #expect { try start(["2024-07-02,1"] + days) } throws: {
      "\($0)".contains("line 3, column day: 2024-07-01 comes after 2024-07-02")
    }
  }

  @Test func frequenciesAreStoredWhereTheyAreGiven() throws {
    var task = SeriesTask(file: "a.csv", target: "b")
    let plain = try MemberEncoder.json(of: task)
    #expect(plain["frequency"] == nil && plain["fills_rows"] == nil)
    (task.frequency, task.fillsRows) = (Frequency(.minutes, count: 15), true)
    let stored = try MemberEncoder.json(of: task)
    #expect(stored["frequency"] == .string("15minutes"))
    let read = try MemberDecoder.value(SeriesTask.self, from: stored)
    #expect(read.frequency == task.frequency && read.fillsRows)
    guard case .object(var members) = stored else { return }
    members["frequency"] = .string("sometimes")
    let wrong = JSONValue.object(members)
    #expect(throws: (any Error).self) { try MemberDecoder.value(SeriesTask.self, from: wrong) }
  }

  /// By all rows it is not certain how the dates go on, so it must not seem so by the last ones.
  @Test func keptDatesGoOnAsAllDo() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("rows.csv")
    // One-minute rows from 9:00 to 10:59 of each day.
    let rows = (1...9).flatMap { day in
      (0..<120).map { minute in
        "2024-07-\(two(day)) \(two(9 + minute / 60)):\(two(minute % 60)),\(minute % 7)"
      }
    }
    try Data(("time,value\n" + rows.joined(separator: "\n")).utf8).write(
      to: URL(filePath: file))
    var series = SeriesTask(file: file, target: "value")
    (series.date, series.sequenceLength) = ("time", 4)
    var plan = TrainingPlan(series)
    (plan.units, plan.epochs) = ([3], 1)
    let path = folder.path("model.h5")
    let run = try TrainingRun(plan)
    #expect(run.notes.contains { $0.contains("unless a frequency is given") })
    try run.train(saving: try CheckpointSchedule(path: path))
    let own = try SeriesPredictor(try ModelFile(path)).forecast(steps: 2, coverage: 0.9, key: nil)
    #expect(own[0].steps.map(\.date) == [nil, nil] && own[0].dateProblem != nil)
    let known = try SeriesPredictor(
      try ModelFile(path), frequency: Frequency(.minutes)
    ).forecast(steps: 2, coverage: 0.9, key: nil)
    #expect(known[0].steps.map(\.date) == ["2024-07-09 11:00", "2024-07-09 11:01"])
    #expect(known[0].season == 1440)
  }
}
