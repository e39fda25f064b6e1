import Recurrent

/// What is measured beside the loss: `keras.metrics`.
public struct Metrics: OptionSet, Sendable {
  /// A bit for each.
  public let rawValue: UInt8

  /// Those of a number's bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The fraction of right answers; it is known for every loss of classes, asked for or not.
  public static let accuracy = Metrics(rawValue: 1)
  /// The mean of `|answer − target|`.
  public static let meanAbsoluteError = Metrics(rawValue: 2)
  /// The mean of `(answer − target)²`.
  public static let meanSquaredError = Metrics(rawValue: 4)
  /// The square root of ``meanSquaredError``.
  public static let rootMeanSquaredError = Metrics(rawValue: 8)
  /// The fraction of answers whose right class is among the five likeliest.
  public static let topFiveAccuracy = Metrics(rawValue: 16)

  /// Those that are computed for themselves.
  var computed: [Metric] { Self.engine.compactMap { contains($0.key) ? $0.metric : nil } }

  /// Those that a file's history has in its last epoch: files do not say it otherwise.
  init(of history: History?) {
    self = Metrics(
      Self.engine.filter { history?.last($0.metric.rawValue) != nil }.map(\.key))
  }

  private static let engine: [(key: Metrics, metric: Metric)] = [
    (.meanAbsoluteError, .meanAbsoluteError), (.meanSquaredError, .meanSquaredError),
    (.rootMeanSquaredError, .rootMeanSquaredError), (.topFiveAccuracy, .topFiveAccuracy),
  ]
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
