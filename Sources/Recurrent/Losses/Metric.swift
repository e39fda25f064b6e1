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

  /// The sum over rows with numbers as targets.
  ///
  /// - Parameters:
  ///   - output: `[rows, units]`.
  ///   - targets: `[rows, units]`.
  func sum<Scalar: KernelScalar>(
    output: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for index in 0..<rows * units {
      let error = Double(output[index]) - Double(targets[index])
      sum += self == .meanAbsoluteError ? abs(error) : error * error
    }
    return sum / Double(units)
  }

  /// The sum over rows with class numbers as targets.
  func sum<Scalar: KernelScalar>(
    output: UnsafePointer<Scalar>, classes: UnsafePointer<Int32>, rows: Int, units: Int
  ) -> Double {
    var sum = 0.0
    for row in 0..<rows {
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
