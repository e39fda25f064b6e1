import HDF5

/// What differs between two files, object by object.
package struct CheckpointDifference {
  /// A row for each object that is not the same in both.
  package let table: ReportTable
  package var isEmpty: Bool { table.rows.isEmpty }

  /// - Throws: `FileError`.
  package init(_ first: String, _ second: String) throws {
    let (a, b) = (try FileContents(first), try FileContents(second))
    let inSecond = Dictionary(b.values.map { ($0.path, $0.value) }) { first, _ in first }
    let inFirst = Set(a.values.map(\.path))
    var rows: [[ReportTable.Cell]] = []
    for (path, value) in a.values {
      guard let other = inSecond[path] else {
        rows.append([.text(path), .text("only in \(first)"), .none, .none])
        continue
      }
      if let row = Self.compare(value, other) { rows.append([.text(path)] + row) }
    }
    for (path, _) in b.values where !inFirst.contains(path) {
      rows.append([.text(path), .text("only in \(second)"), .none, .none])
    }
    table = ReportTable(
      name: "differences",
      columns: ["name", "difference", "values that differ", "largest difference"], rows: rows)
  }

  private static func compare(
    _ a: FileContents.Value, _ b: FileContents.Value
  ) -> [ReportTable.Cell]? {
    switch (a, b) {
    case (
      .numbers(let kindA, let shapeA, let valuesA), .numbers(let kindB, let shapeB, let valuesB)
    ):
      // By bits, so that one NaN is equal to itself and 0 is not -0.
      return compare(
        (kindA, shapeA, valuesA), (kindB, shapeB, valuesB),
        same: { $0.bitPattern == $1.bitPattern },
        number: { $0 })
    case (
      .integers(let kindA, let shapeA, let valuesA), .integers(let kindB, let shapeB, let valuesB)
    ):
      let isUnsigned = kindA.hasPrefix("u")
      return compare(
        (kindA, shapeA, valuesA), (kindB, shapeB, valuesB), same: ==,
        number: { isUnsigned ? Double(UInt64(bitPattern: $0)) : Double($0) })
    case (.texts(let a), .texts(let b)):
      guard a != b else { return nil }
      return [.text(a.count == 1 && b.count == 1 ? "text" : "texts"), .none, .none]
    case (.other, .other): return [.text("cannot be compared"), .none, .none]
    default: return [.text("kind"), .none, .none]
    }
  }

  private static func compare<Number>(
    _ a: (kind: String, shape: [Int], values: [Number]),
    _ b: (kind: String, shape: [Int], values: [Number]),
    same: (Number, Number) -> Bool, number: (Number) -> Double
  ) -> [ReportTable.Cell]? {
    guard a.kind == b.kind else {
      return [.text("type \(a.kind) and \(b.kind)"), .none, .none]
    }
    guard a.shape == b.shape else {
      return [.text("shape \(a.shape) and \(b.shape)"), .none, .none]
    }
    let differing = zip(a.values, b.values).filter { !same($0, $1) }
    guard !differing.isEmpty else { return nil }
    return [
      .text("values"), .integer(differing.count),
      .number(differing.map { abs(number($0) - number($1)) }.max() ?? 0),
    ]
  }
}
