import HDF5
import SwiftCSV

/// The rows of a CSV text, one by one: the one way in which all tables are read.
package enum CSVRows {
  /// What may stand between fields; comma if unknown.
  package static var delimiters: [Character] { CSVDelimiter.recognized.map(\.rawValue) }

  /// Hands over each row with the line on which it begins, from 1; empty lines are left out.
  ///
  /// - Parameter file: The text's path, for errors.
  /// - Throws: `FileError` if the text is not CSV or a row has another number of fields than the first; or what
  ///   `body` throws.
  package static func read(
    _ text: String, file: String, _ body: (_ line: Int, _ fields: [String]) throws -> Void
  ) throws {
    // Without an end of its last line, the library loses an empty last field.
    let text = text.last.map(\.isNewline) ?? true ? text : text + "\n"
    var line = 1
    var width: Int?
    var failure: (any Error)?
    do {
      // Row by row: as a whole, the library makes all rows as long as the longest.
      let csv = try EnumeratedCSV(
        string: text, delimiter: .guessed(string: text), loadColumns: false, rowLimit: 1)
      try withoutActuallyEscaping(body) { body in
        try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { fields in
          let first = line
          // These end a line, as in SwiftCSV; U+2028 does not.
          line += 1 + fields.reduce(0) { $0 + $1.count { ["\n", "\r\n", "\r"].contains($0) } }
          guard failure == nil, fields != [""] else { return }
          do {
            guard fields.count == width ?? fields.count else {
              throw FileError(
                .invalid, file: file,
                "line \(first): has \(fields.count) columns; the first line has \(width ?? 0)")
            }
            width = fields.count
            try body(first, fields)
          } catch { failure = error }
        }
      }
    } catch {
      throw failure ?? FileError(.invalid, file: file, "line \(line): is not CSV: \(error)")
    }
    if let failure { throw failure }
  }

  /// The fields of one line.
  ///
  /// - Returns: `nil` if it is not CSV.
  package static func fields(of line: String, delimiter: Character) -> [String]? {
    guard line.contains("\"") else {
      return line.split(separator: delimiter, omittingEmptySubsequences: false).map(String.init)
    }
    var rows: [[String]] = []
    let csv = try? EnumeratedCSV(
      string: line + "\n", delimiter: .character(delimiter), loadColumns: false, rowLimit: 1)
    try? csv?.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.append($0) }
    return rows.count == 1 ? rows[0] : nil
  }
}

extension DataFiles {
  /// All bytes as a text, and their digest.
  ///
  /// - Throws: `FileError` that names the line and the column of a byte that is not UTF-8.
  package func text() throws -> (text: String, digest: String) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    let digest = try scan { piece, _, _ in
      bytes.append(contentsOf: piece)
      return piece.count
    }
    // The mark that some programs begin a UTF-8 file with is none of its text.
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let text = String(validating: bytes[start...], as: UTF8.self) { return (text, digest) }
    var (parser, iterator, wrong) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { wrong += scalar.count }
    let place = place(of: wrong)
    throw FileError(
      .invalid, file: place.file, "line \(place.line), column \(place.column): is not UTF-8")
  }
}
