import Files
import HDF5
import Tasks

/// Writes the steps of a run to stdout as they are made: one a line, or all as one JSON document.
package struct StepWriter {
  /// The bytes that are collected before they are written.
  private static let chunk = 1 << 12

  private let format: OutputFormat
  private var waiting: [UInt8] = []
  private var steps = 0

  /// - Parameter seed: What the model read first; `nil` if a stream went on.
  package init(_ format: OutputFormat, seed: String?) {
    self.format = format
    guard format == .json else { return }
    let seed = seed.map { JSONValue.string($0) } ?? .null
    waiting = Array("{\n  \"seed\" : \(seed.text()),\n  \"steps\" : [".utf8)
  }

  /// - Throws: ``OutputError``.
  package mutating func write(_ step: LetterPredictor.Step) throws(OutputError) {
    let json = (steps == 0 ? "" : ",") + "\n    "
    waiting += Array((format == .json ? json + step.json.text() : step.text + "\n").utf8)
    steps += 1
    if waiting.count >= Self.chunk { try flush() }
  }

  /// Ends the document.
  ///
  /// - Throws: ``OutputError``.
  package mutating func finish() throws(OutputError) {
    if format == .json { waiting += Array("\n  ]\n}\n".utf8) }
    try flush()
  }

  private mutating func flush() throws(OutputError) {
    try StandardStreams.output(waiting)
    waiting.removeAll(keepingCapacity: true)
  }
}
