import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// What a model of series reads beside target and features.
@Suite struct SeriesColumnTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Places as pandas' `Timestamp` gives them.
  private static let places: [(String, [Double])] = [
    (
      "2024-02-29 06:30",
      [
        0.5, 0.2708333333333333, 0.42857142857142855, 0.9655172413793104, 0.08333333333333333,
        0.16120218579234974,
      ]
    ),
    (
      "2023-12-31 18:00",
      [
        0, 0.75, 0.8571428571428571, 0.967741935483871, 0.9166666666666666, 0.9972602739726028,
      ]
    ),
  ]

  @Test(arguments: places)
  func calendarIsPandas(date: String, places: [Double]) throws {
    let sequence = try CalendarReading([date, date.prefix(10) + " 23:00"], nil)
    let values = try sequence.values(CalendarCycle.allCases, at: date)
    for (index, place) in places.enumerated() {
      #expect(abs(values[2 * index] - sin(2 * .pi * place)) < 1e-12)
      #expect(abs(values[2 * index + 1] - cos(2 * .pi * place)) < 1e-12)
    }
  }

  @Test func columnsFollowEachOther() throws {
    let file = try folder.write([
      "key,time,y,price,area,size", "a,2024-01-01,1,10,north,5", "b,2024-01-01,2,20,south,7",
      "a,2024-01-02,3,11,north,5", "b,2024-01-02,4,21,south,7", "a,2024-01-03,,12,north,5",
    ])
    var task = SeriesTask(file: file, target: "y")
    (task.known, task.calendar, task.horizon) = (["price"], [.weekday], 2)
    (task.key, task.date, task.frequency) = ("key", "time", Frequency(.days))
    task.statics = try SeriesTable(
      reading: {
        var task = task
        task.statics = [StaticColumn(name: "area"), StaticColumn(name: "size")]
        return task
      }()
    ).statics([StaticColumn(name: "area"), StaticColumn(name: "size")])
    #expect(
      task.columns == [
        "y", "price", "price+1", "price+2", "weekday:sin", "weekday:cos", "area=north",
        "area=south", "size",
      ])
    let table = try SeriesTable(task)
    #expect(table.columns == task.columns && task.columnCount == 9)
    let a = table.series[0].values
    // A Monday, and a Tuesday. What is not known ahead stays as it is.
    #expect(Array(a[..<6]) == [1, 10, 11, 12, 0, 1] && Array(a[6..<9]) == [1, 0, 5])
    #expect(Array(a[9..<13]) == [3, 11, 12, 12])
    #expect(abs(a[13] - sin(2 * .pi / 7)) < 1e-15)
    #expect(Array(table.series[1].values[1..<4]) == [20, 21, 21])
    #expect(Array(table.series[1].values[6..<9]) == [0, 1, 7])
  }

  /// Sales that rise by 50 whenever there is an offer.
  private func sales(rows: Int, coming: Int) -> [String] {
    let offers = (0..<rows + coming).map { $0 * $0 % 7 == 1 || $0 % 11 == 4 ? 1 : 0 }
    return ["time,sales,offer"]
      + offers.enumerated().map { row, offer in
        let day = Calendar(identifier: .gregorian).date(
          byAdding: .day, value: row, to: Date(timeIntervalSince1970: 1_704_067_200 + 43_200))
        let date = (day ?? .now).formatted(.iso8601.year().month().day())
        return "\(date),\(row < rows ? "\(100 + 50 * offer)" : ""),\(offer)"
      }
  }

  private func plan(_ file: String) -> TrainingPlan {
    var task = SeriesTask(file: file, target: "sales")
    (task.known, task.calendar, task.date) = (["offer"], [.weekday, .month], "time")
    (task.sequenceLength, task.horizon) = (14, 3)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.learningRate) = ([16], 40, 0.01)
    return plan
  }

  @Test func forecastsFollowWhatIsKnownAhead() throws {
    let lines = sales(rows: 240, coming: 6)
    let file = try folder.write(lines)
    let path = folder.path("model.h5")
    try TrainingRun(plan(file)).train(saving: try CheckpointSchedule(path: path))
    // Twice the horizon, so that the second half is read behind the first.
    let forecast = try SeriesPredictor(try ModelFile(path)).forecast(
      steps: 6, coverage: 0.9, key: nil)[0]
    for (step, line) in zip(forecast.steps, lines.suffix(6)) {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      #expect(step.date == String(fields[0]))
      #expect(abs(step.value - (fields[2] == "1" ? 150 : 100)) < 5, "\(line)")
    }
    let error = #expect(throws: FileError.self) {
      _ = try SeriesPredictor(try ModelFile(path)).forecast(steps: 7, coverage: 0.9, key: nil)
    }
    #expect(error?.reason.contains("has values in 6 rows behind the last sales") ?? false)
    // Other offers make another forecast.
    let other = try folder.write(
      lines.map { $0.contains(",,") ? String($0.dropLast()) + "1" : $0 }, "other.csv")
    let offered = try SeriesPredictor(try ModelFile(path), data: other).forecast(
      steps: 3, coverage: 0.9, key: nil)[0]
    #expect(offered.steps.allSatisfy { abs($0.value - 150) < 5 })
    // A live stream is told what comes with each row.
    let stream = try LiveStream(try ModelFile(path))
    var answers: [UInt8] = []
    for (number, line) in ["time,sales,offer,offer+1,offer+2,offer+3", "2024-08-28,100,0,1,0,1"]
      .enumerated()
    {
      try Array(line.utf8).withUnsafeBufferPointer {
        try stream.answer($0, number: number + 1, adding: &answers)
      }
    }
    let values = String(decoding: answers, as: UTF8.self).trimmingCharacters(in: .newlines)
      .split(separator: ",").compactMap { Double($0) }
    #expect(values.count == 3)
    for (value, truth) in zip(values, [150.0, 100, 150]) { #expect(abs(value - truth) < 5) }
  }

  /// What columns add is found where it is exact: in two series of other effects, and drawn to that of all where a series
  /// has few rows.
  @Test func effectsAreThoseOfLeastSquares() throws {
    var task = SeriesTask(file: "", target: "y")
    (task.known, task.season, task.horizon) = (["a", "b"], 4, 1)
    func series(rows: Int, _ effects: (Float, Float)) -> [Float] {
      (0..<rows).flatMap { row -> [Float] in
        let (a, b) = (Float(row * row % 7), Float(row * 5 % 11 == 3 ? 1 : 0))
        // A trend, a season, and the effects; what is known a row ahead does not count.
        let target = 0.1 * Float(row) + Float(row % 4) + effects.0 * a + effects.1 * b
        return [target, a, b, 9, 9]
      }
    }
    let one = KnownEffects(task, encoded: [series(rows: 200, (0.5, -3))], rows: [200])
    #expect(abs(one.shared[0] - 0.5) < 2e-3 && abs(one.shared[1] + 3) < 1e-2)
    #expect(one.bySeries == [one.shared])
    let several = KnownEffects(
      task, encoded: [series(rows: 2000, (0.5, -3)), series(rows: 2000, (2, 1))],
      rows: [2000, 8])
    #expect(abs(several.bySeries[0][0] - 0.5) < 0.02 && abs(several.bySeries[0][1] + 3) < 0.05)
    // Of four changes and twenty rows' worth of all series.
    #expect(several.bySeries[1][0] > several.shared[0] && several.bySeries[1][0] < 2)
    let rest = one.removed(from: series(rows: 8, (0.5, -3)), series: 0, task)
    for row in 0..<8 { #expect(abs(rest[5 * row] - 0.1 * Float(row) - Float(row % 4)) < 0.02) }
  }

  /// A column that rises evenly, or with the season, has no effect that changes could show: it gets none.
  @Test func whatChangesEvenlyHasNoEffect() throws {
    var task = SeriesTask(file: "", target: "y")
    (task.known, task.season, task.horizon) = (["row", "season"], 4, 1)
    let rows = (0..<120).flatMap { row -> [Float] in
      let columns = [Float(row) / 40 - 1.5, Float(row % 4) / 1.1 - 1.6]
      return [Float(row * row % 13)] + columns + columns
    }
    let effects = KnownEffects(task, encoded: [rows], rows: [120]).shared
    #expect(effects.allSatisfy { abs($0) < 0.05 }, "\(effects)")
  }

  @Test func intervalsHoldWhatIsNoNumber() {
    #expect(ClosedRange(around: 1, .nan, 3) == 1...3)
    #expect(ClosedRange(around: .infinity, .nan, .infinity) == .infinity ... .infinity)
    #expect(ClosedRange(around: 2, 3, 1) == 1...3)
  }

  @Test func comingRowsMustBeEven() throws {
    let lines = sales(rows: 60, coming: 3)
    let file = try folder.write(lines)
    var plan = plan(file)
    plan.epochs = 1
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let gap = try folder.write(
      lines.dropLast(3) + lines.suffix(2), "gap.csv")
    let error = #expect(throws: FileError.self) {
      _ = try SeriesPredictor(try ModelFile(path), data: gap).forecast(
        steps: 2, coverage: 0.9, key: nil)
    }
    #expect(error?.reason.contains("2024-03-02 is to come where 2024-03-01 is next") ?? false)
    // Without its data, nothing is known ahead.
    try FileManager.default.removeItem(atPath: file)
    let gone = #expect(throws: FileError.self) {
      _ = try SeriesPredictor(try ModelFile(path)).forecast(steps: 2, coverage: 0.9, key: nil)
    }
    #expect(gone?.reason.contains("known ahead") ?? false)
  }

  /// Dates have their places in the calendar where they follow each other in no even steps.
  @Test func calendarsOfUnevenDates() throws {
    let dates = ["2024-01-01", "2024-01-04", "2024-01-06", "2024-01-31", "2024-02-02"]
    let file = try folder.write(["time,y"] + dates.enumerated().map { "\($1),\($0)" })
    var task = SeriesTask(file: file, target: "y")
    (task.date, task.calendar) = ("time", [.weekday])
    let values = try SeriesTable(task).series[0].values
    for (row, weekday) in [0.0, 3, 5, 2, 4].enumerated() {
      #expect(abs(values[3 * row + 1] - sin(2 * .pi * weekday / 7)) < 1e-12)
    }
    task.date = "y"
    let error = #expect(throws: FileError.self) { try SeriesTable(task) }
    #expect(error?.reason.contains("is a number, which has no place in the calendar") ?? false)
  }

  /// What does not change is scaled as in the model that learns new series.
  @Test func fineTuningKeepsTheScaleOfWhatDoesNotChange() throws {
    func file(_ size: Int, _ name: String) throws -> String {
      try folder.write(
        ["key,y,size"]
          + (0..<60).flatMap { ["a,\($0 % 5),\(size)", "b,\($0 % 7),\(3 * size)"] }, name)
    }
    var task = SeriesTask(file: try file(100, "one.csv"), target: "y")
    (task.key, task.statics, task.sequenceLength) = ("key", [StaticColumn(name: "size")], 6)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs) = ([4], 1)
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    task.file = try file(5000, "other.csv")
    var next = TrainingPlan(task)
    (next.base, next.epochs) = (path, 1)
    let tuned = folder.path("tuned.h5")
    try TrainingRun(next).train(saving: try CheckpointSchedule(path: tuned))
    for path in [path, tuned] {
      let scaling = try #require(try CheckpointFile.load(path).scaling)
      #expect(scaling.offsets[1] == 200 && scaling.scales[1] == 100)
    }
  }

  /// A linear part that is not one of the task's is noticed.
  @Test func linearPartsFitTheirTask() throws {
    let file = try folder.write(sales(rows: 120, coming: 3))
    var plan = plan(file)
    plan.epochs = 1
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    var checkpoint = try CheckpointFile.load(path)
    #expect(checkpoint.scaling?.linear?.effects.count == 1)
    checkpoint.scaling?.linear?.effects = [1, 2]
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let error = #expect(throws: FileError.self) { try SeriesPredictor(try ModelFile(path)) }
    #expect(error?.reason.hasPrefix("/scaling/known_effects: are 2") ?? false)
  }

  @Test func resumedIsNotStopped() throws {
    let file = try folder.write(sales(rows: 120, coming: 3))
    var plan = plan(file)
    plan.epochs = 3
    try folder.trainStoppedAndResumed(plan, stopAfter: 4)
  }

  /// An empty target is one that is still to come only behind all others.
  @Test(arguments: [SeriesTask.Missing.refuse, .drop, .forwardFill])
  func emptyTargetsAmongOthersAreMissing(missing: SeriesTask.Missing) throws {
    let file = try folder.write(["y,x", "1,10", ",11", "3,12", ",13"])
    var task = SeriesTask(file: file, target: "y")
    (task.known, task.missing) = (["x"], missing)
    func values() throws -> [Double] { try SeriesTable(reading: task).series[0].values }
    switch missing {
    case .refuse:
      let error = #expect(throws: FileError.self) { try values() }
      #expect(error?.reason.hasPrefix("line 3, column y: the value is missing") ?? false)
    case .drop: #expect(try values() == [1, 10, 3, 12])
    case .forwardFill: #expect(try values() == [1, 10, 1, 11, 3, 12])
    }
  }

  @Test func categoriesAreThoseOfTheTraining() throws {
    let lines =
      ["key,y,area"] + (0..<60).flatMap { ["a,\($0 % 5),north", "b,\($0 % 7),south"] }
    var task = SeriesTask(file: try folder.write(lines), target: "y")
    (task.key, task.statics, task.sequenceLength) = ("key", [StaticColumn(name: "area")], 6)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs) = ([4], 1)
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let other = try folder.write(lines.map { $0.replacing("north", with: "west") }, "other.csv")
    let error = #expect(throws: FileError.self) {
      try SeriesPredictor(try ModelFile(path), data: other)
    }
    #expect(
      error?.reason == "line 2, column area: west is not one that the model knows: north, south")
    let changed = try folder.write(lines.dropLast() + ["b,1,north"], "changed.csv")
    task.file = changed
    #expect(throws: FileError.self) { try SeriesTable(reading: task) }
  }
}
