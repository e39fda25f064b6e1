import ArgumentParser
import Files
import Tasks

/// How results are written.
package enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case text
  case json
  case csv
  case npy
}

extension Report {
  /// Shows the report on stdout.
  ///
  /// - Throws: ``OutputError``, also if the report is not one of that format.
  package func show(_ format: OutputFormat) throws(OutputError) {
    let table = self as? any TableReport
    switch format {
    case .text: try StandardStreams.output(text)
    case .json: try StandardStreams.output(json.text(indented: true) + "\n")
    case .csv where table != nil: try StandardStreams.output(table?.csv ?? "")
    case .csv, .npy:
      throw OutputError(description: "the result is not a table; show it as text or json")
    }
  }
}

extension TableReport {
  /// Writes the table into a file, or shows it if there is none.
  ///
  /// - Throws: `FileError` or ``OutputError``.
  package func write(to file: String?, _ format: OutputFormat) throws {
    guard let file else { return try show(format) }
    try AtomicFile.write(Array(csv.utf8), to: file)
  }
}
