import Recurrent

/// What is measured beside the loss: `keras.metrics`.
public struct Metrics: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The fraction of right answers; it is known for every loss of classes, asked for or not.
  public static let accuracy = Metrics(rawValue: 1)
  public static let meanAbsoluteError = Metrics(rawValue: 2)
  public static let meanSquaredError = Metrics(rawValue: 4)
  public static let rootMeanSquaredError = Metrics(rawValue: 8)
  /// The fraction of answers whose right class is among the five likeliest.
  public static let topFiveAccuracy = Metrics(rawValue: 16)

  /// Those that are computed for themselves.
  var computed: [Metric] {
    [
      (Self.meanAbsoluteError, Metric.meanAbsoluteError),
      (.meanSquaredError, .meanSquaredError),
      (.rootMeanSquaredError, .rootMeanSquaredError), (.topFiveAccuracy, .topFiveAccuracy),
    ].compactMap { contains($0) ? $1 : nil }
  }
}

/// Loss and metrics of some samples: means over the steps of samples that no mask leaves out.
public struct Scores: Equatable, Sendable {
  /// With what regularizers add.
  public let loss: Double
  /// The fraction of right answers, from 0 to 1; `nil` if the loss is not one of classes.
  public let accuracy: Double?
  /// The metrics that the model was compiled with.
  public let metrics: [Metric: Double]
}
