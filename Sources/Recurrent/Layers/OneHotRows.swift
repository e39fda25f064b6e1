import Kernels

/// The rows of a layer's input where each is a one-hot vector, as those of symbols are, a multiple of one, as dropout
/// makes it, or zero, as a step that does not count is: a product with such a row is a row of the matrix, and a
/// gradient is a sum of rows.
final class OneHotRows<Scalar: KernelScalar> {
  /// Whether the rows that were looked at last are all of that kind.
  private(set) var isFound = false
  private let columns: Int
  /// Where the value of each row is; empty for inputs too narrow to be worth it.
  private let places: UnsafeMutableBufferPointer<Int32>
  private let values: UnsafeMutableBufferPointer<Scalar>
  private var rows = 0

  /// - Parameters:
  ///   - rows: The most there can be.
  ///   - columns: The scalars in each.
  init(rows: Int, columns: Int) {
    self.columns = columns
    let capacity = columns >= Self.enoughColumns ? rows : 0
    places = .allocate(capacity: capacity)
    places.initialize(repeating: 0)
    values = .allocate(capacity: capacity)
    values.initialize(repeating: 0)
  }

  deinit {
    places.deallocate()
    values.deallocate()
  }

  /// From so many columns on a look-up is faster than a product, searching included.
  private static var enoughColumns: Int { 16 }
  /// The additions from which a second thread helps.
  private static var enough: Int { 1 << 20 }

  /// Looks at the rows of `input` `[rows, columns]`.
  func look(at input: UnsafePointer<Scalar>, rows: Int) {
    isFound = false
    self.rows = rows
    guard rows <= places.count, let places = places.baseAddress,
      let values = values.baseAddress
    else { return }
    isFound = Scalar.findOneHot(
      input, rows: rows, columns: columns, places: places, factors: values)
  }

  /// `result += input · matrix`, for `matrix` `[columns, width]` and `result` `[rows, width]`.
  func addProduct(
    with matrix: UnsafePointer<Scalar>, width: Int, to result: UnsafeMutablePointer<Scalar>
  ) {
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      for row in rows * part / parts..<rows * (part + 1) / parts {
        add(
          matrix + Int(places[row]) * width, times: values[row], count: width,
          to: result + row * width)
      }
    }
  }

  /// `result += inputᵀ · right`, for `right` `[rows, width]` and `result` `[columns, width]`.
  func addTransposedProduct(
    with right: UnsafePointer<Scalar>, width: Int, to result: UnsafeMutablePointer<Scalar>
  ) {
    // Each thread adds some columns up, so that nobody adds to another's sum.
    let grain = 16
    let grains = (width + grain - 1) / grain
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: min(parts, grains)) { part, parts in
      let first = grains * part / parts * grain
      let last = min(width, grains * (part + 1) / parts * grain)
      for row in 0..<rows {
        add(
          right + row * width + first, times: values[row], count: last - first,
          to: result + Int(places[row]) * width + first)
      }
    }
  }

  @inline(__always)
  private func add(
    _ from: UnsafePointer<Scalar>, times factor: Scalar, count: Int,
    to result: UnsafeMutablePointer<Scalar>
  ) {
    if factor != 0 { Scalar.add(from, times: factor, to: result, count: count) }
  }
}
