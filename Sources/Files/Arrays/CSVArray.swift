import HDF5

/// Numbers in a CSV file: a row for each line, after a header if the first line holds no numbers.
package enum CSVArray {
  /// Reads a file as `[rows, columns]`.
  ///
  /// - Throws: `FileError` that names the file, the line and the column.
  package static func read(_ file: String) throws -> Tensor {
    let (text, _) = try DataFiles([file]).text()
    var values: [Float] = []
    var width: Int?
    try CSVRows.read(text, file: file) { line, fields in
      let isFirst = width == nil
      width = fields.count
      guard !isFirst || fields.contains(where: { TableNumber($0) != .none }) else { return }
      for (column, field) in fields.enumerated() {
        let number = TableNumber(field)
        guard case .value = number, let value = Float(field.trimmingBlanks) else {
          throw FileError(
            .invalid, file: file,
            "line \(line), column \(column + 1): \(number.reason(field))")
        }
        values.append(value)
      }
    }
    guard let width, !values.isEmpty else {
      throw FileError(.invalid, file: file, "holds no numbers")
    }
    return try Tensor(shape: [values.count / width, width], values: values)
  }

  /// The lines of an array, a row of its last axis each.
  package static func text(_ array: Tensor) -> String {
    let width = max(1, array.shape.count > 1 ? array.shape[array.shape.count - 1] : 1)
    return stride(from: 0, to: array.values.count, by: width).map { first in
      array.values[first..<first + width].map { "\($0)" }.joined(separator: ",") + "\n"
    }.joined()
  }
}

extension Tensor {
  /// Rows and columns as samples of a shape: each row is a sample if it has all its values, otherwise a step.
  ///
  /// - Parameter sizes: Of a sample; a first size of `nil` takes as many steps as there are rows.
  /// - Returns: The array as it is if the columns are neither.
  package func asSamples(_ sizes: [Int?]) -> Tensor {
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
