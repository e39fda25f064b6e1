import Checkpoints

extension Scaling {
  /// The scaling of columns by some of their rows.
  ///
  /// - Parameter values: `[rows, columns]`, at least one row.
  init(_ method: Method, fitting values: [Double], columns: [String]) {
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
      case .standard:
        let mean = numbers.reduce(0, +) / Double(numbers.count)
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        offsets[column] = mean
        scales[column] = (squares / Double(numbers.count)).squareRoot()
      }
      // A column that never changes says nothing; any scale does.
      if !(scales[column] > 0 && scales[column].isFinite) { scales[column] = 1 }
    }
  }
}
