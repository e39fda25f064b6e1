import Kernels

/// What weights are put back into after every update: `keras.constraints.NonNeg`, `UnitNorm`, `MaxNorm` and
/// `MinMaxNorm`.
enum Constraint: Equatable, Sendable {
  case nonNegative
  /// The length of each vector along an axis is drawn into bounds: by all of the way if the rate is 1.
  case norm(least: Double, most: Double, rate: Double, axis: Int)

  /// What Keras adds so that nothing is divided by zero, `keras.backend.epsilon()`.
  private static let epsilon = 1e-7

  /// The constraint of an option of Keras'.
  ///
  /// - Returns: `nil` if it is none of these.
  init?(_ option: JSONValue) {
    func number(_ name: String, _ standard: Double) -> Double {
      option["config"]?[name]?.double ?? standard
    }
    let place = option["config"]?["axis"] ?? 0
    guard let axis = (place.array?.count == 1 ? place.array?.first : place)?.integer else {
      return nil
    }
    switch option.string ?? option["class_name"]?.string {
    case "NonNeg", "non_neg": self = .nonNegative
    case "UnitNorm", "unit_norm": self = .norm(least: 1, most: 1, rate: 1, axis: axis)
    case "MaxNorm", "max_norm":
      self = .norm(least: 0, most: number("max_value", 2), rate: 1, axis: axis)
    case "MinMaxNorm", "min_max_norm":
      self = .norm(
        least: number("min_value", 0), most: number("max_value", 1), rate: number("rate", 1),
        axis: axis)
    default: return nil
    }
  }

  /// - Parameters:
  ///   - weights: Row-major.
  ///   - scratch: Room for as many scalars, which are written over.
  @specialized(where Scalar == Float)
  func apply<Scalar: KernelScalar>(
    to weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int],
    scratch: UnsafeMutablePointer<Scalar>
  ) {
    guard let base = weights.baseAddress else { return }
    switch self {
    case .nonNegative:
      for index in weights.indices { weights[index] = max(weights[index], 0) }
    case .norm(let least, let most, let rate, let axis):
      func factor(_ norm: Double) -> Scalar {
        let desired = rate * min(max(norm, least), most) + (1 - rate) * norm
        return Scalar(desired / (Self.epsilon + norm))
      }
      let along = axis < 0 ? axis + shape.count : axis
      let length = shape[along]
      guard along < shape.count - 1 else {
        for first in stride(from: 0, to: weights.count, by: length) {
          let factor = factor(Scalar.sums(base + first, count: length).squares.squareRoot())
          for index in first..<first + length { base[index] *= factor }
        }
        return
      }
      // The columns of one matrix for each index of the axes before, row by row as they lie in memory.
      let columns = shape[(along + 1)...].reduce(1, *)
      for matrix in stride(from: 0, to: weights.count, by: length * columns) {
        let rows = stride(from: matrix, to: matrix + length * columns, by: columns)
        scratch.update(repeating: 0, count: columns)
        for first in rows {
          let row = base + first
          for column in 0..<columns { scratch[column] += row[column] * row[column] }
        }
        for column in 0..<columns {
          scratch[column] = factor(Double(scratch[column].squareRoot()))
        }
        for first in rows {
          let row = base + first
          for column in 0..<columns { row[column] *= scratch[column] }
        }
      }
    }
  }

  /// Whether weights of so many axes have the axis.
  func fits(axes: Int) -> Bool {
    guard case .norm(_, _, _, let axis) = self else { return true }
    return (-axes..<axes).contains(axis)
  }
}
