import ArgumentParser
import Files
import Tasks

/// How results are written.
package enum OutputFormat: String, CaseIterable, ExpressibleByArgument, Sendable {
  case text
  case json
}

extension Report {
  /// Shows the report on stdout.
  ///
  /// - Throws: ``OutputError``.
  package func show(_ format: OutputFormat) throws(OutputError) {
    try StandardStreams.output(format == .json ? json.text(indented: true) + "\n" : text)
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
