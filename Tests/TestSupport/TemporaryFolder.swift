import Foundation

/// A folder for one test, removed with it.
package final class TemporaryFolder {
  package let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

  package init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in it.
  package func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file; gives its path.
  package func write(_ text: String, _ name: String) throws -> String {
    try Data(text.utf8).write(to: url.appending(path: name))
    return path(name)
  }

  /// Writes a file of lines; gives its path.
  package func write(_ lines: [String], _ name: String = "rows.csv") throws -> String {
    try write(lines.joined(separator: "\n") + "\n", name)
  }

  /// What is in a file.
  package func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: url.appending(path: name))
  }
}
