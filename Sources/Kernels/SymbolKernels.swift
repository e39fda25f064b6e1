/// Rows that are numbers of symbols: each stands for a one-hot vector, for a multiple of one, as dropout makes it, or for
/// zeros. A product with such a row is a row of the matrix, and a gradient is a sum of rows.
package struct SymbolRows<Scalar: BinaryFloatingPoint> {
  /// Where each row has its value; -1 for a row of zeros.
  package let numbers: UnsafePointer<Int32>
  /// The value of each row; 1 if `nil`.
  package let values: UnsafePointer<Scalar>?

  package init(numbers: UnsafePointer<Int32>, values: UnsafePointer<Scalar>? = nil) {
    self.numbers = numbers
    self.values = values
  }

  /// The rows from one on.
  package func from(_ row: Int) -> SymbolRows {
    SymbolRows(numbers: numbers + row, values: values.map { $0 + row })
  }

  /// The place of a row's value; `nil` for a row of zeros.
  @inline(__always)
  func place(_ row: Int) -> Int? { numbers[row] < 0 ? nil : Int(numbers[row]) }

  @inline(__always)
  func value(_ row: Int) -> Scalar { values.map { $0[row] } ?? 1 }
}

/// Products and gradients of rows that are symbols.
package protocol SymbolKernels: BinaryFloatingPoint, Sendable {
  /// `result += symbols · matrix` in some rows, for `matrix` `[symbols, width]` and `result` `[all rows, width]`.
  static func addProduct(
    of symbols: SymbolRows<Self>, with matrix: UnsafePointer<Self>, rows: Range<Int>, width: Int,
    to result: UnsafeMutablePointer<Self>)

  /// `result += symbolsᵀ · right` in some columns, for `right` `[rows, width]` and `result` `[symbols, width]`.
  static func addTransposedProduct(
    of symbols: SymbolRows<Self>, with right: UnsafePointer<Self>, rows: Int,
    columns: Range<Int>, width: Int, to result: UnsafeMutablePointer<Self>)

  /// Writes the rows out, `[rows, columns]`.
  static func write(
    _ symbols: SymbolRows<Self>, to result: UnsafeMutablePointer<Self>, rows: Int, columns: Int)

  /// Writes the numbers of the symbols as values, `[rows]`.
  static func writeNumbers(
    of symbols: SymbolRows<Self>, to result: UnsafeMutablePointer<Self>, rows: Int)

  /// The value of each row times the one that stands in its place in `factors` `[rows, columns]`; times 1 if `nil`.
  static func multiply(
    _ symbols: SymbolRows<Self>, by factors: UnsafePointer<Self>?, rows: Int, columns: Int,
    into values: UnsafeMutablePointer<Self>)

  /// Marks the rows that are not zeros with 1, the others with 0.
  static func mark(
    _ symbols: SymbolRows<Self>, rows: Int, in marks: UnsafeMutablePointer<UInt8>)

  /// The whole numbers from 0 to below `limit` that values are; −1 for every other value.
  static func wholeNumbers(
    _ values: UnsafePointer<Self>, below limit: Int, count: Int,
    into numbers: UnsafeMutablePointer<Int32>)
}

// Written once, and compiled for each type of number here, in the module of the conformances.
extension SymbolKernels where Self: ElementKernels {
  package static func addProduct(
    of symbols: SymbolRows<Self>, with matrix: UnsafePointer<Self>, rows: Range<Int>, width: Int,
    to result: UnsafeMutablePointer<Self>
  ) {
    for row in rows {
      guard let place = symbols.place(row), symbols.value(row) != 0 else { continue }
      add(
        matrix + place * width, times: symbols.value(row), to: result + row * width, count: width)
    }
  }

  package static func addTransposedProduct(
    of symbols: SymbolRows<Self>, with right: UnsafePointer<Self>, rows: Int,
    columns: Range<Int>, width: Int, to result: UnsafeMutablePointer<Self>
  ) {
    let first = columns.lowerBound
    for row in 0..<rows {
      guard let place = symbols.place(row), symbols.value(row) != 0 else { continue }
      add(
        right + row * width + first, times: symbols.value(row),
        to: result + place * width + first, count: columns.count)
    }
  }

  package static func write(
    _ symbols: SymbolRows<Self>, to result: UnsafeMutablePointer<Self>, rows: Int, columns: Int
  ) {
    fill(result, with: 0, count: rows * columns)
    for row in 0..<rows {
      if let place = symbols.place(row) { result[row * columns + place] = symbols.value(row) }
    }
  }

  package static func writeNumbers(
    of symbols: SymbolRows<Self>, to result: UnsafeMutablePointer<Self>, rows: Int
  ) {
    for row in 0..<rows { result[row] = Self(symbols.numbers[row]) }
  }

  package static func multiply(
    _ symbols: SymbolRows<Self>, by factors: UnsafePointer<Self>?, rows: Int, columns: Int,
    into values: UnsafeMutablePointer<Self>
  ) {
    for row in 0..<rows {
      values[row] =
        symbols.place(row).map { place in
          symbols.value(row) * (factors?[row * columns + place] ?? 1)
        } ?? 0
    }
  }

  package static func mark(
    _ symbols: SymbolRows<Self>, rows: Int, in marks: UnsafeMutablePointer<UInt8>
  ) {
    for row in 0..<rows {
      marks[row] = symbols.place(row) != nil && symbols.value(row) != 0 ? 1 : 0
    }
  }

  package static func wholeNumbers(
    _ values: UnsafePointer<Self>, below limit: Int, count: Int,
    into numbers: UnsafeMutablePointer<Int32>
  ) {
    for index in 0..<count {
      let value = values[index]
      guard value >= 0, value < Self(limit) else {
        numbers[index] = -1
        continue
      }
      let number = Int(value)
      numbers[index] = Self(number) == value ? Int32(truncatingIfNeeded: number) : -1
    }
  }
}
