import Checkpoints
import Kernels

/// How rows of a series become what the model reads, and how its predictions become values again: transformed, then
/// differenced (Box & Jenkins 1970), then scaled.
struct SeriesEncoding {
  let scaling: Scaling
  /// What each row is left with of the rows before it: a row is the sum of its encoding and of these parts of the rows
  /// 1, 2, … before.
  private let parts: [Double]
  /// The first columns, the features: those behind them are never changes.
  private let features: Int
  private var columns: Int { scaling.columns.count }

  /// The rows before a row that its encoding needs.
  var memory: Int { parts.count }
  var isDifferenced: Bool { !parts.isEmpty }

  init(_ task: SeriesTask, _ scaling: Scaling) {
    self.scaling = scaling
    features = task.features.count
    parts = Self.parts(of: task.differences)
  }

  /// One that is fitted to some rows.
  ///
  /// - Parameters:
  ///   - series: `[rows, columns]` of each series.
  ///   - power: The exponent that the target is transformed with; 1 if it is taken as it is.
  init(
    _ task: SeriesTask, _ method: Scaling.Method, power: Double,
    fitting series: [ArraySlice<Double>]
  ) {
    var plain = Scaling(.none, fitting: [], columns: task.columns)
    if power != 1 {
      plain.power = PowerTransform(
        exponent: power, fitting: series, columns: task.columnCount)
    }
    let encoding = SeriesEncoding(task, plain)
    let width = task.columnCount
    let changes = series.flatMap { values in
      // Before the first rows there is nothing that they could have changed from.
      Array(encoding.changes(Array(values)).dropFirst(encoding.memory * width))
    }
    var scaling = Scaling(
      method, fitting: changes, columns: task.columns, windowLength: task.sequenceLength)
    scaling.settleColumns(of: task)
    scaling.power = plain.power
    self.init(task, scaling)
  }

  /// The coefficients of 1 − ∏ (1 − Bᵏ) over the lags, for B, B², ….
  private static func parts(of lags: [Int]) -> [Double] {
    var product = [1.0]
    for lag in lags {
      var next = product + [Double](repeating: 0, count: lag)
      for (index, value) in product.enumerated() { next[index + lag] -= value }
      product = next
    }
    return product.dropFirst().map { -$0 }
  }

  /// A column's value before it is differenced and scaled.
  private func transformed(_ value: Double, column: Int) -> Double {
    guard column == 0, let power = scaling.power else { return value }
    return power.transformed(value)
  }

  private func changes(_ values: [Double]) -> [Double] {
    let transformed = values.enumerated().map { self.transformed($1, column: $0 % columns) }
    guard isDifferenced else { return transformed }
    return transformed.indices.map { index in
      guard index % columns < features else { return transformed[index] }
      return parts.enumerated().reduce(transformed[index]) { rest, part in
        guard part.element != 0 else { return rest }
        let before = index - (part.offset + 1) * columns
        return rest - part.element * transformed[before >= 0 ? before : index % columns]
      }
    }
  }

  /// Rows of a series from its beginning, as the model reads them: `[rows, columns]`. Before the first row it is taken to
  /// have stood still.
  func encoded(_ values: [Double]) -> [Float] {
    changes(values).enumerated().map { scaling.scaled($1, column: $0 % columns) }
  }

  /// A column's value as the model reads it.
  ///
  /// - Parameter before: The rows before, `[≤ memory, columns]`, the newest last; those that are missing are as the oldest.
  func encoded(_ value: Double, after before: [Double], column: Int) -> Float {
    let now = transformed(value, column: column)
    guard column < features else { return scaling.scaled(now, column: column) }
    let rows = before.count / columns
    let change = parts.enumerated().reduce(now) { rest, part in
      guard part.element != 0 else { return rest }
      let row = max(0, rows - 1 - part.offset)
      return rest
        - part.element
        * (rows == 0 ? now : transformed(before[row * columns + column], column: column))
    }
    return scaling.scaled(change, column: column)
  }

  /// Turns predictions that follow each other into values.
  ///
  /// - Parameter before: The rows before the first one, as ``encoded(_:after:column:)`` takes them.
  func decoder(after before: [Double]) -> SeriesDecoder {
    let targets = stride(from: 0, to: before.count, by: max(1, columns)).map { before[$0] }
    return SeriesDecoder(
      scaling: scaling, parts: parts, after: targets.map { transformed($0, column: 0) })
  }

