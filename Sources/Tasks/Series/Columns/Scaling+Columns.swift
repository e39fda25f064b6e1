import Checkpoints

extension Scaling {
  /// Scales columns that say the same in the same way, and leaves those alone that are from −1 to 1 as they are.
  mutating func settleColumns(of task: SeriesTask) {
    for (number, column) in task.knownColumns.enumerated() {
      let first = task.features.count + number % task.known.count
      (offsets[column], scales[column]) = (offsets[first], scales[first])
    }
    for column in Array(task.calendarColumns) + Array(task.staticColumns) {
      (offsets[column], scales[column]) = (0, 1)
    }
  }

  /// Scales numbers that do not change within a series by all series.
  ///
  /// - Parameters:
  ///   - rows: `[rows, columns]` of each series.
  ///   - scalings: Those of the series.
  static func fitStatics(
    of task: SeriesTask, _ rows: [ArraySlice<Double>], in scalings: inout [Scaling]
  ) {
    for column in numbers(of: task) where scalings.first?.method != Scaling.Method.none {
      let values = rows.compactMap { $0.isEmpty ? nil : $0[$0.startIndex + column] }
      let fitted = Scaling(.standard, fitting: values, columns: [task.columns[column]])
      for index in scalings.indices {
        scalings[index].offsets[column] = fitted.offsets[0]
        scalings[index].scales[column] = fitted.scales[0]
      }
    }
  }

  /// Scales known columns that do not change in a series as they are in the others, so that a change that is still to
  /// come means the same.
  static func fitUnchanging(
    of task: SeriesTask, _ rows: [ArraySlice<Double>], in scalings: inout [Scaling]
  ) {
    for (number, column) in task.knownColumns.enumerated() {
      let first = task.features.count + number % task.known.count
      let changes = rows.map { $0.changes(column: first, of: task.columnCount) }
      let scales = zip(scalings, changes).filter(\.1).map { $0.0.scales[first] }
      for index in scalings.indices where !changes[index] {
        scalings[index].setScale(of: column, toMeanOf: scales)
      }
    }
  }

  /// The same for a series which the others do not count.
  ///
  /// - Parameters:
  ///   - rows: `[rows, columns]`.
  ///   - others: Those of all other series.
  mutating func takeUnchanging(
    of task: SeriesTask, _ rows: ArraySlice<Double>, from others: Scaling
  ) {
    for (number, column) in task.knownColumns.enumerated() {
      let first = task.features.count + number % task.known.count
      guard !rows.changes(column: first, of: task.columnCount) else { continue }
      setScale(
        of: column,
        toMeanOf: stride(from: first, to: others.scales.count, by: task.columnCount).map {
          others.scales[$0]
        })
    }
  }

  /// - Parameter scales: If there are none, the column's own stays.
  private mutating func setScale(of column: Int, toMeanOf scales: [Double]) {
    guard !scales.isEmpty else { return }
    self.scales[column] = scales.reduce(0, +) / Double(scales.count)
  }

  /// Scales numbers that do not change within a series as other series are.
  mutating func takeStatics(of task: SeriesTask, from others: Scaling) {
    for column in Self.numbers(of: task) {
      (offsets[column], scales[column]) = (others.offsets[column], others.scales[column])
    }
  }

  /// The static columns that are numbers.
  private static func numbers(of task: SeriesTask) -> [Int] {
    var first = task.staticColumns.lowerBound
    return task.statics.compactMap { column in
      defer { first += column.columns }
      return column.isNumber ? first : nil
    }
  }
}

extension ArraySlice<Double> {
  /// Whether a column of `[rows, columns]` has several values.
  fileprivate func changes(column: Int, of columns: Int) -> Bool {
    guard let first = dropFirst(column).first else { return false }
    return stride(from: startIndex + column, to: endIndex, by: columns).contains {
      self[$0] != first
    }
  }
}
