import Files
import Kernels

/// What weights are put back into after every update: `keras.constraints.NonNeg`, `UnitNorm`, `MaxNorm` and
/// `MinMaxNorm`.
enum Constraint: Equatable, Sendable {
  case nonNegative
  /// The length of each vector along an axis is drawn into bounds.
  case norm(NormBounds, axis: Int)

  /// The constraint of an option of Keras'.
  ///
  /// - Returns: `nil` if it is another class.
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
    case "UnitNorm", "unit_norm": self = .norm(NormBounds(least: 1, most: 1, rate: 1), axis: axis)
    case "MaxNorm", "max_norm":
      self = .norm(NormBounds(least: 0, most: number("max_value", 2), rate: 1), axis: axis)
    case "MinMaxNorm", "min_max_norm":
      let bounds = NormBounds(
        least: number("min_value", 0), most: number("max_value", 1), rate: number("rate", 1))
      self = .norm(bounds, axis: axis)
    default: return nil
    }
  }

  /// - Parameters:
  ///   - weights: Row-major.
  ///   - scratch: Room for as many scalars, which are written over.
  func apply<Scalar: KernelScalar>(
    to weights: UnsafeMutableBufferPointer<Scalar>, shape: [Int],
    scratch: UnsafeMutablePointer<Scalar>
  ) {
    guard let base = weights.baseAddress else { return }
    switch self {
    case .nonNegative: Scalar.rectify(base, count: weights.count)
    case .norm(let bounds, let axis):
      let along = axis < 0 ? axis + shape.count : axis
      let length = shape[along]
      guard along < shape.count - 1 else {
        Scalar.bindRows(of: base, to: bounds, rows: weights.count / length, columns: length)
        return
      }
      // One matrix for each index of the axes before.
      let columns = shape[(along + 1)...].reduce(1, *)
      for first in stride(from: 0, to: weights.count, by: length * columns) {
        Scalar.bindColumns(
          of: base + first, to: bounds, rows: length, columns: columns, scratch: scratch)
      }
    }
  }

  /// Whether weights of so many axes have the axis.
  func fits(axes: Int) -> Bool {
    guard case .norm(_, let axis) = self else { return true }
    return (-axes..<axes).contains(axis)
  }
}
