import Files

/// A metric that a model was compiled with: what Keras' `evaluate` shows beside the loss.
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

  /// What accuracy means to targets and outputs: `keras.src.trainers.compile_utils.get_metric`.
  ///
  /// - Parameters:
  ///   - areClasses: Whether a target is a class number.
  func resolved(areClasses: Bool, units: Int) -> CompiledMetric {
    let functions: [String: String] = [
      "accuracy": "accuracy", "acc": "accuracy", "crossentropy": "crossentropy",
      "ce": "crossentropy",
    ]
    guard let function = functions[function.lowercased()] else { return self }
    let prefix = units == 1 ? "binary_" : areClasses ? "sparse_categorical_" : "categorical_"
    return CompiledMetric(name: name, function: prefix + function, options: options)
  }

  /// What measures it.
  ///
  /// - Returns: `nil` if the metric, or one of its settings, is not supported.
  func meter(areClasses: Bool, units: Int) -> (any OutputMeter)? {
    let metric = resolved(areClasses: areClasses, units: units)
    return OutputMeters.all.lazy.compactMap { $0(metric.function, metric.options) }.first
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

/// Measures outputs one by one.
protocol OutputMeter {
  mutating func add(_ output: MeasuredOutput)
  /// Of all outputs so far.
  var value: Double { get }
}

/// The metrics that can be measured.
enum OutputMeters {
  /// Each gives a meter for the functions that it knows.
  static let all: [@Sendable (String, [String: JSONValue]) -> (any OutputMeter)?] = [
    MeanMeter.init(function:options:), DecisionMeter.init(function:options:),
    AreaUnderCurve.init(function:options:), F1Meter.init(function:options:),
  ]
}

/// Whether all settings but those named are off or what they are by default.
func areUnset(_ options: [String: JSONValue], except known: Set<String>) -> Bool {
  let ignored: Set<String> = ["name", "dtype", "fn"]
  return options.allSatisfy { name, value in
    known.contains(name) || ignored.contains(name) || value == .null || value == false
      || name == "axis" && value == -1
  }
}
