import Checkpoints
import Files
import Foundation
import HDF5
import Recurrent
import TestSupport
import Testing

@testable import Tasks

@Suite struct SeriesTests {
  /// Rows with a month, two columns and a key.
  private func write(_ lines: [String], _ folder: TemporaryFolder) throws -> String {
    let path = folder.path("rows.csv")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    return path
  }

  private func wave(_ rows: Int) -> [String] {
    ["time,value,other"]
      + (0..<rows).map { "\($0),\(10 + 3 * sin(Double($0) / 3)),\(Double($0 % 5))" }
  }

  private func plan(
    _ file: String, _ change: (inout SeriesTask) -> Void = { _ in }
  ) -> TrainingPlan {
    var series = SeriesTask(file: file, target: "value")
    series.features = ["other"]
    series.sequenceLength = 6
    series.scaling = .standard
    change(&series)
    var plan = TrainingPlan(series)
    plan.units = [6]
    plan.epochs = 3
    plan.batchSize = series.isStateful ? 1 : 8
    return plan
  }

  /// The rows are cut by time, and a window's part is that of the rows it forecasts.
  @Test func windowsBelongToTheRowsTheyForetell() throws {
    let parts = try SeriesParts(rows: 100, validationSplit: 0.15, testSplit: 0.2)
    #expect(parts.training == 0..<65 && parts.validation == 65..<80 && parts.test == 80..<100)
    let values = (0..<20).map(Float.init)
    let base = ForecastBase(
      SeriesTask(file: "", target: "value"), Scaling(.none, fitting: [], columns: ["value"]))
    let samples = SeriesSamples(
      windows: [(3..<8, 0..<8, base), (14..<20, 8..<20, base)], of: values, features: 1,
      sequenceLength: 4, horizon: 2)
    // Of the first series rows 4 to 6 can begin a target, of the second rows 14 to 18.
    #expect(samples.starts == [0, 1, 2, 10, 11, 12, 13, 14])
    let batch = loaded(samples, first: 2, rows: 2)
    #expect(batch.inputs == [2, 10, 3, 11, 4, 12, 5, 13])
    #expect(batch.targets == [6, 7, 14, 15])
  }

  /// Each row of a batch reads on, every step has its target, and the last one is the last row of the part.
  @Test func stretchesReadOn() throws {
    let values = (0..<50).map(Float.init)
    let samples = SeriesSamples(
      stretchesOf: 0..<40, of: values, features: 1, sequenceLength: 5, horizon: 1, batch: 2)
    // 39 rows have one behind them: three samples of 5 in each of 2 stretches, the newest.
    #expect(samples.starts == [9, 24, 14, 29, 19, 34])
    let batch = loaded(samples, first: 4, rows: 2)
    #expect(batch.inputs == [19, 34, 20, 35, 21, 36, 22, 37, 23, 38])
    #expect(batch.targets == batch.inputs.map { $0 + 1 })
  }

  private func loaded(
    _ samples: SeriesSamples, first: Int, rows: Int
  ) -> (inputs: [Float], targets: [Float]) {
    var inputs = [Float](repeating: -1, count: samples.timeSteps * rows * samples.features)
    var targets = [Float](
      repeating: -1, count: samples.targetSteps * rows * samples.targetUnits)
    var classes = [Int32](repeating: 0, count: 1)
    inputs.withUnsafeMutableBufferPointer { inputs in
      targets.withUnsafeMutableBufferPointer { targets in
        classes.withUnsafeMutableBufferPointer { classes in
          guard let input = inputs.baseAddress, let values = targets.baseAddress,
            let numbers = classes.baseAddress
          else { return }
          samples.load(
            SampleBatch(
              order: nil, first: first, rows: rows, input: input, symbols: nil, classes: numbers,
              values: values))
        }
      }
    }
    return (inputs, targets)
  }

  /// Only the rows to train on decide the scaling.
  @Test func scalingIsFittedToTheTrainingPart() throws {
    let folder = try TemporaryFolder()
    let rows = ["value"] + (0..<100).map { "\($0 < 80 ? Double($0 % 4) : 1e6)" }
    let file = try write(rows, folder)
    for (method, offset, scale) in [
      (Scaling.Method.standard, 1.5, 1.25.squareRoot()), (.minMax, 0, 3), (.none, 0, 1),
    ] {
      var plan = plan(file) { series in
        series.features = []
        series.scaling = method
      }
      plan.epochs = 0
      let scaling = try #require(try TrainingRun(plan).checkpoint().scaling)
      #expect(abs(scaling.offsets[0] - offset) < 1e-12 && abs(scaling.scales[0] - scale) < 1e-12)
    }
  }

