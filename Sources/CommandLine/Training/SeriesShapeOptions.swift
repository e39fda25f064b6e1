import ArgumentParser
import Checkpoints
import Tasks

/// How the numbers of a series become what a model learns, and how forecasts come of it.
package struct SeriesShapeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      window: the target from the last value of each window, other columns to mean 0 and deviation 1. standard, min-max: \
      each column, fitted to the training rows. none. (default: window; standard with --difference or a carried state)
      """, valueName: "METHOD"))
  package var scaling: Scaling.Method?

  @Option(
    help: ArgumentHelp(
      """
      none, log, box-cox or box-cox:EXPONENT, of the target. (default: with windows log if Guerrero's rule prefers it \
      for the training rows, otherwise none)
      """, valueName: "TRANSFORM"), transform: SeriesTask.Transform.init(text:))
  package var transform: SeriesTask.Transform?

  @Option(
    defaultAsFlag: LagsOption(rows: [1]),
    help: ArgumentHelp(
      """
      Learn changes from so many rows before: 1 (as without a value) removes a trend, 12 the season of months, 1,12 both.
      """, valueName: "ROWS"))
  package var difference: LagsOption?

  @Option(
    help: ArgumentHelp(
      "The rows of a season: 12 of months. (default: what the dates say)", valueName: "N"))
  package var season: Int?

  @Option(
    help: ArgumentHelp(
      "Train N models beside each other in one file, and average their forecasts. (default: 1)",
      valueName: "N"))
  package var ensemble: Int?

  @Flag(help: "Forecast with the network alone, without a linear part.")
  package var noLinear = false

  @Option(
    help: ArgumentHelp(
      "What no forecast lies below. (default: 0 if the training rows do not)", valueName: "VALUE"))
  package var lowerBound: Double?

  package init() {}

  /// More members than anybody trains.
  private static let mostMembers = 100

  package func validate() throws {
    for (name, value, most) in [
      ("--season", season, SeriesTask.longestDifference),
      ("--ensemble", ensemble, Self.mostMembers),
    ] where value.map({ !(1...most).contains($0) }) ?? false {
      throw ValidationError("\(name) is \(value ?? 0); it must be from 1 to \(most)")
    }
    guard difference.map({ $0.rows.count <= SeriesTask.mostDifferences }) ?? true,
      difference?.rows.allSatisfy({ (1...SeriesTask.longestDifference).contains($0) }) ?? true
    else {
      throw ValidationError(
        "--difference takes up to \(SeriesTask.mostDifferences) numbers of rows, from 1 to "
          + "\(SeriesTask.longestDifference)")
    }
    guard lowerBound?.isFinite ?? true else {
      throw ValidationError("--lower-bound is \(lowerBound ?? 0); it must be a number")
    }
    guard scaling == .window ? difference == nil : true else {
      throw ValidationError("--scaling window does not go with --difference")
    }
  }

  /// Takes what the options say into a task.
  func apply(to task: inout SeriesTask) {
    task.scaling = scaling
    task.transform = transform
    task.differences = difference?.rows ?? []
    task.season = season
    task.ensembleSize = ensemble ?? 1
    task.isLinear = !noLinear
    task.lowerBound = lowerBound
  }
}

/// `--difference 12`, or `1,12` for one after the other.
package struct LagsOption: ExpressibleByArgument, Sendable {
  let rows: [Int]

  init(rows: [Int]) { self.rows = rows }

  package init?(argument: String) {
    guard let list = try? ListOption<Int>(argument, of: "a number of rows") else { return nil }
    rows = list.elements
  }
}

extension Scaling.Method: ExpressibleByArgument {}

extension SeriesTask.Transform {
  /// - Throws: `ValidationError` with the forms that there are.
  init(text: String) throws(ValidationError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (parts.first, parts.count) {
    case ("none", 1): self = .none
    case ("log", 1): self = .logarithm
    case ("box-cox", 1): self = .power(nil)
    case ("box-cox", 2):
      guard let exponent = Double(parts[1]), (-2...2).contains(exponent) else {
        throw ValidationError("the exponent is a number from -2 to 2")
      }
      self = .power(exponent)
    default: throw ValidationError("it is one of none, log, box-cox, box-cox:EXPONENT")
    }
  }
}
