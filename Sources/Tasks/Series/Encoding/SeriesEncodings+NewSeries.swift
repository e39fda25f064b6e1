import Checkpoints

extension SeriesEncodings {
  /// The same for a table that may have series which the training did not have: each gets a scaling of its own, fitted
  /// to its training part.
  ///
  /// - Parameter training: `[rows, columns]` of each series of the table.
  func adding(
    _ series: [SeriesTable.Series], training: [ArraySlice<Double>], task: SeriesTask
  ) -> SeriesEncodings {
    var scaling = scaling
    for (series, training) in zip(series, training)
    where !scaling.keys.isEmpty && encoding(of: series.key) == nil {
      let own = encoding(ofNew: training).scaling
      scaling.keys.append(series.key)
      scaling.offsets += own.offsets
      scaling.scales += own.scales
      scaling.power?.floors += own.power?.floors ?? [1]
      if let power = scaling.power, !power.own.isEmpty { scaling.power?.own.append(power.exponent) }
      scaling.linear?.addSeries()
    }
    return SeriesEncodings(task, scaling)
  }
}
