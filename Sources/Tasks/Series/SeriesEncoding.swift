import Checkpoints

/// How rows of a series become what the model reads, and how its predictions become values again: scaled as they are, or
/// scaled changes from row to row (differencing; Box & Jenkins 1970).
struct SeriesEncoding {
  var scaling: Scaling
  let isDifferenced: Bool
  private var columns: Int { scaling.columns.count }

  init(_ task: SeriesTask, _ scaling: Scaling) {
    self.scaling = scaling
    isDifferenced = task.isDifferenced
  }

  /// One that is fitted to some rows.
  ///
  /// - Parameter series: `[rows, columns]` of each series.
  init(_ task: SeriesTask, _ method: Scaling.Method, fitting series: [ArraySlice<Double>]) {
    let changes = series.flatMap { values in
      // Before the first row there is nothing that it could have changed from.
      task.isDifferenced
        ? Array(
          Self.changes(Array(values), columns: task.features.count).dropFirst(task.features.count))
        : Array(values)
    }
    self.init(task, Scaling(method, fitting: changes, columns: task.features))
  }

  private static func changes(_ values: [Double], columns: Int) -> [Double] {
    values.indices.map { $0 < columns ? 0 : values[$0] - values[$0 - columns] }
  }

  /// Rows of a series from its beginning, as the model reads them: `[rows, columns]`.
  func encoded(_ values: [Double]) -> [Float] {
    let values = isDifferenced ? Self.changes(values, columns: columns) : values
    return values.enumerated().map { scaling.scaled($1, column: $0 % columns) }
  }

  /// A column's value as the model reads it.
  ///
  /// - Parameter before: The value in the row before.
  func encoded(_ value: Double, after before: Double, column: Int) -> Float {
    scaling.scaled(isDifferenced ? value - before : value, column: column)
  }

  /// The target's value that the model predicts.
  ///
  /// - Parameter before: The target in the row before.
  func decoded(_ value: Float, after before: Double) -> Double {
    (isDifferenced ? before : 0) + scaling.unscaled(value, column: 0)
  }

  /// What a column that does not change looks like behind a row.
  ///
  /// - Parameter last: What the row looks like itself.
  func unchanged(_ last: Float, column: Int) -> Float {
    isDifferenced ? scaling.scaled(0, column: column) : last
  }
}
