import Files
import HDF5

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes texts to stdout as they are made: symbol by symbol on a terminal, in larger pieces elsewhere; or as one
/// JSON document.
///
/// A single text is written as it is, so that a stream that goes on later follows it without a gap; only on a terminal
/// its last line gets an end. Several have headings as those of `head`, or each ends with a NUL byte.
package struct TextWriter {
  /// The bytes that are collected before they are written.
  private static let chunk = 1 << 12

  private let isJSON: Bool
  private let count: Int
  private let endsWithNull: Bool
  private let isTerminal = isatty(STDOUT_FILENO) != 0
  private var waiting: [UInt8] = []
  private var texts: [JSONValue] = []
  /// The text under way, from 1; the one before it until it begins.
  private var number = 0
  private var isInText = false
  private var last: UInt8?

  /// - Parameters:
  ///   - count: How many texts will come.
  ///   - endsWithNull: Whether each ends with a NUL byte, without anything between them.
  package init(_ format: OutputFormat, count: Int = 1, endsWithNull: Bool = false) {
    isJSON = format == .json
    (self.count, self.endsWithNull) = (count, endsWithNull)
  }

  /// - Throws: ``OutputError``.
  package mutating func write(_ bytes: [UInt8]) throws(OutputError) {
    begin()
    waiting += bytes
    last = bytes.last ?? last
    if !isJSON, isTerminal || waiting.count >= Self.chunk { try flush() }
  }

  /// Ends one text; another may follow.
  ///
  /// - Throws: ``OutputError``.
  package mutating func endText() throws(OutputError) {
    begin()
    isInText = false
    guard !isJSON else {
      texts.append(.string(String(decoding: waiting, as: UTF8.self)))
      waiting.removeAll()
      return
    }
    if endsWithNull {
      waiting.append(0)
    } else if count > 1 || isTerminal, last != UInt8(ascii: "\n") {
      waiting.append(UInt8(ascii: "\n"))
    }
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

  /// Begins a text, if none is under way.
  private mutating func begin() {
    guard !isInText else { return }
    (isInText, last) = (true, nil)
    number += 1
    guard count > 1, !isJSON, !endsWithNull else { return }
    waiting += Array("\(number > 1 ? "\n" : "")==> \(number) of \(count) <==\n".utf8)
  }

  private mutating func flush() throws(OutputError) {
    try StandardStreams.output(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
