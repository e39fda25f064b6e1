import ArgumentParser
import Files

/// Drawing forecasts.
package struct PlotOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "With --forecast: draw a chart; .png needs rsvg-convert.", valueName: "FILE.svg|FILE.png"))
  package var plot: String?

  @Option(
    help: ArgumentHelp(
      "With --plot: the known rows to draw before a forecast. (default: 100)", valueName: "N"))
  package var plotRows: Int?

  @Option(
    help: ArgumentHelp(
      "With --plot: the dates to draw, 1955-01:1960-12, also 1955: or :1960.",
      valueName: "FROM:TO"))
  package var plotRange: String?

  @Option(
    help: ArgumentHelp(
      """
      With --plot: the size in pixels; of several series, panels are stacked beyond the height. (default: 800x400)
      """, valueName: "WIDTHxHEIGHT"), transform: Chart.Size.init(option:))
  package var plotSize: Chart.Size?

  package init() {}

  package func validate() throws {
    for (name, isGiven) in [
      ("--plot-rows", plotRows != nil), ("--plot-range", plotRange != nil),
      ("--plot-size", plotSize != nil),
    ] where isGiven && plot == nil {
      throw ValidationError("\(name) needs --plot FILE")
    }
    guard let plot else { return }
    guard ChartFile.suffixes.contains(where: plot.hasSuffix) else {
      throw ValidationError(
        "--plot is \(plot); it must end in \(ChartFile.suffixes.joined(separator: " or "))")
    }
    guard plotRows ?? 1 >= 1 else {
      throw ValidationError("--plot-rows is \(plotRows ?? 0); it must be at least 1")
    }
    guard plotRows == nil || plotRange == nil else {
      throw ValidationError("--plot-rows does not go with --plot-range")
    }
  }

  /// The known rows that are drawn, where no range of dates says which.
  var rows: Int { plotRange == nil ? plotRows ?? 100 : Int.max }

  /// The known rows that a chart needs: at least the longest season.
  var knownRows: Int { max(rows, 1440) }

  /// Draws a chart if one is asked for.
  ///
  /// - Throws: `FileError`, or what `chart` throws.
  func draw(note: (String) -> Void, _ chart: () throws -> Chart) throws {
    guard let plot else { return }
    var drawn = try chart()
    let count = drawn.panels.count
    if count > Chart.mostPanels {
      drawn.panels = Array(drawn.panels.prefix(Chart.mostPanels))
      note("\(plot): shows the first \(Chart.mostPanels) of \(count) series")
    }
    try ChartFile.write(drawn, size: plotSize ?? .standard, to: plot)
  }
}

extension Chart.Size {
  /// `800x400`.
  ///
  /// - Throws: `ValidationError` if it is not such a size.
  init(option text: String) throws(ValidationError) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1],
      (200...10_000).contains(width), (150...10_000).contains(height)
    else { throw ValidationError("it is WIDTHxHEIGHT, from 200x150 to 10000x10000") }
    self.init(width: Double(width), height: Double(height))
  }
}
