import ArgumentParser
import Files

/// `--seal-key`, the same wherever model files are read or written; `--key` is the column of a table.
package struct SealKeyOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A secret of 16 bytes or more: seal what is written with it, and refuse model files that are not sealed with it.",
      valueName: "FILE"))
  package var sealKey: String?

  package init() {}

  /// Has the key in use while `body` runs; none if none is given.
  ///
  /// - Throws: `FileError` if it cannot be read, or what `body` throws.
  func use(_ body: () throws -> Void) throws {
    guard let sealKey else { return try body() }
    try SealKey(contentsOf: sealKey).use(body)
  }
}
