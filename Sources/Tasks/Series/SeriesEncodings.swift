import Checkpoints
import Files

/// How each of several series becomes what the model reads: with a scaling of its own, or one for all.
struct SeriesEncodings {
  let scaling: Scaling
  private let task: SeriesTask
  private let all: SeriesEncoding
  private let bySeries: [ExactText: SeriesEncoding]

  init(_ task: SeriesTask, _ scaling: Scaling) {
    self.task = task
    self.scaling = scaling
    all = SeriesEncoding(task, scaling)
    bySeries = scaling.bySeries.mapValues { SeriesEncoding(task, $0) }
  }

  /// Those that are fitted to the training part of some series.
  ///
  /// - Parameter training: `[rows, columns]` of each series.
  init(
    _ task: SeriesTask, _ method: Scaling.Method, series: [SeriesTable.Series],
    training: [ArraySlice<Double>]
  ) {
    guard task.key != nil, method != .none else {
      self.init(task, SeriesEncoding(task, method, fitting: training).scaling)
      return
    }
    let own = training.map { SeriesEncoding(task, method, fitting: [$0]).scaling }
    self.init(
      task,
      Scaling(
        method: method, columns: task.features, offsets: own.flatMap(\.offsets),
        scales: own.flatMap(\.scales), keys: series.map(\.key)))
  }

  /// That of a series; `nil` if the training had none of that name.
  func encoding(of key: String) -> SeriesEncoding? {
    scaling.keys.isEmpty ? all : bySeries[ExactText(key)]
  }

  /// Those of the series of a table. One that the training did not have is scaled by its own rows.
  func encodings(of table: SeriesTable) -> [SeriesEncoding] {
    table.series.map { series in
      encoding(of: series.key)
        ?? SeriesEncoding(task, scaling.method, fitting: [series.values[...]])
    }
  }
}
