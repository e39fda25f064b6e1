import Kernels

/// The rows of a layer's input as numbers of symbols: each stands for a one-hot vector, for a multiple of one, as dropout
/// makes it, or for zeros. A product with such a row is a row of the matrix, and a gradient is a sum of rows.
struct SymbolRows<Scalar: KernelScalar> {
  /// Where each row has its value; -1 for a row of zeros.
  let numbers: UnsafePointer<Int32>
  /// The value of each row; 1 if `nil`.
  var values: UnsafePointer<Scalar>? = nil

  /// The additions from which a second thread helps.
  private static var enough: Int { 1 << 20 }

  /// The place of a row's value; `nil` for a row of zeros.
  @inline(__always)
  func place(_ row: Int) -> Int? { numbers[row] < 0 ? nil : Int(numbers[row]) }

  @inline(__always)
  func value(_ row: Int) -> Scalar { values.map { $0[row] } ?? 1 }

  /// `result += input · matrix`, for `matrix` `[columns, width]` and `result` `[rows, width]`.
  @specialized(where Scalar == Float)
  func addProduct(
    with matrix: UnsafePointer<Scalar>, rows: Int, width: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      for row in rows * part / parts..<rows * (part + 1) / parts {
        guard let place = place(row) else { continue }
        add(
          matrix + place * width, times: value(row), count: width, to: result + row * width)
      }
    }
  }

  /// `result += inputᵀ · right`, for `right` `[rows, width]` and `result` `[columns, width]`.
  @specialized(where Scalar == Float)
  func addTransposedProduct(
    with right: UnsafePointer<Scalar>, rows: Int, width: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    // Each thread adds some columns up, so that nobody adds to another's sum.
    let grain = 16
    let grains = (width + grain - 1) / grain
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * grain
      let last = min(width, grains * (part + 1) / parts * grain)
      for row in 0..<rows {
        guard let place = place(row) else { continue }
        add(
          right + row * width + first, times: value(row), count: last - first,
          to: result + place * width + first)
      }
    }
  }

  @inline(__always)
  private func add(
    _ from: UnsafePointer<Scalar>, times factor: Scalar, count: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    if factor == 1 {
      for index in 0..<count { result[index] += from[index] }
    } else if factor != 0 {
      for index in 0..<count { result[index] += factor * from[index] }
    }
  }

  /// Writes the rows out, `[rows, columns]`, for what cannot take symbols.
  @specialized(where Scalar == Float)
  func write(to result: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int) {
    result.update(repeating: 0, count: rows * columns)
    for row in 0..<rows {
      if let place = place(row) { result[row * columns + place] = value(row) }
    }
  }
}

/// The rows of a layer's input as they come.
enum InputRows<Scalar: KernelScalar> {
  /// `[rows, inputs]`.
  case values(UnsafePointer<Scalar>)
  case symbols(SymbolRows<Scalar>)
}

/// How a layer takes an input whose rows are one-hot vectors of symbols.
enum SymbolUse: Sendable {
  /// It needs them written out.
  case none
  /// It takes numbers of symbols in their place.
  case lookUp
  /// It takes numbers of symbols, and its output is symbols again.
  case passOn
}
