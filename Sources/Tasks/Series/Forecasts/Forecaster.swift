import Checkpoints
import Recurrent

/// A model of a series that is read row by row, in several paths side by side, and predicts what follows each.
///
/// A model with a state that is carried goes on from all it has read. Another one reads the last rows anew for each
/// one, as many as a sample had.
final class Forecaster {
  let columns: Int
  let horizon: Int
  let paths: Int
  let isStateful: Bool
  /// The rows that are read at once; `nil` if all that came before counts.
  let windowLength: Int?
  let model: Sequential<Float>
  /// That of the series which is read.
  private var base: ForecastBase
  private let task: SeriesTask
  /// What follows the last row, `[paths, horizon]`.
  private var forecasts: [Float]
  private let quantiles: ForecastQuantiles
  /// What follows the last row of the first path, each quantile by itself, `[quantiles][horizon]`; empty if the model
  /// gives none.
  private(set) var quantileForecasts: [[Float]] = []
  /// The last rows, the oldest first: `[≤ windowLength, paths, columns]`.
  private var recent: [Float] = []

  /// - Throws: `ConfigurationError` if the model is not one of such a series, or `OutOfMemory`.
  init(
    _ task: SeriesTask, _ scaling: Scaling, parameters: ParameterStore<Float>, paths: Int = 1
  ) throws {
    base = ForecastBase(task, scaling)
    quantiles = ForecastQuantiles(task.quantiles)
    self.task = task
    forecasts = [Float](repeating: 0, count: paths * task.horizon)
    let configuration = parameters.configuration
    columns = task.columnCount
    horizon = task.horizon
    self.paths = paths
    isStateful = configuration.isStateful
    windowLength = isStateful ? nil : task.sequenceLength
    model = try Sequential(
      parameters: parameters, as: try configuration.stepByStep(batch: paths), batch: paths,
      timeSteps: 1)
    guard configuration.features == columns, model.outputUnits == task.outputs,
      columns > 0
    else {
      throw ConfigurationError(
        "the model takes \(configuration.features) columns and gives \(model.outputUnits) values; "
          + "the series has \(columns), and \(task.outputs) values to forecast")
    }
  }

  /// Turns to a series.
  ///
  /// - Parameter scaling: That of the series.
  func turn(to scaling: Scaling) {
    base = ForecastBase(task, scaling)
  }

  /// Forgets what it has read.
  func reset() {
    model.resetStates()
    recent.removeAll(keepingCapacity: true)
  }

  /// Reads a row that is the same in all paths.
  ///
  /// - Parameter row: `[columns]`, scaled.
  /// - Returns: What follows, `[paths, horizon]`, scaled.
  @discardableResult
  func read(_ row: ArraySlice<Float>) -> [Float] {
    read { path, column in row[row.startIndex + column] }
  }

  /// Reads a row.
  ///
  /// - Parameter value: The scaled value of a path's column.
  /// - Returns: What follows, `[paths, horizon]`, scaled.
  @discardableResult
  func read(_ value: (_ path: Int, _ column: Int) -> Float) -> [Float] {
    let size = paths * columns
    guard let windowLength else {
      for path in 0..<paths {
        for column in 0..<columns { model.input[path * columns + column] = value(path, column) }
      }
      takeForecasts(model.forward(rows: paths))
      return forecasts
    }
    if recent.count == windowLength * size { recent.removeFirst(size) }
    for path in 0..<paths { for column in 0..<columns { recent.append(value(path, column)) } }
    return readAgain()
  }

  /// Puts rows before the next one without asking what follows.
  ///
  /// - Parameter rows: `[rows, columns]`, scaled, the same in all paths.
  func readAhead(_ rows: ArraySlice<Float>) {
    var rows = rows
    if let windowLength { rows = rows.suffix(windowLength * columns) }
    for first in stride(from: rows.startIndex, to: rows.endIndex, by: columns) {
      let row = rows[first..<first + columns]
      guard windowLength != nil else {
        read(row)
        continue
      }
      if recent.count == windowLength.map({ $0 * paths * columns }) {
        recent.removeFirst(paths * columns)
      }
      for _ in 0..<paths { recent += row }
    }
  }

  /// Reads the window from its beginning.
  private func readAgain() -> [Float] {
    model.resetStates()
    let size = paths * columns
    var output = UnsafeBufferPointer<Float>(start: nil, count: 0)
    let last = recent.count - size
    for first in stride(from: 0, to: recent.count, by: size) {
      for index in 0..<size {
        let level = base.removesLevel && index % columns == 0 ? recent[last + index] : 0
        model.input[index] = recent[first + index] - level
      }
      output = model.forward(rows: paths)
    }
    takeForecasts(output)
    return forecasts
  }

  /// - Parameter output: `[paths, members, horizon, quantiles]`.
  private func takeForecasts(_ output: UnsafeBufferPointer<Float>) {
    let width = model.outputUnits
    for path in 0..<paths {
      let own = UnsafeBufferPointer(rebasing: output[path * width..<(path + 1) * width])
      let window =
        base.isZero
        ? []
        : stride(from: path * columns, to: recent.count, by: paths * columns).flatMap {
          recent[$0..<$0 + columns]
        }
      let values: [Float]
      if path == 0, !quantiles.levels.isEmpty {
        quantileForecasts = base.forecasts(
          window[...], output: own, of: Array(quantiles.levels.indices))
        values = quantileForecasts[quantiles.middle]
      } else {
        values = base.forecasts(window[...], output: own)
      }
      for step in 0..<horizon { forecasts[path * horizon + step] = values[step] }
    }
  }

  /// Takes a state of one path for all of them.
  ///
  /// - Parameter row: Which of the rows of the state.
  /// - Throws: `ConfigurationError` if it is not one of this model.
  func restore(_ state: RecurrentState, row: Int) throws(ConfigurationError) {
    guard isStateful else { return }
    try model.restore(state.row(row, rows: paths))
  }
}
