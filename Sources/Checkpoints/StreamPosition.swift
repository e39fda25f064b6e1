/// Where a running sequence stands, beside its recurrent state.
package struct StreamPosition: Equatable, Sendable {
  /// Where a generator of random numbers stands.
  package struct Sampler: Equatable, Sendable {
    package var seed: UInt64
    package var position: UInt64

    package init(seed: UInt64, position: UInt64) {
      self.seed = seed
      self.position = position
    }
  }

  /// The symbols that the next step is fed, for each row of the batch: `[batch, length]`. The last of
  /// each row is the newest. Empty if the model takes numbers.
  package var nextInput: [[Int]]
  /// The newest values of each series that the next step is fed, as the model takes them: for each series
  /// `[length, features]`. Empty if the model takes symbols.
  package var nextValues: [[Float]]
  /// The newest values of each series in the data's own units, `[features]`, where the next row is read with them.
  package var lastValues: [[Double]]
  /// The names of the series, where there are several.
  package var keys: [String]
  /// The dates of the last rows of each series, the oldest first; empty where they are not known, as those of a live
  /// stream are not.
  package var dates: [[String]] = []
  /// The rows that a live stream has brought.
  package var rowsSeen: Int
  /// What the next symbols are drawn with.
  package var sampler: Sampler?
  /// Whether a prediction or a live stream stands here, not training in its data.
  package var hasMoved: Bool
  /// Whether the newest of ``nextInput`` is what the model predicts, in whose place a live stream may bring another
  /// symbol; `nil` if it is not known.
  package var endsWithPrediction: Bool?

  package init(
    nextInput: [[Int]] = [], nextValues: [[Float]] = [], lastValues: [[Double]] = [],
    keys: [String] = [], rowsSeen: Int = 0, sampler: Sampler? = nil, hasMoved: Bool = false,
    endsWithPrediction: Bool? = nil
  ) {
    self.nextInput = nextInput
    self.nextValues = nextValues
    self.lastValues = lastValues
    self.keys = keys
    self.rowsSeen = rowsSeen
    self.sampler = sampler
    self.hasMoved = hasMoved
    self.endsWithPrediction = endsWithPrediction
  }
}
