import Files

/// Pairs of texts in two columns of a CSV table.
struct PairTable {
  struct Pair {
    let source: String
    /// Empty if no targets were asked for.
    let target: String
    /// For errors.
    let line: Int
  }

  private(set) var pairs: [Pair] = []
  /// XXH3-64 of the file, in hexadecimal digits.
  let digest: String
  let file: String

  /// - Parameters:
  ///   - source: The column of the texts that are read.
  ///   - target: The column of what is to be written for them; `nil` to leave it out.
  /// - Throws: `FileError` that names file, line and column.
  init(_ file: String, source: String, target: String?) throws {
    self.file = file
    let (text, digest) = try DataFiles([file]).text()
    self.digest = digest
    var places: (source: Int, target: Int?)?
    try CSVRows.read(text, file: file) { line, fields in
      guard let found = places else {
        let names = ColumnNames(fields)
        do {
          places = (try names.place(source), try target.map(names.place))
        } catch let problem as ColumnNames.Problem {
          throw invalid(line, nil, problem.reason)
        }
        return
      }
      let pair = Pair(
        source: fields[found.source], target: found.target.map { fields[$0] } ?? "", line: line)
      guard !pair.source.isEmpty else { throw invalid(line, source, "the text is empty") }
      for (text, column) in [(pair.source, source), (pair.target, target)]
      where !text.isStorable {
        throw invalid(line, column, "has a NUL, which a checkpoint cannot hold")
      }
      pairs.append(pair)
    }
    guard !pairs.isEmpty else { throw FileError(.invalid, file: file, "has no pairs") }
  }

  func invalid(_ line: Int, _ column: String?, _ reason: String) -> FileError {
    let column = column.map { ", column \($0)" } ?? ""
    return FileError(.invalid, file: file, "line \(line)\(column): \(reason)")
  }
}
