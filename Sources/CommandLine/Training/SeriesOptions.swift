import ArgumentParser
import Checkpoints
import Tasks

/// Learning to forecast a column of a table.
package struct SeriesOptions: TaskOptions {
  package static let triggers = ["--csv"]
  package static let takes =
    TaskKinds.ofNewModels + SeriesColumnOptions.optionNames + [
      "--framing", "--sequence-length", "--loss",
    ]
  package static let needs = ["--target"]

  @Option(
    help: ArgumentHelp(
      "Forecast a series: X.csv with names in its first line, X.npy or FILE.h5:DATASET.",
      valueName: "FILE"
    ))
  package var csv: String?

  @Option(
    help: ArgumentHelp(
      "With --csv: the column to forecast. With --pairs: the column of the texts to write.",
      valueName: "COLUMN"))
  package var target: String?

  package init() {}

  package var isAskedFor: Bool { csv != nil }

  package func addFiles(to files: inout CommandFiles) { files.read(csv, "--csv") }

  package func task(_ kinds: TaskKinds) throws -> any LearningTask {
    guard let csv, let target else {
      throw ValidationError("--csv needs --target COLUMN, the column to forecast")
    }
    let columns = kinds.columns
    var task = SeriesTask(file: csv, target: target, features: columns.features?.elements ?? [])
    columns.ahead.apply(to: &task)
    try columns.ahead.check(
      file: csv, others: task.features + [columns.date, columns.key].compactMap { $0 })
    task.date = columns.date
    task.key = columns.key
    task.frequency = columns.frequency
    columns.shape.apply(to: &task)
    if let horizon = columns.horizon { task.horizon = horizon }
    task.testSplit = columns.testSplit ?? task.testSplit
    task.missing = columns.missing ?? task.missing
    if let length = kinds.samples.sequenceLength { task.sequenceLength = length }
    task.isStateful = kinds.samples.framing == .stateful
    return task
  }
}

/// What the columns of a series are, and how they are taken.
package struct SeriesColumnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Other columns to read beside the target, separated by commas; with --label and --key: all columns to read. \
      (default: none; of sequences all others)
      """, valueName: "COLUMNS"))
  package var features: ListOption<String>?

  @Option(
    help: ArgumentHelp(
      """
      The column of the date or time; rows must be in its order. With --label and --key: the steps of a sequence are \
      sorted by it.
      """, valueName: "COLUMN"))
  package var date: String?

  @Option(
    help: ArgumentHelp(
      """
      How often rows come, where their dates do not show it: hours, 15minutes, days, business-days, weeks, months, \
      month-ends, quarters, quarter-ends, years, year-ends, or as pandas abbreviates it. Needs --date.
      """, valueName: "FREQUENCY"), transform: Frequency.init(option:))
  package var frequency: Frequency?

  @Option(
    help: ArgumentHelp(
      """
      The column of the name of the series, if the file has several. With --label: each step of a sequence has a row, \
      and this column says which sequence it belongs to.
      """, valueName: "COLUMN"))
  package var key: String?

  @OptionGroup package var ahead: KnownColumnOptions

  @OptionGroup package var shape: SeriesShapeOptions

  @Option(
    help: ArgumentHelp(
      "The number of steps forecast at once. (default: with --date whole seasons, at least 12; otherwise 1)",
      valueName: "N"))
  package var horizon: Int?

  @Option(
    help: ArgumentHelp(
      "The fraction of the rows, from the end, kept for the test. (default: 0.1)",
      valueName: "FRACTION"))
  package var testSplit: Double?

  @Option(
    help: ArgumentHelp("What to do about missing values. (default: refuse)", valueName: "ACTION"))
  package var missing: SeriesTask.Missing?

  package init() {}

  package func validate() throws {
    guard testSplit.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError("--test-split is \(testSplit ?? 0); it must be from 0 to below 1")
    }
    guard frequency == nil || date != nil else {
      throw ValidationError("--frequency needs --date COLUMN, the column of the dates")
    }
    try ahead.check(date: date, key: key)
    guard horizon ?? 1 >= 1 else {
      throw ValidationError("--horizon is \(horizon ?? 0); it must be at least 1")
    }
  }
}

extension SeriesTask.Missing: ExpressibleByArgument {}
