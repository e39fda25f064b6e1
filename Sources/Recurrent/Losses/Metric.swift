import Kernels

/// What is measured beside the loss while a model is trained: `keras.metrics`.
public enum Metric: String, CaseIterable, Sendable {
  case meanAbsoluteError = "mae"
  case meanSquaredError = "mse"
  case rootMeanSquaredError = "rmse"
  /// Whether the right class is among the five likeliest.
  case topFiveAccuracy = "top_5_accuracy"

  /// The classes that ``topFiveAccuracy`` looks at.
  private static let classes = 5

  /// Whether it measures answers of a class, not numbers.
  public var needsClasses: Bool { self == .topFiveAccuracy }

  /// The sum over the rows that count.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`.
  ///   - mask: Which rows count; all if `nil`.
  @specialized(where Scalar == Float)
  func sum<Scalar: KernelScalar>(
    output: UnsafePointer<Scalar>, targets: Targets<Scalar>, mask: UnsafePointer<UInt8>?,
    rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true {
      sum += value(output + row * units, targets.row(row, units: units), units: units)
    }
    return sum
  }

  @inline(__always)
  private func value<Scalar: KernelScalar>(
    _ output: UnsafePointer<Scalar>, _ target: Targets<Scalar>.Row, units: Int
  ) -> Double {
    var sum = 0.0
    switch self {
    case .meanAbsoluteError:
      for unit in 0..<units { sum += abs(Double(output[unit]) - target[unit]) }
      return sum / Double(units)
    case .meanSquaredError, .rootMeanSquaredError:
      for unit in 0..<units {
        let error = Double(output[unit]) - target[unit]
        sum += error * error
      }
      return sum / Double(units)
    case .topFiveAccuracy:
      let right = output[target.likeliestClass(of: units)]
      var better = 0
      for unit in 0..<units where output[unit] > right { better += 1 }
      return better < Self.classes ? 1 : 0
    }
  }

  /// The metric of an epoch.
  func value(sum: Double, rows: Int) -> Double {
    let mean = sum / Double(max(1, rows))
    return self == .rootMeanSquaredError ? mean.squareRoot() : mean
  }
}
