import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import Tasks

/// Several series of one file, of levels that are far apart.
@Suite struct SeriesKeyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func level(_ key: String, _ row: Int) -> Double {
    let wave = sin(Double(row) / 2)
    return key == "small" ? 10 + 2 * wave : 1_000_000 + 100_000 * wave
  }

  private func train(
    _ method: Scaling.Method = .standard, difference: Bool = false, as name: String = "model.h5"
  ) throws -> String {
    let file = folder.path("rows.csv")
    let rows = (0..<100).map { "large,\(level("large", $0))\nsmall,\(level("small", $0))" }
    try Data(("key,value\n" + rows.joined(separator: "\n")).utf8).write(to: URL(filePath: file))
    var series = SeriesTask(file: file, target: "value")
    (series.key, series.sequenceLength, series.scaling) = ("key", 6, method)
    series.differences = difference ? [1] : []
    var plan = TrainingPlan(series)
    (plan.units, plan.epochs, plan.learningRate) = ([8], 30, 0.01)
    let path = folder.path(name)
    let run = try TrainingRun(plan)
    try run.train(saving: try CheckpointSchedule(path: folder.path("model.h5")))
    if name != "model.h5" {
      try CheckpointFile.save(try run.checkpoint(), to: path, lock: try FileLock(path))
    }
    return path
  }

  /// Each series is forecast within what it does, and the intervals are of its size.
  @Test(arguments: [Scaling.Method.standard, .minMax], [false, true])
  func forecastsAreOfEachLevel(method: Scaling.Method, difference: Bool) throws {
    let path = try train(method, difference: difference)
    let forecasts = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
      steps: 3, coverage: 0.9, key: nil)
    #expect(forecasts.map(\.key) == ["large", "small"])
    for forecast in forecasts {
      let size = forecast.key == "small" ? 2.0 : 100_000
      for (index, step) in forecast.steps.enumerated() {
        #expect(abs(step.value - level(forecast.key, 100 + index)) < size, "\(forecast.key)")
        let interval = try #require(step.interval)
        #expect(interval.upperBound - interval.lowerBound < 4 * size, "\(forecast.key)")
      }
    }
  }

  /// The scalings of both are stored, and each is that of its own training part.
  @Test(arguments: ["model.h5", "model.keras", "model.safetensors"])
  func scalingsAreStored(name: String) throws {
    let path = try train(as: name)
    let scaling = try #require(try CheckpointFile.load(path).scaling)
    #expect(scaling.keys == ["large", "small"] && scaling.offsets.count == 2)
    for (index, key) in scaling.keys.enumerated() {
      let rows = (0..<80).map { level(key, $0) }
      let mean = rows.reduce(0, +) / 80
      #expect(abs(scaling.offsets[index] / mean - 1) < 1e-9)
      let own = try #require(scaling.of(series: key))
      #expect(own.offsets == [scaling.offsets[index]] && own.columns == ["value"])
    }
  }

  /// Of two series one grows as its deviation does, the other changes its sign: each has its own power and linear part;
  /// one that the training did not have takes what holds for all.
  @Test func powersAndLinearPartsAreOfEachSeries() throws {
    func value(_ key: String, _ row: Int) -> Double {
      let pattern = [1.0, 1.3, 0.7, 1.0][row % 4]
      return key == "signs" ? 5 * (pattern - 1) : pattern * pow(1.03, Double(row))
    }
    func write(_ keys: [String], to name: String) throws -> String {
      let rows = (0..<80).flatMap { row in keys.map { "\($0),\(value($0, row))\n" } }
      try Data(("key,value\n" + rows.joined()).utf8).write(to: URL(filePath: folder.path(name)))
      return folder.path(name)
    }
    var task = SeriesTask(file: try write(["grows", "signs"], to: "two.csv"), target: "value")
    (task.key, task.season, task.horizon) = ("key", 4, 4)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs) = ([2], 1)
    let path = folder.path("two.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let scaling = try #require(try CheckpointFile.load(path).scaling)
    #expect(scaling.power?.own == [0, 1])
    let linear = try #require(scaling.linear)
    #expect(linear.own.count == 2 && linear.own[0] != linear.own[1])
    let file = try ModelFile(path)
    for forecast in try SeriesPredictor(file).forecast(steps: 4, coverage: 0.9, key: nil) {
      for (step, found) in forecast.steps.enumerated() {
        #expect(abs(found.value - value(forecast.key, 80 + step)) < 0.5)
      }
    }
    let other = try SeriesPredictor(file, data: try write(["new"], to: "new.csv"))
    #expect(try other.forecast(steps: 4, coverage: 0.9, key: "new")[0].steps.count == 4)
    let encodings = SeriesEncodings(try file.task(as: SeriesTask.self), scaling)
    #expect(encodings.encoding(of: "grows")?.scaling.linear?.map == linear.own[0])
    let new = encodings.encoding(ofNew: [1, 2, 3, 4]).scaling
    #expect(new.linear?.map == linear.map && new.linear?.own == [] && new.power == nil)
  }

  /// A file with one scaling for all is read and used as before.
  @Test func oneScalingForAllIsRead() throws {
    let path = try train()
    var checkpoint = try CheckpointFile.load(path)
    checkpoint.scaling = Scaling(
      method: .standard, columns: ["value"], offsets: [500_000], scales: [500_000],
      residuals: [0.1, -0.1])
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let forecasts = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
      steps: 1, coverage: 0.9, key: nil)
    #expect(forecasts.count == 2)
    let answer = try answer(path, "new,3")
    #expect(answer.hasPrefix("new,"))
  }

  /// What is said of one series does not depend on what other series are asked for.
  @Test func intervalsAreOfTheSeriesAlone() throws {
    let session = try SeriesPredictor(try ModelFile(try train()), data: nil)
    let both = try session.forecast(steps: 4, coverage: 0.8, key: nil)
    for forecast in both {
      let alone = try session.forecast(steps: 4, coverage: 0.8, key: forecast.key)
      #expect(alone.count == 1 && alone[0].steps.map(\.interval) == forecast.steps.map(\.interval))
      #expect(alone[0].steps.map(\.value) == forecast.steps.map(\.value))
    }
  }

  private func answer(_ path: String, _ line: String) throws -> String {
    let session = try LiveStream(try ModelFile(path), learns: false)
    var answer: [UInt8] = []
    try Array(line.utf8).withUnsafeBufferPointer {
      try session.answer($0, number: 1, adding: &answer)
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// A live stream answers each series at its level, and refuses one whose scaling is not known; the rows of another file
  /// give such a series its own.
  @Test func streamsAndOtherFiles() throws {
    let path = try train()
    for (key, size) in [("small", 2.0), ("large", 100_000)] {
      let answer = try answer(path, "\(key),\(level(key, 100))")
      let value = try #require(Double(answer.split(separator: ",")[1].dropLast()))
      #expect(abs(value - level(key, 101)) < size)
    }
    let error = #expect(throws: LineError.self) { try answer(path, "new,3") }
    #expect(error?.description.hasPrefix("stdin: line 1, column key: ") ?? false)

    let other = folder.path("other.csv")
    let rows = (0..<40).map { "new,\(500 + 10 * sin(Double($0) / 2))" }
    try Data(("key,value\n" + rows.joined(separator: "\n")).utf8).write(to: URL(filePath: other))
    let forecasts = try SeriesPredictor(try ModelFile(path), data: other).forecast(
      steps: 1, coverage: 0.9, key: nil)
    #expect(abs(forecasts[0].steps[0].value - (500 + 10 * sin(20.0))) < 10)
  }
}
