import Checkpoints

/// What the forecasts from a window are before the model's answer is added: its level, and what is linear in it. The
/// model learns the rest, as the network of a hybrid forecast does (Zhang 2003; levels as in Smyl 2020).
struct ForecastBase {
  let columns: Int
  let horizon: Int
  private let features: Int
  /// Whether the model reads the target as its distance from the last value of the window.
  let removesLevel: Bool
  private let linear: LinearForecast?
  private let quantiles: ForecastQuantiles

  /// The rows that the linear part looks back on.
  var length: Int { linear?.map.length ?? 1 }
  /// Whether the model's answers are forecasts as they are.
  var isZero: Bool { !removesLevel && linear == nil }
  /// What the model's answers are measured in.
  private var spread: Double { linear?.spread ?? 1 }

  init(_ task: SeriesTask, _ scaling: Scaling) {
    columns = task.columnCount
    horizon = task.horizon
    features = task.features.count
    quantiles = ForecastQuantiles(task.quantiles)
    removesLevel = scaling.method == .window
    linear = scaling.linear.flatMap {
      $0.map.horizon == task.horizon && [0, task.known.count].contains($0.effects.count) ? $0 : nil
    }
  }

  /// The level that the model does not see: the target in the last row of a window.
  ///
  /// - Parameter window: `[rows, columns]`, encoded.
  private func level(_ window: ArraySlice<Float>) -> Float {
    removesLevel && window.count >= columns ? window[window.endIndex - columns] : 0
  }

  /// Forecasts without the model: `[horizon]`, encoded.
  ///
  /// - Parameter window: `[rows, columns]`, encoded. Where it is shorter than the linear part, that says nothing.
  func forecasts(_ window: ArraySlice<Float>) -> [Double] {
    let level = Double(level(window))
    guard let map = linear?.map, window.count >= map.length * columns, map.length > 0 else {
      return [Double](repeating: level, count: horizon)
    }
    let first = window.endIndex - map.length * columns
    guard let effects = linear?.effects, !effects.isEmpty else {
      return map.forecast { Double(window[first + $0 * columns]) }
    }
    let last = window.endIndex - columns
    let rest = map.forecast { row in
      let start = first + row * columns
      return Double(window[start]) - KnownEffects.sum(effects, window[(start + features)...])
    }
    // The last row has the known columns of the rows that are forecast too.
    return rest.enumerated().map { step, forecast in
      forecast
        + KnownEffects.sum(effects, window[(last + features + (step + 1) * effects.count)...])
    }
  }

  /// A window as the model reads it.
  func input(_ window: ArraySlice<Float>) -> [Float] {
    guard removesLevel else { return Array(window) }
    let level = level(window)
    return window.enumerated().map { $0 % columns == 0 ? $1 - level : $1 }
  }

  /// The forecasts that a model's answer to a window makes: `[horizon]`, encoded.
  ///
  /// - Parameters:
  ///   - output: `[members, horizon, quantiles]`; several members are averaged.
  func forecasts(_ window: ArraySlice<Float>, output: UnsafeBufferPointer<Float>) -> [Float] {
    forecasts(window, output: output, of: [quantiles.middle])[0]
  }

  /// The same for several of the model's quantiles: `[places][horizon]`.
  ///
  /// - Parameter places: Which of the quantiles.
  func forecasts(
    _ window: ArraySlice<Float>, output: UnsafeBufferPointer<Float>, of places: [Int]
  ) -> [[Float]] {
    let answers = places.map { mean(output, quantile: $0) }
    guard !isZero else { return answers.map { $0.map { Float($0) } } }
    let (rest, size) = (forecasts(window), spread * (linear?.share ?? 1))
    return answers.map { zip(rest, $0).map { Float($0 + size * $1) } }
  }

  /// What the model is to answer to a window: `[horizon]`.
  ///
  /// - Parameter truth: The targets behind the window, `[horizon]`, encoded.
  func targets(_ window: ArraySlice<Float>, truth: [Float]) -> [Float] {
    guard !isZero else { return truth }
    return zip(truth, forecasts(window)).map { Float((Double($0) - $1) / spread) }
  }

  /// Which step of the horizon a unit of the model is for.
  func step(ofUnit unit: Int) -> Int { unit / quantiles.perStep % horizon }

  private func mean(_ output: UnsafeBufferPointer<Float>, quantile: Int) -> [Double] {
    let width = horizon * quantiles.perStep
    let members = max(1, output.count / width)
    return (0..<horizon).map { step in
      let unit = step * quantiles.perStep + quantile
      guard members > 1 else { return Double(output[unit]) }
      return (0..<members).reduce(0.0) { $0 + Double(output[$1 * width + unit]) }
        / Double(members)
    }
  }
}
