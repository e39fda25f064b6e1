import Files
import Recurrent

extension InputConfiguration {
  /// The numbers in a file for the input. Where the model takes texts, the file is one of lines, `X.txt`, or a column of a
  /// table, `X.csv:COLUMN`; or has the numbers that are made of them.
  ///
  /// - Throws: `FileError`.
  func read(_ file: String) throws -> Tensor {
    guard let texts, let given = try Self.texts(file) else { return try Tensor(contentsOf: file) }
    guard !given.isEmpty else { throw FileError(.invalid, file: file, "holds no texts") }
    do {
      return try texts.numbers(of: given)
    } catch {
      throw FileError(.invalid, file: file, error.description)
    }
  }

  /// The texts in a file; `nil` if it has numbers.
  private static func texts(_ file: String) throws -> [String]? {
    if file.hasSuffix(".txt") {
      var lines = try DataFiles([file]).text().text
        .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
      if lines.last == "" { lines.removeLast() }
      return lines
    }
    guard let colon = file.lastIndex(of: ":"), file[..<colon].hasSuffix(".csv") else { return nil }
    let (path, column) = (String(file[..<colon]), String(file[file.index(after: colon)...]))
    var place: Int?
    var texts: [String] = []
    try CSVRows.read(try DataFiles([path]).text().text, file: path) { line, fields in
      if let place {
        texts.append(fields[place])
      } else {
        place = fields.firstIndex(exactly: column)
        guard place != nil else {
          throw FileError(
            .invalid, file: path,
            "line \(line): has no column \(column); there are \(fields.joined(separator: ", "))")
        }
      }
    }
    return texts
  }
}
