import Files

/// A metric that a model was compiled with: what Keras' `fit` and `evaluate` show beside the loss.
package struct CompiledMetric: Equatable, Sendable {
  /// What Keras calls it in its results.
  package let name: String
  /// Keras' name of the function or class, as functions are written: `mean_absolute_error`, `precision`.
  package let function: String
  /// The settings that it has in a file.
  package let options: [String: JSONValue]

  package init(name: String, function: String, options: [String: JSONValue] = [:]) {
    (self.name, self.function, self.options) = (name, function, options)
  }

  /// Whether it is the accuracy of whatever the model gives, as `metrics=["accuracy"]` asks for it.
  package var isAccuracy: Bool { ["accuracy", "acc"].contains(function.lowercased()) }

  /// What accuracy means to targets and outputs: `keras.src.trainers.compile_utils.get_metric`.
  ///
  /// - Parameters:
  ///   - areClasses: Whether a target is a class number.
  func resolved(areClasses: Bool, units: Int) -> CompiledMetric {
    let isEntropy = ["crossentropy", "ce"].contains(function.lowercased())
    guard isAccuracy || isEntropy else { return self }
    let prefix = units == 1 ? "binary_" : areClasses ? "sparse_categorical_" : "categorical_"
    return CompiledMetric(
      name: name, function: prefix + (isAccuracy ? "accuracy" : "crossentropy"), options: options)
  }

  /// What measures it.
  ///
  /// - Returns: `nil` if the metric, or one of its settings, is not supported.
  func meter(areClasses: Bool, units: Int) -> (any OutputMeter)? {
    let metric = resolved(areClasses: areClasses, units: units)
    guard let kind = MetricCatalog.named[metric.function], kind.takes(metric.options) else {
      return nil
    }
    return kind.meter(metric.options, units)
  }

  /// Keras' name of its class; `nil` if there is none, or the metric is not supported.
  package var className: String? { MetricCatalog.named[function]?.className }

  /// Whether it can be measured, on enough units.
  package var isKnown: Bool { meter(areClasses: false, units: 1 << 20) != nil }

  /// The settings that its class has.
  package var settings: [String: JSONValue] {
    let known = MetricCatalog.named[function]?.options ?? []
    return options.filter { known.contains($0.key) && $0.value != nil }
  }
}

/// What a model gave at a step, and what it should have given.
package struct MeasuredOutput {
  package enum Target {
    case classNumber(Int)
    /// `[units]`.
    case values(UnsafeBufferPointer<Float>)
  }

  package let target: Target
  /// `[units]`.
  package let output: UnsafeBufferPointer<Float>

  /// The target of a unit; of a class number as a one-hot row.
  @inline(__always)
  func target(_ unit: Int) -> Double {
    switch target {
    case .classNumber(let number): number == unit ? 1 : 0
    case .values(let values): Double(values[unit])
    }
  }

  /// The class that it should have been.
  var classNumber: Int {
    switch target {
    case .classNumber(let number): number
    case .values(let values): Self.likeliest(values)
    }
  }

  var likeliest: Int { Self.likeliest(output) }

  private static func likeliest(_ values: UnsafeBufferPointer<Float>) -> Int {
    values.indices.reduce(0) { values[$1] > values[$0] ? $1 : $0 }
  }
}

/// Measures outputs one by one, in sums that are kept elsewhere.
protocol OutputMeter: Sendable {
  /// How many sums it takes, which begin with zero.
  var size: Int { get }
  func add(_ output: MeasuredOutput, to sums: UnsafeMutablePointer<Double>)
  /// Of all outputs so far.
  func value(of sums: UnsafePointer<Double>) -> Double
}
