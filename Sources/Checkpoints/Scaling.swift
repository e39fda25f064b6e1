import Files

/// A power of a series' target: (y^exponent − 1) / exponent, the logarithm for 0 (Box & Cox 1964).
package struct PowerTransform: Equatable, Sendable {
  /// That of most series, where they have exponents of their own.
  package var exponent: Double
  /// The least value that is transformed, which stands for all below it too: one for each series, or for all.
  package var floors: [Double]
  /// The exponent of each series, 1 for one that is taken as it is; empty if one is for all.
  package var own: [Double]

  package init(exponent: Double, floors: [Double], own: [Double] = []) {
    (self.exponent, self.floors, self.own) = (exponent, floors, own)
  }

  /// That of one series; `nil` if it is taken as it is.
  func of(series number: Int) -> PowerTransform? {
    let exponent = own.indices.contains(number) ? own[number] : exponent
    guard own.isEmpty || exponent != 1 else { return nil }
    return PowerTransform(
      exponent: exponent, floors: floors.indices.contains(number) ? [floors[number]] : floors)
  }
}

/// Forecasts of a window by sums: `constants + Σ weights · value`.
package struct LinearMap: Equatable, Sendable {
  /// `[length, horizon]`, for the oldest value first.
  package var weights: [Double]
  /// `[horizon]`.
  package var constants: [Double]

  package init(weights: [Double], constants: [Double]) {
    (self.weights, self.constants) = (weights, constants)
  }

  package var horizon: Int { constants.count }
  package var length: Int { constants.isEmpty ? 0 : weights.count / constants.count }

  /// The forecasts of a window: `[horizon]`.
  ///
  /// - Parameter value: That of a row, the oldest first.
  package func forecast(_ value: (_ row: Int) -> Double) -> [Double] {
    let (horizon, length) = (horizon, length)
    var sums = constants
    var totals = [Double](repeating: 0, count: horizon)
    guard length > 0 else { return sums }
    // Seen from the last value, sums do not cancel each other however far from 0 the series is.
    let last = value(length - 1)
    for row in 0..<length {
      let distance = value(row) - last
      for step in 0..<horizon {
        sums[step] += weights[row * horizon + step] * distance
        totals[step] += weights[row * horizon + step]
      }
    }
    for step in 0..<horizon { sums[step] += totals[step] * last }
    return sums
  }
}

/// The linear part of forecasts, to which a model's answers are added.
package struct LinearForecast: Equatable, Sendable {
  package var map: LinearMap
  /// That of each series; empty if one is for all.
  package var own: [LinearMap]
  /// What a model's answer is multiplied by before it is added: the size of this forecast's errors.
  package var spread: Double
  /// The part of that which is added: from 0 to 1.
  package var share: Double
  /// What a unit of each column that is known ahead adds, scaled: the map is one of what is left without them.
  package var effects: [Double]
  /// Those in each series, empty if one map is for all.
  package var ownEffects: [[Double]]

  package init(
    _ map: LinearMap, own: [LinearMap] = [], spread: Double, share: Double = 1,
    effects: [Double] = [], ownEffects: [[Double]] = []
  ) {
    (self.map, self.own) = (map, own)
    (self.spread, self.share) = (spread, share)
    (self.effects, self.ownEffects) = (effects, ownEffects)
  }

  package func of(series number: Int) -> LinearForecast {
    LinearForecast(
      own.indices.contains(number) ? own[number] : map, spread: spread, share: share,
      effects: ownEffects.indices.contains(number) ? ownEffects[number] : effects)
  }

  /// What holds for all series.
  package var shared: LinearForecast {
    LinearForecast(map, spread: spread, share: share, effects: effects)
  }

  /// Adds a series, in which what holds for all holds.
  package mutating func addSeries() {
    if !own.isEmpty { own.append(map) }
    if !ownEffects.isEmpty { ownEffects.append(effects) }
  }
}

/// How the columns of a series become numbers that a model learns well from, and back.
package struct Scaling: Equatable, Sendable {
  package enum Method: String, CaseIterable, Sendable {
    /// Mean 0 and deviation 1.
    case standard
    /// From 0 to 1.
    case minMax = "min-max"
    /// The target from the level of each window, its last value, with a typical distance from it for 1; the other columns
    /// as ``standard``.
    case window
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
  /// How the target is transformed before it is scaled; as it is if `nil`.
  package var power: PowerTransform?
  /// What a window's forecast is before the model adds to it; the level of the window if `nil`.
  package var linear: LinearForecast?

  package init(
    method: Method, columns: [String], offsets: [Double], scales: [Double], residuals: [Float] = [],
    keys: [String] = [], power: PowerTransform? = nil, linear: LinearForecast? = nil
  ) {
    (self.power, self.linear) = (power, linear)
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
      scales: Array(scales[range]), power: power?.of(series: number),
      linear: linear?.of(series: number))
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
