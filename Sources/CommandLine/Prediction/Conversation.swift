import Files
import HDF5
import Tasks

/// Writing a text together with a model: it offers what is likeliest to come next, and somebody chooses.
///
/// The conversation is on stdin and stderr, so that the text itself can go elsewhere.
package struct Conversation {
  /// The characters of the text that are shown.
  private static let shown = 200

  private let session: TextRun
  private let count: Int
  /// What was written so far.
  package private(set) var text: [UInt8]

  /// - Parameters:
  ///   - count: How many symbols are offered.
  ///   - text: What the session has read.
  package init(_ session: TextRun, count: Int, text: String) {
    self.session = session
    self.count = count
    self.text = Array(text.utf8)
  }

  /// Goes on until somebody has enough.
  ///
  /// - Throws: `ConfigurationError`.
  package mutating func run() throws {
    StandardStreams.error(
      "a number chooses, Enter takes the first, other text is taken as it is (= before it takes digits too), "
        + "q ends\n")
    while true {
      let candidates = try session.candidates(count)
      let end = String(decoding: text, as: UTF8.self).suffix(Self.shown)
      let offers = candidates.enumerated().map { index, candidate in
        "\(index + 1) \(JSONValue.string(candidate.symbol).text()) "
          + percentage(Double(candidate.probability))
      }
      StandardStreams.error("\n\(end)\n  \(offers.joined(separator: "   "))\n> ")
      guard let line = readLine(), line != "q" else { break }
      if let number = Int(line.isEmpty ? "1" : line) {
        guard candidates.indices.contains(number - 1) else {
          StandardStreams.error("there is no \(number); choose from 1 to \(candidates.count)\n")
          continue
        }
        text += session.take(candidates[number - 1])
        continue
      }
      let words = line.hasPrefix("=") ? String(line.dropFirst()) : line
      do throws(SeedError) {
        try session.take(words)
        text += Array(words.utf8)
      } catch {
        StandardStreams.error("\(error)\n")
      }
    }
    StandardStreams.error("\n")
  }
}
