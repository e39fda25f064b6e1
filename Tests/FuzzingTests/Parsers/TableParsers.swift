@testable import Tasks

extension Parser {
  /// Dates, one a line.
  static let dates = Parser("dates", mostBytes: 512) { bytes, _ in
    let lines = bytes.lines
    _ = Frequency(name: lines[0])
    _ = DateAxis(lines)
    let sequence = try DateSequence(lines)
    guard let last = lines.last else { return }
    if let following = sequence.following(last, count: 3), following.count != 3 {
      throw WrongValue(description: "\(following) follow \(last)")
    }
    _ = sequence.missing(between: lines[0], and: last)
  }

  static let series = Parser("series", suffix: ".csv") { _, path in
    for date in [nil, "date"] {
      for missing in SeriesTask.Missing.allCases {
        var task = SeriesTask(file: path, target: "value")
        (task.date, task.missing) = (date, missing)
        _ = try? SeriesTable(task)
      }
    }
  }

  /// Sequences with a label, of texts, of numbers, and of rows.
  static let sequences = Parser("sequences", suffix: ".csv") { _, path in
    let columns = SequenceTable.Columns(sequence: "a", label: "b")
    _ = try? SequenceTable(path, columns, isText: nil)
    let rows = SequenceTable.Columns(sequence: nil, label: "b")
    _ = try? SequenceTable(path, rows, isText: false, rows: SequenceRows(key: "k"))
  }

  static let conll = Parser("conll", suffix: ".conllu") { _, path in
    _ = try TagTable(path, sequence: "2", tags: "4")
  }

  static let pairs = Parser("pairs", suffix: ".csv") { _, path in
    _ = try PairTable(path, source: "a", target: "b")
  }

  /// Symbols of every level: together they are the text.
  static let symbols = Parser("symbols", mostBytes: 1024) { bytes, _ in
    for level in TextTask.Level.allCases {
      let scanner = SymbolScanner(level: level)
      try bytes.withUnsafeBufferPointer { buffer in
        var at = 0
        while at < buffer.count {
          switch scanner.end(of: at, in: buffer, isLast: true) {
          case .at(let end):
            guard end > at, end <= buffer.count else {
              throw WrongValue(description: "a symbol from \(at) to \(end) of \(buffer.count)")
            }
            at = end
          case .beyond: throw WrongValue(description: "the last symbol has no end")
          case .invalid: return
          }
        }
      }
    }
  }
}
