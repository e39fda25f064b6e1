import Checkpoints
import SwiftCSV

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Numbers in a CSV file: a row for each line, after a header if the first line holds no numbers.
enum CSVArray {
  /// Reads a file as `[rows, columns]`.
  ///
  /// - Throws: `CheckpointError` that names the file, the row and the column.
  static func read(_ file: String) throws -> NumericArray {
    guard CheckpointFile.isFile(file) else {
      throw CheckpointError(.noInput, file: file, "is not a file")
    }
    func invalid(_ reason: String) -> CheckpointError {
      CheckpointError(.invalid, file: file, reason)
    }
    let text: String
    do {
      text = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
    } catch {
      throw invalid("is not UTF-8 text, or cannot be read")
    }
    let first: [String]
    var values: [Float] = []
    var rows = 0
    var problem: String?
    var emptyRows = 0
    do {
      // Row by row: as a whole, the library makes all rows as long as the longest.
      let csv = try EnumeratedCSV(
        string: text, delimiter: .guessed(string: text), loadColumns: false, rowLimit: 1)
      first = csv.header
      let hasHeader = first.allSatisfy { number($0) == nil }
      var line = 0
      try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { row in
        line += 1
        guard problem == nil, !(line == 1 && hasHeader) else { return }
        // Empty lines at the end.
        if row == [""] {
          emptyRows += 1
          return
        }
        guard emptyRows == 0 else {
          problem = "row \(line - 1) is empty"
          return
        }
        guard row.count == first.count else {
          problem = "row \(line) has \(row.count) columns; the first has \(first.count)"
          return
        }
        for (column, field) in row.enumerated() {
          guard let value = number(field) else {
            problem = "row \(line), column \(column + 1): '\(field)' is not a number"
            return
          }
          values.append(value)
        }
        rows += 1
      }
    } catch {
      throw invalid("is not CSV: \(error)")
    }
    if let problem { throw invalid(problem) }
    guard !values.isEmpty else { throw invalid("holds no numbers") }
    return NumericArray(shape: [rows, first.count], values: values)
  }

  /// The lines of an array, a row of its last axis each.
  static func text(_ array: NumericArray) -> String {
    let width = max(1, array.shape.count > 1 ? array.shape[array.shape.count - 1] : 1)
    return stride(from: 0, to: array.values.count, by: width).map { first in
      array.values[first..<first + width].map { "\($0)" }.joined(separator: ",") + "\n"
    }.joined()
  }

  private static func number(_ field: String) -> Float? {
    let blanks: Set<Character> = [" ", "\t", "\r"]
    let end = field.lastIndex { !blanks.contains($0) }
    return Float(end.map { field[...$0].drop { blanks.contains($0) } } ?? "")
  }
}

extension NumericArray {
  /// Rows and columns as samples of a shape: each row is a sample if it has all its values, otherwise a step.
  ///
  /// - Parameter sizes: Of a sample; a first size of `nil` takes as many steps as there are rows.
  /// - Returns: The array as it is if the columns are neither.
  func asSamples(_ sizes: [Int?]) -> NumericArray {
    guard shape.count == 2 else { return self }
    let (rows, columns) = (shape[0], shape[1])
    let last = sizes.last.flatMap { $0 } ?? columns
    var samples = self
    switch sizes.count {
    case 2 where sizes[0] == nil && columns == last: samples.shape = [1, rows, columns]
    case 2 where columns == (sizes[0] ?? 0) * last: samples.shape = [rows, columns / last, last]
    case 2 where columns == last && rows % (sizes[0] ?? 1) == 0:
      samples.shape = [rows / (sizes[0] ?? 1), sizes[0] ?? 1, last]
    default: break
    }
    return samples
  }
}
