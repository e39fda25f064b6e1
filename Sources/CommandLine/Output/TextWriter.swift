import Files
import HDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a text to stdout as it is made: symbol by symbol on a terminal, in larger pieces elsewhere; or as one
/// JSON document.
package struct TextWriter {
  /// The bytes that are collected before they are written.
  private static let chunk = 1 << 12

  private let isJSON: Bool
  private let isTerminal = isatty(STDOUT_FILENO) != 0
  private var waiting: [UInt8] = []
  private var texts: [JSONValue] = []
  private var last: UInt8?

  package init(isJSON: Bool) { self.isJSON = isJSON }

  /// - Throws: ``OutputError``.
  package mutating func write(_ bytes: [UInt8]) throws(OutputError) {
    waiting += bytes
    if !isJSON, isTerminal || waiting.count >= Self.chunk { try flush() }
  }

  /// Ends one text; another may follow.
  ///
  /// - Parameter isOnly: Whether there are no others: the text then ends as it ends, so that a stream that goes on
  ///   later follows it without a gap.
  /// - Throws: ``OutputError``.
  package mutating func endText(isOnly: Bool) throws(OutputError) {
    guard !isJSON else {
      texts.append(.string(String(decoding: waiting, as: UTF8.self)))
      waiting.removeAll()
      return
    }
    if !isOnly || isTerminal { waiting.append(UInt8(ascii: "\n")) }
    try flush()
  }

  /// Ends the document.
  ///
  /// - Throws: ``OutputError``.
  package mutating func finish() throws(OutputError) {
    guard isJSON else { return }
    let document: JSONValue = ["texts": .array(texts)]
    try StandardStreams.output(document.text(indented: true) + "\n")
  }

  private mutating func flush() throws(OutputError) {
    try StandardStreams.output(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
