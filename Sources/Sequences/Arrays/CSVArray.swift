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
    let csv: EnumeratedCSV
    do {
      csv = try EnumeratedCSV(string: text, loadColumns: false)
    } catch {
      throw invalid("is not CSV: \(error)")
    }
    let hasHeader = csv.header.contains { number($0) == nil }
    var values: [Float] = []
    let columns = csv.header.count
    // The library takes the first line for a header in any case.
    let rows = (hasHeader ? [] : [csv.header]) + csv.rows
    for (index, row) in rows.enumerated() {
      let line = index + (hasHeader ? 2 : 1)
      guard row.count == columns else {
        throw invalid("row \(line) has \(row.count) columns; the first has \(columns)")
      }
      for (column, field) in row.enumerated() {
        guard let value = number(field) else {
          throw invalid("row \(line), column \(column + 1): '\(field)' is not a number")
        }
        values.append(value)
      }
    }
    guard !values.isEmpty else { throw invalid("holds no numbers") }
    return NumericArray(shape: [rows.count, columns], values: values)
  }

  /// The lines of an array, a row of its last axis each.
  static func text(_ array: NumericArray) -> String {
    let width = max(1, array.shape.count > 1 ? array.shape[array.shape.count - 1] : 1)
    return stride(from: 0, to: array.values.count, by: width).map { first in
      array.values[first..<first + width].map { "\($0)" }.joined(separator: ",") + "\n"
    }.joined()
  }

  private static func number(_ field: String) -> Float? {
    Float(field.drop { $0 == " " }.prefix { $0 != " " && $0 != "\r" })
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
