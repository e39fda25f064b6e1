import Checkpoints

extension Scaling {
  /// The scaling of columns by some of their rows.
  ///
  /// - Parameters:
  ///   - values: `[rows, columns]`, at least one row.
  ///   - windowLength: The rows of a window, for ``Method/window``.
  init(_ method: Method, fitting values: [Double], columns: [String], windowLength: Int = 1) {
    self.init(
      method: method, columns: columns, offsets: [Double](repeating: 0, count: columns.count),
      scales: [Double](repeating: 1, count: columns.count))
    let width = columns.count
    for column in columns.indices {
      let numbers = stride(from: column, to: values.count, by: width).map { values[$0] }
      guard let least = numbers.min(), let largest = numbers.max() else { continue }
      switch method {
      case .none: continue
      case .minMax:
        offsets[column] = least
        scales[column] = largest - least
      case .standard, .window:
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        offsets[column] = mean
        scales[column] = (squares / Double(numbers.count)).squareRoot()
        if method == .window, column == 0 {
          scales[column] = Self.distance(in: numbers, windowLength: windowLength)
        }
      }
      // A column that never changes says nothing; any scale does.
      if !(scales[column] > 0 && scales[column].isFinite) { scales[column] = 1 }
    }
  }

  /// The root of the mean squared distance of the values of all windows from their last ones.
  private static func distance(in values: [Double], windowLength: Int) -> Double {
    let longest = min(windowLength, values.count) - 1
    guard longest > 0 else { return 0 }
    // Of very long series some windows are enough.
    let step = max(1, values.count * longest / mostDistances)
    var (sum, count) = (0.0, 0)
    for distance in 1...longest {
      for last in stride(from: distance, to: values.count, by: step) {
        let difference = values[last] - values[last - distance]
        sum += difference * difference
        count += 1
      }
    }
    return (sum / Double(count)).squareRoot()
  }

  private static let mostDistances = 4_000_000
}