  /// The target before it is differenced, scaled: where errors of forecasts are measured.
  func level(_ value: Double) -> Double {
    (transformed(value, column: 0) - scaling.offsets[0]) / scaling.scales[0]
  }

  /// What errors of predictions that follow each other add up to, before the transform, scaled.
  func accumulated(_ errors: [Float]) -> [Float] {
    guard isDifferenced else { return errors }
    var sums: [Double] = []
    for error in errors {
      let before = parts.prefix(sums.count).enumerated().reduce(0.0) { sum, part in
        sum + part.element * sums[sums.count - 1 - part.offset]
      }
      sums.append(Double(error) + before)
    }
    return sums.map { Float($0) }
  }

  /// What a column that does not change looks like behind a row.
  ///
  /// - Parameter last: What the row looks like itself.
  func unchanged(_ last: Float, column: Int) -> Float {
    isDifferenced && column < features ? scaling.scaled(0, column: column) : last
  }
}

/// Turns predictions of the target that follow each other into values in the data's own units.
struct SeriesDecoder {
  private let scaling: Scaling
  private let parts: [Double]
  /// The transformed targets before the next one, the newest last.
  private var past: [Double]

  fileprivate init(scaling: Scaling, parts: [Double], after past: [Double]) {
    (self.scaling, self.parts) = (scaling, parts)
    self.past = past.suffix(parts.count)
    if let oldest = past.first {
      self.past.insert(
        contentsOf: repeatElement(oldest, count: parts.count - self.past.count), at: 0)
    }
  }

  /// The next prediction's value.
  mutating func next(_ prediction: Float) -> Double {
    let value = level(prediction)
    if !past.isEmpty {
      past.removeFirst()
      past.append(value)
    }
    return restored(value)
  }

  /// The value of the next prediction and an interval around it.
  ///
  /// - Parameter distance: How far the interval goes to both sides, scaled.
  mutating func next(_ prediction: Float, distance: Float) -> (Double, ClosedRange<Double>) {
    let (value, span) = (level(prediction), abs(Double(distance)) * abs(scaling.scales[0]))
    let point = next(prediction)
    let (lower, upper) = (restored(value - span), restored(value + span))
    return (point, ClosedRange(around: point, lower, upper))
  }

  /// The value of the next prediction and the interval between two others.
  mutating func next(
    _ prediction: Float, from lower: Float, to upper: Float
  ) -> (Double, ClosedRange<Double>) {
    let ends = (restored(level(lower)), restored(level(upper)))
    let point = next(prediction)
    return (point, ClosedRange(around: point, ends.0, ends.1))
  }

  private func level(_ prediction: Float) -> Double {
    let before = zip(parts, past.reversed()).reduce(0.0) { $0 + $1.0 * $1.1 }
    return scaling.unscaled(prediction, column: 0) + before
  }

  private func restored(_ value: Double) -> Double {
    scaling.power.map { $0.restored(value) } ?? value
  }
}

extension PowerTransform {
  /// The transform of some series; what is below half their least positive value is taken as that.
  ///
  /// - Parameter series: `[rows, columns]`, the target first.
  init(exponent: Double, fitting series: [ArraySlice<Double>], columns: Int) {
    let targets = series.flatMap { rows in
      stride(from: rows.startIndex, to: rows.endIndex, by: columns).map { rows[$0] }
    }
    let least = targets.filter { $0 > 0 }.min() ?? 1
    self.init(exponent: exponent, floors: [max(least / 2, .leastNormalMagnitude)])
  }

  func transformed(_ value: Double) -> Double {
    let value = max(value, floors.first ?? 0)
    let logarithm = Elementary.logarithm(value)
    return exponent == 0
      ? logarithm : Elementary.exponentialLessOne(exponent * logarithm) / exponent
  }

  func restored(_ value: Double) -> Double {
    guard exponent != 0 else { return Elementary.exponential(value) }
    // Where the transform never comes, the value is at its end.
    let base = exponent * value
    guard base > -1 else { return exponent > 0 ? 0 : .greatestFiniteMagnitude }
    return Elementary.exponential(Elementary.logarithmOfOnePlus(base) / exponent)
  }
}

extension ClosedRange<Double> {
  /// The least interval with a forecast and two ends in it, of which those count that are numbers.
  init(around forecast: Double, _ one: Double, _ other: Double) {
    let numbers = [forecast, one, other].filter { !$0.isNaN }
    self = (numbers.min() ?? 0)...(numbers.max() ?? 0)
  }
}
