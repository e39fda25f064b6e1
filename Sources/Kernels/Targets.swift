/// What the rows of an output should have been.
package enum Targets<Scalar: BinaryFloatingPoint> {
  /// A class number for each row; to a loss that takes rows, each stands for a one-hot one.
  case classes(UnsafePointer<Int32>)
  /// `[rows, units]`.
  case values(UnsafePointer<Scalar>)

  /// What one row should have been.
  enum Row {
    case oneHot(Int)
    case values(UnsafePointer<Scalar>)

    @inline(__always)
    subscript(unit: Int) -> Double {
      switch self {
      case .oneHot(let number): number == unit ? 1 : 0
      case .values(let values): Double(values[unit])
      }
    }
  }

  @inline(__always)
  func row(_ row: Int, units: Int) -> Row {
    switch self {
    case .classes(let classes): .oneHot(Int(classes[row]))
    case .values(let values): .values(values + row * units)
    }
  }
}

/// The rows that count under a mask; all if it is `nil`.
package func countedRows(_ mask: UnsafePointer<UInt8>?, rows: Int) -> Int {
  guard let mask else { return rows }
  var counted = 0
  for row in 0..<rows where mask[row] != 0 { counted += 1 }
  return counted
}