  /// What `--evaluate` says is what the model answers to windows that are cut by hand.
  @Test(arguments: [false, true])
  func errorsAreThoseOfTheModelsAnswers(difference: Bool) throws {
    let folder = try TemporaryFolder()
    let file = try write(wave(100), folder)
    let path = folder.path("model.h5")
    let plan = plan(file) { series in
      series.horizon = 2
      series.differences = difference ? [1] : []
    }
    try TrainingRun(plan).train(saving: try CheckpointSchedule(path: path))
    let scaling = try #require(try CheckpointFile.load(path).scaling)
    let rows = try wave(100).dropFirst().map { line in
      try line.split(separator: ",").dropFirst().map { try #require(Double($0)) }
    }
    // The test part is the last tenth: both rows of a target lie in it.
    let origins = 90..<99
    let windows = origins.flatMap { origin in
      (origin - 6..<origin).flatMap { row in
        rows[row].enumerated().map { column, value in
          let value = difference ? value - rows[row - 1][column] : value
          return Float((value - scaling.offsets[column]) / scaling.scales[column])
        }
      }
    }
    let answers = try ArrayPredictor(try ModelFile(path)).predict(
      Tensor(shape: [origins.count, 6, 2], values: windows), continues: false)
    var (squares, naive, before) = (0.0, 0.0, 0.0)
    for (index, answer) in answers.values.enumerated() {
      let origin = origins.lowerBound + index / 2
      let truth = rows[origin + index % 2][0]
      if index % 2 == 0 { before = rows[origin - 1][0] }
      let value =
        Double(answer) * scaling.scales[0] + scaling.offsets[0] + (difference ? before : 0)
      before = value
      squares += (value - truth) * (value - truth)
      naive += abs(rows[origin - 1][0] - truth)
    }
    let errors = try SeriesPredictor(try ModelFile(path), data: nil).evaluate()
    #expect(errors.map(\.all.part) == ["training", "validation", "test"])
    #expect(errors[2].all.count == 18)
    #expect(abs(errors[2].all.rmse - (squares / 18).squareRoot()) < 1e-5)
    let last = try #require(errors[2].all.baselines.first { $0.name == "last value" })
    #expect(abs(last.errors.mae - naive / 18) < 1e-9)
  }

  /// Stopped and resumed is not stopped, byte by byte.
  @Test(arguments: [false, true], [1, 3])
  func resumedIsNotStopped(stateful: Bool, horizon: Int) throws {
    let folder = try TemporaryFolder()
    let file = try write(wave(120), folder)
    var plan = plan(file) { series in
      series.isStateful = stateful
      series.horizon = horizon
    }
    plan.earlyStopping = 50
    plan.course = .cosine(epochs: 4)
    plan.epochs = 4
    let parts = try folder.trainStoppedAndResumed(plan, stopAfter: 5)
    // The series is the one that training began with.
    try Data(wave(119).joined(separator: "\n").utf8).write(to: URL(filePath: file))
    let error = #expect(throws: FileError.self) {
      try TrainingRun(resuming: try ModelFile(parts), epochs: 1)
    }
    #expect(error?.reason.contains("has changed since") ?? false)
  }

  /// An interval goes as far from the forecast as the error that so many of the known ones do not exceed.
  @Test func intervalsAreTheErrorsOfTheValidation() throws {
    let folder = try TemporaryFolder()
    let file = try write(wave(100), folder)
    let path = folder.path("model.h5")
    try TrainingRun(
      plan(file) { series in
        series.scaling = .standard
        series.testSplit = 0
      }
    ).train(saving: try CheckpointSchedule(path: path))
    var checkpoint = try CheckpointFile.load(path)
    var scaling = try #require(checkpoint.scaling)
    #expect(scaling.residuals.count == 10)
    // Of 9 errors the ⌈10 · 0.8⌉-th smallest.
    scaling.residuals = [0.1, -0.9, 0.2, -0.3, 0.8, -0.4, 0.5, 0.7, -0.6]
    checkpoint.scaling = scaling
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
    let forecasts = try SeriesPredictor(try ModelFile(path), data: nil).forecast(
      steps: 3, coverage: 0.8, key: nil)
    #expect(forecasts[0].steps.count == 3 && forecasts[0].known.count == 100)
    let first = forecasts[0].steps[0]
    let interval = try #require(first.interval)
    #expect(abs(first.value - interval.lowerBound - 0.8 * scaling.scales[0]) < 1e-5)
    #expect(abs(interval.upperBound - first.value - 0.8 * scaling.scales[0]) < 1e-5)
  }

  /// What is wrong in a file is said with its line and column.
  @Test(arguments: [
    (["time,other", "1,2"], "line 1: has no column value; there are time, other"),
    (["value,other", "1,2", "x,3"], "line 3, column value: 'x' is not a number"),
    (["value,other", "1,2", "3"], "line 3: has 1 columns; the first line has 2"),
    (["value,other", "1,2", "", "NA,3"], "line 4, column value: the value is missing"),
    (["value,other", "1,2", "\"3\n\",", "4,5"], "line 3, column other: the value is missing"),
    (["value,other"], "has no rows of numbers"),
  ])
  func wrongFilesAreNamed(lines: [String], reason: String) throws {
    let folder = try TemporaryFolder()
    let file = try write(lines, folder)
    let error = #expect(throws: FileError.self) { try TrainingRun(plan(file)) }
    #expect(error?.kind == .invalid && error?.file == file)
    #expect(error?.reason.hasPrefix(reason) ?? false, "\(error?.reason ?? "")")
  }

  @Test func missingValuesAreFilledOrDropped() throws {
    let folder = try TemporaryFolder()
    let file = try write(["value", "1", "?", "nan", "4"], folder)
    var task = SeriesTask(file: file, target: "value")
    task.missing = .forwardFill
    #expect(try SeriesTable(task).series[0].values == [1, 1, 1, 4])
    task.missing = .drop
    #expect(try SeriesTable(task).series[0].values == [1, 4])
  }
}
