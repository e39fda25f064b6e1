import Foundation
import Recurrent
import TestSupport
import Testing

@testable import Tasks

/// What a new model of a series is like where nothing is said, and intervals that follow a stream.
@Suite struct SeriesRecipeTests {
  private func recipe(
    _ dates: [String], _ change: (inout SeriesTask) -> Void = { _ in },
    value: (Int) -> Double = { 10 + Double($0 % 12) }
  ) throws -> SeriesRecipe {
    let folder = try TemporaryFolder()
    let path = folder.path("rows.csv")
    let rows = dates.enumerated().map { "\($1),\(value($0))\n" }.joined()
    try Data("day,value\n\(rows)".utf8).write(to: URL(filePath: path))
    var task = SeriesTask(file: path, target: "value")
    task.date = "day"
    change(&task)
    return try SeriesRecipe(task, try SeriesTable(task), validationSplit: 0.1)
  }

  private func months(_ count: Int) -> [String] {
    (0..<count).map { "\(2000 + $0 / 12)-\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)" }
  }

  /// Of 120 months 96 are to train on, half of which are four whole years.
  @Test func datesDecide() throws {
    let monthly = try recipe(months(120))
    #expect(monthly.task.season == 12 && monthly.task.horizon == 12)
    #expect(monthly.task.sequenceLength == 48 && monthly.task.lowerBound == 0)
    #expect(monthly.scaling == .window && monthly.powers == [1])
    let quarterly = try recipe((0..<160).map { "\(1960 + $0 / 4)-Q\($0 % 4 + 1)" })
    #expect(quarterly.task.season == 4 && quarterly.task.horizon == 12)
    #expect(quarterly.task.sequenceLength == 20)
    let yearly = try recipe((0..<100).map { "\(1900 + $0)" }, value: { Double($0 % 5) - 2 })
    #expect(yearly.task.season == nil && yearly.task.horizon == 12)
    #expect(yearly.task.sequenceLength == 24 && yearly.task.lowerBound == nil)
    // 20 rows, 16 of them to train on.
    let short = try recipe(months(20))
    #expect(short.task.sequenceLength == 8 && short.task.horizon == 5)
  }

  @Test func whatIsSaidStays() throws {
    let said = try recipe(months(120)) { task in
      (task.season, task.horizon, task.sequenceLength) = (6, 3, 10)
      (task.transform, task.lowerBound) = (.logarithm, -5)
    }
    #expect(said.task.season == 6 && said.task.horizon == 3 && said.task.sequenceLength == 10)
    #expect(said.powers == [0] && said.task.lowerBound == -5)
    #expect(try recipe(months(120), { $0.differences = [12] }).scaling == .standard)
    #expect(try recipe(months(120), { $0.isStateful = true }).scaling == .standard)
    // A deviation that grows as the level does.
    let growing = try recipe(months(120), value: { Double($0 / 12 + 1) * Double(10 + $0 % 12) })
    #expect(growing.powers == [0])
    #expect(
      try recipe(months(120), { $0.transform = SeriesTask.Transform.none }).powers == [1])
  }

  /// The copies are ordered as Keras orders the layers of a functional model.
  @Test func ensemblesAreFunctionalModels() {
    let member = ModelConfiguration.regressor(
      RecurrentStack(units: [4]), outputs: 3, timeSteps: 5, features: 1, statefulBatch: nil)
    let ensemble = ModelConfiguration.ensemble(of: member, members: 2)
    #expect(
      ensemble.layers.map(\.name) == [
        "member_1_lstm", "member_2_lstm", "member_1_dense", "member_2_dense", "concatenate",
      ])
    #expect(ensemble.outputUnits == 6)
    #expect(ensemble.layers[2].inputs == [ValueName("member_1_lstm")])
  }

  /// Of 100 errors 1, 2, …, 100 nine tenths are within 91. A truth outside makes the part that is left out smaller by
  /// 0.03 · 0.9, one inside larger by 0.03 · 0.1.
  @Test func intervalsFollowTheStream() throws {
    var intervals = AdaptiveIntervals(
      coverage: 0.9, horizon: 1, errors: (1...100).map { [Double($0)] })
    #expect(intervals.distances == [91])
    intervals.take(forecasts: [0])
    intervals.take(truth: -200)
    // ⌈101 · 0.927⌉ = 94 of 2, 3, …, 100, 200.
    #expect(intervals.distances == [95])
    let read = try #require(AdaptiveIntervals(numbers: intervals.numbers, horizon: 1))
    #expect(read.distances == [95] && read.coverage == 0.9)
    intervals.take(forecasts: [0])
    intervals.take(truth: 0)
    // ⌈101 · 0.924⌉ = 94 of 0, 3, 4, …, 100, 200.
    #expect(intervals.distances == [95])
    #expect(AdaptiveIntervals(coverage: 0.9, horizon: 1, errors: []).distances == [nil])
  }
}
