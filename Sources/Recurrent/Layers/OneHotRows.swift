import Kernels

/// The rows of a layer's input where each is a one-hot vector, as those of symbols are: a product with
/// such a row is a row of the matrix, and a gradient is a sum of rows.
final class OneHotRows<Scalar: KernelScalar> {
  /// Whether the rows that were looked at last are all one-hot.
  private(set) var isFound = false
  private let columns: Int
  /// Where the 1 of each row is; empty for inputs too narrow to be worth it.
  private let places: UnsafeMutableBufferPointer<Int32>
  private var rows = 0

  /// - Parameters:
  ///   - rows: The most there can be.
  ///   - columns: The scalars in each.
  init(rows: Int, columns: Int) {
    self.columns = columns
    places = .allocate(capacity: columns >= Self.enoughColumns ? rows : 0)
    places.initialize(repeating: 0)
  }

  deinit { places.deallocate() }

  /// From so many columns on a look-up is faster than a product, searching included.
  private static var enoughColumns: Int { 16 }
  /// The additions from which a second thread helps.
  private static var enough: Int { 1 << 20 }

  /// Looks at the rows of `input` `[rows, columns]`.
  @specialized(where Scalar == Float)
  func look(at input: UnsafePointer<Scalar>, rows: Int) {
    isFound = false
    self.rows = rows
    guard rows <= places.count else { return }
    for row in 0..<rows {
      let values = input + row * columns
      var (place, sum, others): (Int, Scalar, Scalar) = (0, 0, 0)
      for column in 0..<columns where values[column] != 0 {
        // A 1 goes to `sum`, anything else to `others`.
        if values[column] == 1 { sum += 1 } else { others += 1 }
        place = column
      }
      guard sum == 1, others == 0 else { return }
      places[row] = Int32(truncatingIfNeeded: place)
    }
    isFound = true
  }

  /// `result += input · matrix`, for `matrix` `[columns, width]` and `result` `[rows, width]`.
  @specialized(where Scalar == Float)
  func addProduct(
    with matrix: UnsafePointer<Scalar>, width: Int, to result: UnsafeMutablePointer<Scalar>
  ) {
    let parts = ComputeThreads.parts(of: rows * width, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      for row in rows * part / parts..<rows * (part + 1) / parts {
        let from = matrix + Int(places[row]) * width
        let to = result + row * width
        for column in 0..<width { to[column] += from[column] }
      }
    }
  }

  /// `result += inputᵀ · right`, for `right` `[rows, width]` and `result` `[columns, width]`.
  @specialized(where Scalar == Float)
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
        let from = right + row * width
        let to = result + Int(places[row]) * width
        for column in first..<last { to[column] += from[column] }
      }
    }
  }
}
