import ArgumentParser
import Checkpoints
import Tasks

/// `--csv`, `--target` and what goes with them: which series to learn, the same options as a `SeriesPlan` has.
package struct SeriesOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Learn to forecast a column of this file: X.csv with names in its first line, X.npy or FILE.h5:DATASET.",
      valueName: "FILE"))
  package var csv: String?

  @Option(help: ArgumentHelp("The column to forecast.", valueName: "COLUMN"))
  package var target: String?

  @Option(
    help: ArgumentHelp("Columns to read besides, with commas between.", valueName: "COLUMNS"))
  package var features: ListOption<String>?

  @Option(help: ArgumentHelp("The column that says when a row was.", valueName: "COLUMN"))
  package var date: String?

  @Option(
    help: ArgumentHelp(
      "The column that says which of several series a row belongs to.", valueName: "COLUMN"))
  package var key: String?

  @Option(help: "How numbers are scaled, by the part to train on. (default: standard)")
  package var scaling: Scaling.Method?

  @Flag(help: "Learn how values change from row to row, which takes a trend away.")
  package var difference = false

  @Option(help: ArgumentHelp("Steps that are forecast at once. (default: 1)", valueName: "N"))
  package var horizon: Int?

  @Option(
    help: ArgumentHelp(
      "The part of the rows kept for the test, from the end. (default: 0.1)", valueName: "PART"))
  package var testSplit: Double?

  @Option(help: "What is done about missing values. (default: refuse)")
  package var missing: SeriesTask.Missing?

  package init() {}

  package func validate() throws {
    guard csv == nil || target != nil else {
      throw ValidationError("--csv needs --target COLUMN, the column to forecast")
    }
    guard testSplit.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError("--test-split is \(testSplit ?? 0); it must be from 0 to below 1")
    }
    guard horizon ?? 1 >= 1 else {
      throw ValidationError("--horizon is \(horizon ?? 0); it must be at least 1")
    }
  }

  package static let names = [
    "--csv", "--target", "--features", "--date", "--key", "--scaling", "--horizon", "--test-split",
    "--missing", "--difference",
  ]

  /// Each option, and whether it is given.
  package var given: [(name: String, isGiven: Bool)] {
    let values: [Any?] = [csv, target, features, date, key, scaling, horizon, testSplit, missing]
    let areGiven = values.map { $0 != nil } + [difference]
    return zip(Self.names, areGiven).map { (name: $0, isGiven: $1) }
  }

  /// The plan; `nil` if no series is to be learnt.
  package var plan: SeriesPlan? {
    guard let csv, let target else { return nil }
    var plan = SeriesPlan(file: csv, target: target)
    plan.features = features?.elements ?? []
    plan.date = date
    plan.key = key
    plan.scaling = scaling ?? plan.scaling
    plan.isDifferenced = difference
    plan.horizon = horizon ?? plan.horizon
    plan.testSplit = testSplit ?? plan.testSplit
    plan.missing = missing ?? plan.missing
    return plan
  }
}

extension Scaling.Method: ExpressibleByArgument {}
extension SeriesTask.Missing: ExpressibleByArgument {}
