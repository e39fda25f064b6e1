/// Where a running sequence stands, beside its recurrent state.
package struct StreamPosition: Equatable, Sendable {
  /// What the next step is fed.
  package enum Place: Equatable, Sendable {
    case symbols(Symbols)
    /// One series, or several with names.
    case series([Series])
    /// Rows of numbers, or whole sequences, that have all been read: nothing is left to feed.
    case rows
  }

  /// A position in symbols.
  package struct Symbols: Equatable, Sendable {
    /// The numbers of those that are fed next, for each row of the batch: `[batch, length]`. The last of each row is the
    /// newest.
    package var next: [[Int]]
    /// Whether the newest is what the model predicts, in whose place a live stream may bring another symbol; `nil` if it
    /// is not known.
    package var endsWithPrediction: Bool?

    package init(next: [[Int]], endsWithPrediction: Bool? = nil) {
      (self.next, self.endsWithPrediction) = (next, endsWithPrediction)
    }
  }

  /// A position in a series of numbers.
  package struct Series: Equatable, Sendable {
    /// The name of the series; `nil` if there is one without.
    package var key: String?
    /// The newest rows, the oldest first, as the model reads them: `[rows × features]`. Those that a carried state has not
    /// read yet, otherwise a window of them.
    package var rows: [Float]
    /// The last row in the data's own units, `[features]`; empty where the next row is not read with it.
    package var lastValues: [Double]
    /// What a live stream with intervals knows of its errors; empty if it has none.
    package var intervals: [Double] = []
    /// The dates of the last rows, the oldest first; empty where they are not known, as those of a live stream are not.
    package var dates: [String]

    package init(
      key: String? = nil, rows: [Float] = [], lastValues: [Double] = [], dates: [String] = []
    ) {
      (self.key, self.rows) = (key, rows)
      (self.lastValues, self.dates) = (lastValues, dates)
    }
  }

  /// Where a generator of random numbers stands.
  package struct Sampler: Equatable, Sendable {
    package var seed: UInt64
    package var position: UInt64

    package init(seed: UInt64, position: UInt64) {
      self.seed = seed
      self.position = position
    }
  }

  package var place: Place
  /// What the next symbols are drawn with.
  package var sampler: Sampler?
  /// The rows that a live stream has brought.
  package var rowsSeen: Int
  /// Whether a prediction or a live stream stands here, not training in its data.
  package var hasMoved: Bool

  package init(
    _ place: Place, sampler: Sampler? = nil, rowsSeen: Int = 0, hasMoved: Bool = false
  ) {
    self.place = place
    self.sampler = sampler
    self.rowsSeen = rowsSeen
    self.hasMoved = hasMoved
  }

  /// The position in symbols; `nil` if it is one in numbers.
  package var symbols: Symbols? { if case .symbols(let symbols) = place { symbols } else { nil } }

  /// The position in each series; empty if it is one in something else.
  package var series: [Series] { if case .series(let series) = place { series } else { [] } }
}
