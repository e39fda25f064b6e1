import ArgumentParser

/// `--forecast` and what goes with it.
package struct ForecastOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Forecast N steps of a series, with intervals.", valueName: "N"))
  package var forecast: Int?

  @Flag(
    help: """
      Make the forecast at every row of the test part in place of the end, and show how far it was from what came.
      """)
  package var backtest = false

  @Option(
    help: ArgumentHelp(
      "How probable it is to be that the truth lies within an interval. (default: 0.9)",
      valueName: "P"))
  package var coverage: Double?

  @Option(help: ArgumentHelp("Which of several series. (default: all)", valueName: "NAME"))
  package var key: String?

  @Option(
    help: ArgumentHelp(
      "Look at these rows in place of those that the model was trained on.", valueName: "FILE"))
  package var csv: String?

  @Option(help: ArgumentHelp("Draw the forecast.", valueName: "FILE.svg"))
  package var plot: String?

  package init() {}

  package func validate() throws {
    guard forecast ?? 1 >= 1 else {
      throw ValidationError("--forecast is \(forecast ?? 0); it must be at least 1")
    }
    guard coverage.map({ $0 > 0 && $0 < 1 }) ?? true else {
      throw ValidationError("--coverage is \(coverage ?? 0); it must be between 0 and 1")
    }
    guard plot?.hasSuffix(".svg") ?? true else {
      throw ValidationError("--plot is \(plot ?? ""); it must end in .svg")
    }
  }

  /// Each option, and whether it is given.
  package var given: [(name: String, isGiven: Bool)] {
    [
      ("--forecast", forecast != nil), ("--backtest", backtest), ("--coverage", coverage != nil),
      ("--key", key != nil), ("--csv", csv != nil), ("--plot", plot != nil),
    ]
  }
}
