import Files

/// How the columns of a series become numbers that a model learns well from, and back.
package struct Scaling: Equatable, Sendable {
  package enum Method: String, CaseIterable, Sendable {
    /// Mean 0 and deviation 1.
    case standard
    /// From 0 to 1.
    case minMax = "min-max"
    case none
  }

  package var method: Method
  /// The names of the columns: the features, then the target if it is not one of them.
  package var columns: [String]
  /// The series that have offsets and scales of their own, in this order; empty if one scaling is for all.
  package var keys: [String]
  /// A value is scaled to `(value − offset) / scale`; one for each column, or `[keys, columns]`.
  package var offsets: [Double]
  package var scales: [Double]
  /// What forecasts were beside the truth in the validation part: truth − forecast, scaled, `[n, horizon]`; in
  /// the order of time.
  package var residuals: [Float]

  package init(
    method: Method, columns: [String], offsets: [Double], scales: [Double], residuals: [Float] = [],
    keys: [String] = []
  ) {
    self.keys = keys
    self.method = method
    self.columns = columns
    self.offsets = offsets
    self.scales = scales
    self.residuals = residuals
  }

  /// The scaling of one series.
  ///
  /// - Returns: `nil` if the series is not one of ``keys``.
  package func of(series key: String) -> Scaling? {
    guard !keys.isEmpty else { return self }
    return keys.firstIndex(exactly: key).map(of(series:))
  }

  /// The scaling of the series of a number among ``keys``.
  func of(series number: Int) -> Scaling {
    let range = number * columns.count..<(number + 1) * columns.count
    return Scaling(
      method: method, columns: columns, offsets: Array(offsets[range]),
      scales: Array(scales[range]))
  }

  /// The scalings of all ``keys``, by name.
  package var bySeries: [ExactText: Scaling] {
    Dictionary(
      keys.enumerated().map { (ExactText($1), of(series: $0)) }, uniquingKeysWith: { one, _ in one }
    )
  }

  package func scaled(_ value: Double, column: Int) -> Float {
    Float((value - offsets[column]) / scales[column])
  }

  package func unscaled(_ value: Float, column: Int) -> Double {
    Double(value) * scales[column] + offsets[column]
  }
}
