import Checkpoints
import Files
import Foundation
import TestSupport
import Testing

@testable import Kernels
@testable import Recurrent
@testable import Tasks

/// Models of series that give quantiles.
@Suite struct QuantileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `sklearn.metrics.mean_pinball_loss` with alpha 0.1 and 0.8, the mean of both.
  @Test func lossIsThatOfScikitLearn() {
    var output: [Float] = [0.3, -0.2, 1.5, 0.7, 2.0, 0.1, -1.0, 0.25]
    let targets: [Float] = [0.1, 0.4, 1.5, 1.2, 1.0, 1.0, -0.5, 0.0]
    let loss = output.withUnsafeMutableBufferPointer { output in
      targets.withUnsafeBufferPointer { targets -> Double in
        guard let output = output.baseAddress, let targets = targets.baseAddress else { return 0 }
        return Float.evaluate(
          Loss.quantile([0.1, 0.8]).ofRows, output: output, targets: .values(targets),
          classWeights: nil, mask: nil, rows: 2, units: 4, isFused: false, gradient: false
        ).loss / 2
      }
    }
    #expect(abs(loss - 0.3475) < 1e-7)
  }

  /// Numbers that are drawn evenly from 0 to 1, which nothing foretells.
  private func train(
    _ quantiles: [Double], ensemble: Int = 1, epochs: Int = 40, as name: String = "model.h5"
  ) throws -> String {
    let file = folder.path("rows.csv")
    var generator = PhiloxGenerator(seed: 3, stream: .sampling)
    let rows = (0..<400).map { _ in "\(Double(generator.uniform(below: 10_000)) / 10_000)" }
    try Data(("value\n" + rows.joined(separator: "\n") + "\n").utf8).write(
      to: URL(filePath: file))
    var task = SeriesTask(file: file, target: "value")
    (task.sequenceLength, task.horizon, task.ensembleSize) = (4, 2, ensemble)
    (task.scaling, task.quantiles) = (.standard, quantiles)
    var plan = TrainingPlan(task)
    (plan.units, plan.epochs, plan.learningRate) = ([4], epochs, 0.005)
    plan.loss = "quantile:" + quantiles.map { "\($0)" }.joined(separator: ",")
    let path = folder.path(name)
    let run = try TrainingRun(plan)
    try run.train(saving: try CheckpointSchedule(path: folder.path("run.h5")))
    try CheckpointFile.save(try run.checkpoint(), to: path, lock: try FileLock(path))
    return path
  }

  @Test(arguments: ["model.h5", "model.keras"])
  func intervalsGoFromQuantileToQuantile(name: String) throws {
    let path = try train([0.1, 0.25, 0.5, 0.75, 0.9], as: name)
    #expect(try CheckpointFile.load(path).loss == .quantile([0.1, 0.25, 0.5, 0.75, 0.9]))
    let predictor = try SeriesPredictor(try ModelFile(path))
    #expect(predictor.usualCoverage == 0.8)
    for (coverage, ends) in [(0.8, 0.1...0.9), (0.5, 0.25...0.75)] {
      let test = try predictor.backTest(steps: 2, coverage: coverage)
      #expect(abs(try #require(test.coverage) - coverage) < 0.15)
      let intervals = test.rows.compactMap(\.forecast.interval)
      #expect(intervals.count == test.rows.count)
      for (end, exact) in [
        (intervals.map(\.lowerBound), ends.lowerBound),
        (intervals.map(\.upperBound), ends.upperBound),
      ] {
        #expect(abs(end.reduce(0, +) / Double(end.count) - exact) < 0.1)
      }
      #expect(test.rows.allSatisfy { $0.forecast.interval?.contains($0.forecast.value) ?? false })
    }
    let error = #expect(throws: FileError.self) {
      _ = try predictor.forecast(steps: 1, coverage: 0.7, key: nil)
    }
    #expect(error?.reason.contains("0.8, 0.5, not 0.7") ?? false)
  }

  /// Each member gives all quantiles, and a stream answers with the ends of the interval.
  @Test func membersAndStreams() throws {
    let path = try train([0.05, 0.5, 0.95], ensemble: 2, epochs: 2)
    #expect(try CheckpointFile.load(path).configuration.outputUnits == 2 * 2 * 3)
    let forecast = try SeriesPredictor(try ModelFile(path)).forecast(
      steps: 2, coverage: 0.9, key: nil)[0]
    let rows = try String(contentsOfFile: folder.path("rows.csv"), encoding: .utf8)
    let last = try #require(rows.split(separator: "\n").last)
    // The same rows, the newest of which comes by the stream.
    try Data(rows.dropLast(last.count + 1).utf8).write(to: URL(filePath: folder.path("rows.csv")))
    let before = try SeriesPredictor(try ModelFile(path), data: folder.path("rows.csv")).forecast(
      steps: 2, coverage: 0.9, key: nil)[0]
    #expect(before.steps[0].value != forecast.steps[0].value)
    let stream = try LiveStream(try ModelFile(path), coverage: 0.9)
    var answer: [UInt8] = []
    // Behind the whole file, as the checkpoint knows it.
    try Array(last.utf8).withUnsafeBufferPointer {
      try stream.answer($0, number: 1, adding: &answer)
    }
    let numbers = String(decoding: answer, as: UTF8.self).trimmingCharacters(in: .newlines)
      .split(separator: ",").compactMap { Float($0) }
    #expect(numbers.count == 6)
    for step in 0..<2 {
      #expect(numbers[3 * step + 1] <= numbers[3 * step])
      #expect(numbers[3 * step] <= numbers[3 * step + 2])
    }
    #expect(throws: (any Error).self) { try LiveStream(try ModelFile(path), coverage: 0.8) }
  }

  @Test(arguments: ["quantile:", "quantile:0.1,0.9", "quantile:0.5,0.1", "quantile:0.5,1"])
  func whatIsNoListOfQuantilesIsRefused(name: String) {
    #expect(throws: ConfigurationError.self) { try Loss.quantile(named: name) }
  }

  @Test func differencesHaveNone() throws {
    let file = folder.path("rows.csv")
    try Data("value\n1\n2\n4\n".utf8).write(to: URL(filePath: file))
    var task = SeriesTask(file: file, target: "value")
    task.differences = [1]
    var plan = TrainingPlan(task)
    plan.loss = Loss.quantileForm
    let error = #expect(throws: ConfigurationError.self) { try TrainingRun(plan) }
    #expect(error?.description.contains("do not add up") ?? false)
  }
}
