import Checkpoints
import SwiftCSV

/// The rows of a CSV text, one by one.
enum CSVRows {
  /// Hands over each row with the line on which it begins, from 1; empty lines are left out.
  ///
  /// - Parameter file: The text's path, for errors.
  /// - Throws: `CheckpointError` if the text is no CSV, or what `body` throws.
  static func read(
    _ text: String, file: String, _ body: (_ line: Int, _ fields: [String]) throws -> Void
  ) throws {
    // Without an end of its last line, the library loses an empty last field.
    let text = text.last.map(\.isNewline) ?? true ? text : text + "\n"
    var line = 1
    var failure: (any Error)?
    do {
      // Row by row: as a whole, the library makes all rows as long as the longest.
      let csv = try EnumeratedCSV(
        string: text, delimiter: .guessed(string: text), loadColumns: false, rowLimit: 1)
      try withoutActuallyEscaping(body) { body in
        try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { fields in
          let first = line
          line += 1 + fields.reduce(0) { $0 + $1.count(where: \.isNewline) }
          guard failure == nil, fields != [""] else { return }
          do { try body(first, fields) } catch { failure = error }
        }
      }
    } catch {
      throw failure ?? CheckpointError(.invalid, file: file, "line \(line): is not CSV: \(error)")
    }
    if let failure { throw failure }
  }
}

extension DataFiles {
  /// All bytes as a text, and their digest.
  ///
  /// - Throws: `CheckpointError` that names the line and the column of a byte that is not UTF-8.
  func text() throws -> (text: String, digest: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    let digest = try scan { piece, _, _ in
      bytes.append(contentsOf: piece)
      return piece.count
    }
    if let text = String(validating: bytes, as: UTF8.self) { return (text, digest) }
    let wrong = bytes.withUnsafeBufferPointer { bytes in
      var at = 0
      while at < bytes.count {
        let scalar = SymbolScanner.scalar(at: at, in: bytes)
        guard scalar.length > 0 else { break }
        at += scalar.length
      }
      return at
    }
    let place = place(of: wrong)
    throw CheckpointError(
      .invalid, file: place.file, "line \(place.line), column \(place.column): is not UTF-8")
  }
}
