import Checkpoints
import Files

/// How each of several series becomes what the model reads: with a scaling of its own, or one for all.
struct SeriesEncodings {
  var scaling: Scaling
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
  /// - Parameters:
  ///   - powers: The exponent that the target of each series is transformed with; 1 where it is taken as it is.
  ///   - training: `[rows, columns]` of each series.
  ///   - statics: Has the scales of what does not change within a series; they are fitted if `nil`.
  init(
    _ task: SeriesTask, _ method: Scaling.Method, powers: [Double], series: [SeriesTable.Series],
    training: [ArraySlice<Double>], statics: Scaling? = nil
  ) {
    let isTransformed = powers.contains { $0 != 1 }
    guard task.key != nil, method != .none || isTransformed else {
      self.init(
        task, SeriesEncoding(task, method, power: powers.first ?? 1, fitting: training).scaling)
      return
    }
    var own = zip(training, powers).map {
      SeriesEncoding(task, method, power: $1, fitting: [$0]).scaling
    }
    if let statics {
      for index in own.indices { own[index].takeStatics(of: task, from: statics) }
    } else {
      Scaling.fitStatics(of: task, training, in: &own)
    }
    Scaling.fitUnchanging(of: task, training, in: &own)
    let most = GuerreroRule.most(powers)
    self.init(
      task,
      Scaling(
        method: method, columns: task.columns, offsets: own.flatMap(\.offsets),
        scales: own.flatMap(\.scales), keys: series.map(\.key),
        power: isTransformed
          ? PowerTransform(
            exponent: most, floors: own.flatMap { $0.power?.floors ?? [1] },
            own: powers.allSatisfy { $0 == most } ? [] : powers) : nil))
  }

  /// The rows that the next one is read with: as many as any series needs, `[rows, columns]`, the newest last. What is
  /// missing is as the oldest.
  func lastValues(_ values: [Double]) -> [Double] {
    let columns = scaling.columns.count
    let rows = max(1, all.memory)
    let known = Array(values.suffix(rows * columns))
    let oldest = Array(known.prefix(columns))
    guard !oldest.isEmpty else { return [] }
    return (0..<rows - known.count / columns).flatMap { _ in oldest } + known
  }

  /// That of a series; `nil` if the training had none of that name.
  func encoding(of key: String) -> SeriesEncoding? {
    scaling.keys.isEmpty ? all : bySeries[ExactText(key)]
  }

  /// That of a series which the training did not have, fitted to some of its rows.
  ///
  /// - Parameter rows: `[rows, columns]`.
  func encoding(ofNew rows: ArraySlice<Double>) -> SeriesEncoding {
    var own = SeriesEncoding(
      task, scaling.method, power: scaling.power?.exponent ?? 1, fitting: [rows]
    ).scaling
    own.linear = scaling.linear?.shared
    own.takeStatics(of: task, from: scaling)
    own.takeUnchanging(of: task, rows, from: scaling)
    return SeriesEncoding(task, own)
  }

  /// Those of the series of a table. One that the training did not have is scaled by its own rows.
  func encodings(of table: SeriesTable) -> [SeriesEncoding] {
    table.series.map { series in
      encoding(of: series.key) ?? encoding(ofNew: series.values[...])
    }
  }
}
