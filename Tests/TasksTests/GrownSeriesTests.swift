import Foundation
import TestSupport
import Testing

@testable import Tasks

/// Forecasts where the series' file is not what it was when the model was trained.
@Suite struct GrownSeriesTests {
  private let folder: TemporaryFolder
  private let file: String

  init() throws {
    folder = try TemporaryFolder()
    file = folder.path("rows.csv")
  }

  private static func row(_ number: Int) -> String {
    "\(number),\(5 + 2 * sin(Double(number) / 2))"
  }

  private static let lines = ["day,value"] + (0..<60).map(row)

  private func write(_ lines: [String], end: String = "\n", isEnded: Bool = true) throws {
    try Data((lines.joined(separator: end) + (isEnded ? end : "")).utf8)
      .write(to: URL(filePath: file))
  }

  private func train(stateful: Bool = false) throws -> String {
    var series = SeriesTask(file: file, target: "value")
    series.date = "day"
    (series.sequenceLength, series.horizon) = (5, 1)
    series.isStateful = stateful
    var plan = TrainingPlan(series)
    plan.units = [5]
    plan.epochs = 2
    let path = folder.path("model.h5")
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    return path
  }

  private func forecast(
    _ path: String, data: String? = nil
  ) throws -> (steps: [Forecast.Step], notes: [String]) {
    let session = try SeriesPredictor(try ModelFile(path), data: data)
    let forecasts = try session.forecast(steps: 3, coverage: 0.9, key: nil)
    return (forecasts[0].steps, session.notes)
  }

  /// A file that has only grown is forecast from its present end, with its dates, as a live stream of the new rows is
  /// answered.
  @Test(arguments: [("\n", true), ("\n", false), ("\r\n", true), ("\r\n", false)])
  func grownFilesAreForecastFromTheirEnd(_ kind: (end: String, isEnded: Bool)) throws {
    try write(Self.lines, end: kind.end, isEnded: kind.isEnded)
    let path = try train()
    let before = try forecast(path)
    #expect(before.notes.isEmpty && before.steps[0].date == "60")
    let new = (60..<64).map(Self.row)
    try write(Self.lines + new, end: kind.end)
    let after = try forecast(path)
    #expect(after.steps.map(\.date) == ["64", "65", "66"])
    #expect(after.notes.count == 1 && after.notes[0].contains(file))
    let live = try LiveStream(try ModelFile(path), learns: false)
    var answer: [UInt8] = []
    for (number, row) in new.enumerated() {
      answer = []
      try Array(row.utf8.drop { $0 != UInt8(ascii: ",") }.dropFirst()).withUnsafeBufferPointer {
        try live.answer($0, number: number + 1, adding: &answer)
      }
    }
    let expected = try #require(Double(String(decoding: answer.dropLast(), as: UTF8.self)))
    #expect(abs(after.steps[0].value - expected) < 1e-5)
    #expect(abs(after.steps[0].value - before.steps[0].value) > 1e-3)
  }

  /// A state that is carried reads the grown file as it reads a file of its own.
  @Test func grownFilesAreReadByCarriedStates() throws {
    try write(Self.lines)
    let path = try train(stateful: true)
    try write(Self.lines + (60..<64).map(Self.row))
    let (found, expected) = try (forecast(path), forecast(path, data: file))
    #expect(found.steps.map(\.value) == expected.steps.map(\.value))
    #expect(found.steps[0].date == "64" && found.notes.count == 1)
    #expect(expected.notes.isEmpty)
  }

  /// Otherwise the forecast goes on behind the checkpoint's own rows and their dates, and says so.
  @Test(arguments: ["changed", "longer number", "shorter", "gone", "wrong row"])
  func otherFilesAreNotLookedAt(_ change: String) throws {
    try write(Self.lines, isEnded: false)
    let path = try train()
    let before = try forecast(path)
    var lines = Self.lines + (60..<64).map(Self.row)
    switch change {
    case "changed": lines[30] = Self.row(31)
    case "longer number": lines = Self.lines.dropLast() + [Self.lines[60] + "1"]
    case "shorter": lines = Self.lines.dropLast()
    case "wrong row": lines[63] = "63,many"
    default: break
    }
    try write(lines)
    if change == "gone" { try FileManager.default.removeItem(atPath: file) }
    let after = try forecast(path)
    #expect(after.steps.map(\.value) == before.steps.map(\.value))
    #expect(after.steps.map(\.date) == before.steps.map(\.date))
    #expect(
      after.notes.count == 1 && after.notes[0].contains(file) && after.notes[0].contains(path))
  }

  /// A live stream has rows of its own; its file is not asked.
  @Test func liveStreamsNeedNoFile() throws {
    try write(Self.lines)
    let path = try train()
    do {
      let live = try LiveStream(try ModelFile(path, savingTo: path), learns: false)
      var answer: [UInt8] = []
      try Array("5.5".utf8).withUnsafeBufferPointer {
        try live.answer($0, number: 1, adding: &answer)
      }
      try live.save()
    }
    try FileManager.default.removeItem(atPath: file)
    #expect(try forecast(path).notes.isEmpty)
  }
}
