import Kernels

/// What is measured beside the loss while a model is trained: `keras.metrics`.
public enum Metric: String, CaseIterable, Sendable {
  /// The mean of absolute differences.
  case meanAbsoluteError = "mae"
  /// The mean of squared differences.
  case meanSquaredError = "mse"
  /// The square root of the mean of squared differences.
  case rootMeanSquaredError = "rmse"
  /// Whether the right class is among the five likeliest.
  case topFiveAccuracy = "top_5_accuracy"

  /// Whether it measures answers of a class, not numbers.
  public var needsClasses: Bool { self == .topFiveAccuracy }

  /// What the kernels compute of it.
  var ofRows: RowMeasure {
    switch self {
    case .meanAbsoluteError: .sizes
    case .meanSquaredError, .rootMeanSquaredError: .squares
    case .topFiveAccuracy: .isAmong(classes: 5)
    }
  }

  /// The metric of an epoch.
  package func value(sum: Double, rows: Int) -> Double {
    let mean = sum / Double(max(1, rows))
    return self == .rootMeanSquaredError ? mean.squareRoot() : mean
  }

  /// The same as a metric that a model is compiled with.
  package var compiled: CompiledMetric {
    self == .topFiveAccuracy
      ? CompiledMetric(name: rawValue, function: "top_k_categorical_accuracy", options: ["k": 5])
      : CompiledMetric(name: rawValue, function: rawValue)
  }
}
