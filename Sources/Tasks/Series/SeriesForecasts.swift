import Recurrent

/// What a model forecasts at the rows of series whose following rows are known.
final class SeriesForecasts {
  let table: SeriesTable
  /// That of each series.
  let encodings: [SeriesEncoding]
  let task: SeriesTask
  private let parameters: ParameterStore<Float>
  /// Each series as the model reads it, `[rows, columns]`.
  private let encoded: [[Float]]
  /// The rows of windows that are computed at once.
  private static let rowsAtOnce = 256
  /// The rows that a carried state is warmed up on before those that count.
  static let warmUp = 1000

  /// - Throws: `ConfigurationError` if the model is not one of these series; `FileError` that names a value which
  ///   float32 does not hold.
  init(
    _ table: SeriesTable, encodings: [SeriesEncoding], task: SeriesTask,
    parameters: ParameterStore<Float>
  ) throws {
    let configuration = parameters.configuration
    guard configuration.features == table.columns.count, configuration.outputUnits == task.horizon
    else {
      throw ConfigurationError(
        "the model takes \(configuration.features) columns and gives \(configuration.outputUnits) "
          + "values; the series has \(table.columns.count) and a horizon of \(task.horizon)")
    }
    self.table = table
    self.encodings = encodings
    self.task = task
    self.parameters = parameters
    encoded = try table.series.indices.map {
      try table.encoded($0, by: encodings[$0], file: task.file)
    }
  }

  /// The rows of a part that forecasts can begin with: there is enough to look back on, and the horizon is within.
  func origins(of part: Range<Int>) -> Range<Int> {
    let isStateful = parameters.configuration.isStateful
    let first = max(part.lowerBound, isStateful ? 1 : task.sequenceLength)
    return first..<max(first, part.upperBound - task.horizon + 1)
  }

  /// The forecasts that begin with the rows of ``origins(of:)``.
  ///
  /// - Returns: `[origins, horizon]`, as the model predicts them.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  private func predicted(of part: Range<Int>, series: Int) throws -> [Float] {
    let origins = origins(of: part)
    guard !origins.isEmpty else { return [] }
    let width = table.columns.count
    let before = parameters.configuration.isStateful ? Self.warmUp : task.sequenceLength
    let first = max(0, origins.lowerBound - before)
    let rows = Array(encoded[series][first * width..<(origins.upperBound - 1) * width])
    guard !parameters.configuration.isStateful else {
      let forecaster = try Forecaster(task, parameters: parameters)
      var forecasts: [Float] = []
      for row in first..<origins.upperBound - 1 {
        let at = (row - first) * width
        let output = forecaster.read(rows[at..<at + width])
        if row + 1 >= origins.lowerBound { forecasts += output }
      }
      return forecasts
    }
    let length = task.sequenceLength
    let batch = min(Self.rowsAtOnce, origins.count)
    let model = try Sequential(parameters: parameters, batch: batch, timeSteps: length)
    guard model.outputSteps == 1 else {
      throw ConfigurationError("the model answers at every step of a window, not at the last one")
    }
    var forecasts: [Float] = []
    try model.compute(samples: origins.count) { origin, row in
      row.setInput(rows[origin * width..<(origin + length) * width])
    } read: { _, row in
      for step in 0..<task.horizon { forecasts.append(row.output(unit: step)) }
    }
    return forecasts
  }

  /// What the truth was beyond the forecasts: `[origins, horizon]`, in the units of the predictions.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func residuals(of part: Range<Int>, series: Int) throws -> [Float] {
    let origins = origins(of: part)
    return try predicted(of: part, series: series).enumerated().map { index, forecast in
      let row = origins.lowerBound + index / task.horizon + index % task.horizon
      let truth = encodings[series].encoded(
        target(row, series: series), after: target(row - 1, series: series), column: 0)
      return truth - forecast
    }
  }

  /// The true value of a row, in the data's own units.
  func target(_ row: Int, series: Int) -> Double {
    table.series[series].values[row * table.columns.count]
  }

  /// How far forecasts of a part of each series are from the truth, beside those that the last value stays.
  ///
  /// - Returns: `nil` if there is nothing to forecast in it.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func errors(_ name: String, of parts: [Range<Int>]) throws -> SeriesErrors? {
    var errors = SeriesErrors(part: name)
    for (series, part) in parts.enumerated() {
      let origins = origins(of: part)
      var forecast = 0.0
      for (index, value) in try predicted(of: part, series: series).enumerated() {
        let origin = origins.lowerBound + index / task.horizon
        let naive = target(origin - 1, series: series)
        forecast = encodings[series].decoded(
          value, after: index % task.horizon == 0 ? naive : forecast)
        errors.add(
          forecast: forecast, naive: naive,
          truth: target(origin + index % task.horizon, series: series))
      }
    }
    return errors.count > 0 ? errors : nil
  }
}
