import ArgumentParser
import Tasks

/// What a model reads of rows that are still to come.
package struct KnownColumnOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Columns whose coming values are known, such as prices or holidays; coming rows stand at the end of the file, with \
      an empty target.
      """, valueName: "COLUMNS"))
  package var known: ListOption<String>?

  @Option(
    help: ArgumentHelp(
      """
      What to read of the date: \(CalendarCycle.allCases.map(\.rawValue).joined(separator: ", ")); each as sine and \
      cosine. Needs --date.
      """, valueName: "CYCLES"))
  package var calendar: ListOption<String>?

  @Option(
    name: .customLong("static"),
    help: ArgumentHelp(
      "Columns that do not change within a series: numbers, or names of categories. Needs --key.",
      valueName: "COLUMNS"))
  package var statics: ListOption<String>?

  package init() {}

  /// - Parameters:
  ///   - date: The column of the date.
  ///   - key: The column of the name of the series.
  /// - Throws: `ValidationError` if they are needed and not there, or there is no such cycle.
  func check(date: String?, key: String?) throws {
    guard calendar == nil || date != nil else {
      throw ValidationError("--calendar needs --date COLUMN, the column of the dates")
    }
    guard statics == nil || key != nil else {
      throw ValidationError("--static needs --key COLUMN, the column of the name of the series")
    }
    for name in calendar?.elements ?? [] where CalendarCycle(rawValue: name) == nil {
      throw ValidationError(
        "--calendar \(name): there are \(CalendarCycle.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
  }

  /// - Parameter others: The columns that mean something else.
  /// - Throws: `ValidationError` if a column is named twice, or the file has no rows that are known in part.
  func check(file: String, others: [String]) throws(ValidationError) {
    guard known == nil || !(file.hasSuffix(".npy") || file.contains(".h5:")) else {
      throw ValidationError("--known needs a CSV file, whose last rows have an empty target")
    }
    var seen = Set(others)
    for (option, list) in [("--known", known), ("--static", statics), ("--calendar", calendar)] {
      // Cycles are no columns.
      if option == "--calendar" { seen = [] }
      for name in list?.elements ?? [] {
        guard !name.isEmpty else { throw ValidationError("\(option) has an empty name") }
        guard seen.insert(name).inserted else {
          throw ValidationError("\(option) \(name): this column is named already")
        }
      }
    }
  }

  /// Takes what the options say into a task.
  func apply(to task: inout SeriesTask) {
    task.known = known?.elements ?? []
    task.calendar = calendar?.elements.compactMap { CalendarCycle(rawValue: $0) } ?? []
    task.statics = statics?.elements.map { StaticColumn(name: $0) } ?? []
  }
}
