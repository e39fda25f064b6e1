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

  /// The sum over rows with numbers as targets, of those that count.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`.
  ///   - targets: `[rows, units]`.
  ///   - mask: Which rows count; all if `nil`.
  func sum<Scalar: KernelScalar>(
    output: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, mask: UnsafePointer<UInt8>?,
    rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true {
      for index in row * units..<(row + 1) * units {
        let error = Double(output[index]) - Double(targets[index])
        sum += self == .meanAbsoluteError ? abs(error) : error * error
      }
    }
    return sum / Double(units)
  }

  /// The sum over rows with class numbers as targets, of those that count.
  func sum<Scalar: KernelScalar>(
    output: UnsafePointer<Scalar>, classes: UnsafePointer<Int32>, mask: UnsafePointer<UInt8>?,
    rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows where mask.map({ $0[row] != 0 }) ?? true {
      let likely = output + row * units
      let right = likely[Int(classes[row])]
      var better = 0
      for unit in 0..<units where likely[unit] > right { better += 1 }
      if better < Self.classes { sum += 1 }
    }
    return sum
  }

  /// The metric of an epoch.
  func value(sum: Double, rows: Int) -> Double {
    let mean = sum / Double(max(1, rows))
    return self == .rootMeanSquaredError ? mean.squareRoot() : mean
  }
}
