/// How the columns of a series become numbers that a model learns well from, and back.
public struct Scaling: Equatable, Sendable {
  public enum Method: String, CaseIterable, Sendable {
    /// Mean 0 and deviation 1.
    case standard
    /// From 0 to 1.
    case minMax = "min-max"
    case none
  }

  public var method: Method
  /// The names of the columns: the features, then the target if it is none of them.
  public var columns: [String]
  /// A value is scaled to `(value − offset) / scale`; one for each column.
  public var offsets: [Double]
  public var scales: [Double]
  /// What forecasts were beside the truth in the validation part: truth − forecast, scaled, `[n, horizon]`; in
  /// the order of time.
  public var residuals: [Float]

  public init(
    method: Method, columns: [String], offsets: [Double], scales: [Double], residuals: [Float] = []
  ) {
    self.method = method
    self.columns = columns
    self.offsets = offsets
    self.scales = scales
    self.residuals = residuals
  }

  public func scaled(_ value: Double, column: Int) -> Float {
    Float((value - offsets[column]) / scales[column])
  }

  public func unscaled(_ value: Float, column: Int) -> Double {
    Double(value) * scales[column] + offsets[column]
  }
}
