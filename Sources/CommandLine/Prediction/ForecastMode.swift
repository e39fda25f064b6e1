import ArgumentParser
import Files
import Tasks

/// Forecasting a series.
package struct ForecastMode: PredictionMode {
  package static let triggers = ["--forecast"]
  package static let takes = ["--csv", "--output", "--format"] + PlotOptions.optionNames

  @Option(help: ArgumentHelp("Forecast N steps of a series, with intervals.", valueName: "N"))
  package var forecast: Int?

  @Option(
    help: ArgumentHelp(
      """
      The probability that true values are within the intervals: of --forecast, or of the answers of --stream, which have \
      them only then. (default: 0.9 with --forecast, or the widest of a model of quantiles)
      """,
      valueName: "P"))
  package var coverage: Double?

  @Option(
    help: ArgumentHelp("With --forecast: one of several series. (default: all)", valueName: "NAME"))
  package var key: String?

  @Option(
    help: ArgumentHelp(
      """
      With --forecast: how often rows come, if their dates do not show it: hours, 15minutes, days, business-days, \
      weeks, months, month-ends, quarters, quarter-ends, years, year-ends.
      """, valueName: "FREQUENCY"), transform: Frequency.init(option:))
  package var frequency: Frequency?

  package init() {}

  package func validate() throws {
    guard (1...Self.mostSteps).contains(forecast ?? 1) else {
      throw ValidationError(
        "--forecast is \(forecast ?? 0); it must be from 1 to \(Self.mostSteps)")
    }
    guard coverage.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--coverage is \(coverage ?? 0); it must be between 0 and 1")
    }
  }

  /// More than any series has; that many of a forecast fit into memory.
  private static let mostSteps = 1_000_000

  package var isAskedFor: Bool { forecast != nil }

  package func check(_ modes: PredictionModes) throws { try modes.common.checkTable() }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let predictor = try predictor(file, modes)
    let forecasts = try predictor.forecast(
      steps: forecast ?? 1, coverage: coverage ?? predictor.usualCoverage, key: key,
      known: modes.plot.knownRows)
    for text in predictor.notes { note("note: \(text)") }
    if let problem = forecasts.compactMap(\.dateProblem).first { note(problem) }
    try modes.plot.draw(note: note) {
      try ForecastChart(
        forecasts, target: predictor.task.target, dates: predictor.task.date,
        coverage: coverage ?? predictor.usualCoverage, rows: modes.plot.rows,
        range: modes.plot.plotRange
      ).chart
    }
    try ForecastReport(forecasts).write(to: modes.common.outputFile, modes.common.outputFormat)
  }

  /// - Throws: `ValidationError` if the model has no intervals, where they are asked for.
  fileprivate func predictor(_ file: ModelFile, _ modes: PredictionModes) throws -> SeriesPredictor
  {
    let predictor = try SeriesPredictor(
      file, data: modes.common.csv, frequency: frequency)
    guard coverage == nil || predictor.hasIntervals else {
      throw ValidationError(
        "--coverage does nothing: \(file.path) was trained without validation data, and has no intervals"
      )
    }
    return predictor
  }
}

/// Making a forecast again at every row of the test part, to see how far it was from what came.
package struct BackTestMode: PredictionMode {
  package static let triggers = ["--backtest"]
  package static let takes =
    ["--forecast", "--coverage", "--csv", "--output", "--format"] + PlotOptions.optionNames
  package static let needs = ["--forecast"]
  package static let title = "--forecast --backtest"

  @Flag(
    help: """
      With --forecast: make the forecast at every row of the test part instead of the end, and show its errors.
      """)
  package var backtest = false

  package init() {}

  package var isAskedFor: Bool { backtest }

  package func check(_ modes: PredictionModes) throws {
    try modes.common.checkTable(isAlone: false)
  }

  package func run(
    _ file: ModelFile, _ modes: PredictionModes, note: (String) -> Void
  ) throws {
    let (forecast, common) = (modes.forecast, modes.common)
    let predictor = try forecast.predictor(file, modes)
    let test = try predictor.backTest(
      steps: forecast.forecast ?? 1, coverage: forecast.coverage ?? predictor.usualCoverage)
    try modes.plot.draw(note: note) {
      try BackTestChart(
        test, target: predictor.task.target, dates: predictor.task.date,
        coverage: forecast.coverage ?? predictor.usualCoverage, range: modes.plot.plotRange
      ).chart
    }
    if let output = common.outputFile { try AtomicFile.write(Array(test.csv.utf8), to: output) }
    try test.show(common.outputFormat)
  }
}
