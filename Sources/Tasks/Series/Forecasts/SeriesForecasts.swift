import Checkpoints
import Recurrent

/// What a model forecasts at the rows of series whose following rows are known.
final class SeriesForecasts {
  let table: SeriesTable
  /// That of each series.
  let encodings: [SeriesEncoding]
  let task: SeriesTask
  private let scaling: Scaling
  /// That of each series.
  private let bases: [ForecastBase]
  private let parameters: ParameterStore<Float>
  /// Each series as the model reads it, `[rows, columns]`.
  let encoded: [[Float]]
  /// The rows of windows that are computed at once.
  private static let rowsAtOnce = 256
  /// The rows that a carried state is warmed up on before those that count.
  static let warmUp = 1000

  /// - Throws: `ConfigurationError` if the model is not one of these series; `FileError` that names a value which
  ///   float32 does not hold.
  init(
    _ table: SeriesTable, encodings: [SeriesEncoding], task: SeriesTask, scaling: Scaling,
    parameters: ParameterStore<Float>
  ) throws {
    self.scaling = scaling
    bases = encodings.map { ForecastBase(task, $0.scaling) }
    let configuration = parameters.configuration
    guard configuration.features == table.columns.count,
      configuration.outputUnits == task.outputs
    else {
      throw ConfigurationError(
        "the model takes \(configuration.features) columns and gives \(configuration.outputUnits) "
          + "values; the series has \(table.columns.count), and \(task.outputs) values to forecast")
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
  func predicted(of part: Range<Int>, series: Int) throws -> [Float] {
    let origins = origins(of: part)
    guard !origins.isEmpty else { return [] }
    let width = table.columns.count
    let before = parameters.configuration.isStateful ? Self.warmUp : task.sequenceLength
    let first = max(0, origins.lowerBound - before)
    let rows = Array(encoded[series][first * width..<(origins.upperBound - 1) * width])
    guard !parameters.configuration.isStateful else {
      let forecaster = try Forecaster(task, scaling, parameters: parameters)
      var forecasts: [Float] = []
      for row in first..<origins.upperBound - 1 {
        let at = (row - first) * width
        let output = forecaster.read(rows[at..<at + width])
        if row + 1 >= origins.lowerBound { forecasts += output }
      }
      return forecasts
    }
    let length = task.sequenceLength
    let base = bases[series]
    let batch = min(Self.rowsAtOnce, origins.count)
    let model = try Sequential(parameters: parameters, batch: batch, timeSteps: length)
    guard model.outputSteps == 1 else {
      throw ConfigurationError("the model answers at every step of a window, not at the last one")
    }
    var forecasts: [Float] = []
    try model.compute(samples: origins.count) { origin, row in
      row.setInput(base.input(rows[origin * width..<(origin + length) * width])[...])
    } read: { origin, row in
      let output = (0..<model.outputUnits).map { row.output(unit: $0) }
      output.withUnsafeBufferPointer { output in
        forecasts += base.forecasts(
          rows[origin * width..<(origin + length) * width], output: output)
      }
    }
    return forecasts
  }

  /// What the truth was beyond the forecasts: `[origins, horizon]`, in the units of the predictions.
  ///
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func residuals(of part: Range<Int>, series: Int) throws -> [Float] {
    let origins = origins(of: part)
    let width = table.columns.count
    return try predicted(of: part, series: series).enumerated().map { index, forecast in
      let row = origins.lowerBound + index / task.horizon + index % task.horizon
      return encoded[series][row * width] - forecast
    }
  }

  /// What the truth was beyond the forecasts of the linear part alone: `[origins, horizon]`, encoded.
  func linearResiduals(of part: Range<Int>, series: Int) -> [Float] {
    let width = table.columns.count
    return origins(of: part).flatMap { origin in
      let window = encoded[series][(origin - task.sequenceLength) * width..<origin * width]
      return bases[series].forecasts(window).enumerated().map { step, forecast in
        Float(Double(encoded[series][(origin + step) * width]) - forecast)
      }
    }
  }

  /// The true value of a row, in the data's own units.
  func target(_ row: Int, series: Int) -> Double {
    table.series[series].values[row * table.columns.count]
  }

  /// How far forecasts of a part of each series are from the truth, beside those of simple methods.
  ///
  /// - Parameters:
  ///   - parts: The rows of each series.
  ///   - baselines: Those of each series.
  /// - Returns: The errors in each series.
  /// - Throws: `ConfigurationError`, or `OutOfMemory`.
  func errors(
    _ name: String, of parts: [Range<Int>], _ baselines: [SeriesBaselines]
  ) throws -> [SeriesErrors] {
    try parts.enumerated().map { series, part in
      var errors = SeriesErrors(part: name)
      let predicted = try predicted(of: part, series: series)
      for (index, origin) in origins(of: part).enumerated() {
        var decoder = encodings[series].decoder(after: before(origin, series: series))
        let simple = baselines[series].forecasts(from: origin, steps: task.horizon)
        for step in 0..<task.horizon {
          let forecast = decoder.next(predicted[index * task.horizon + step])
          errors.add(
            forecast: task.bounded(forecast),
            baselines: simple.map { ($0.name, $0.values[step]) },
            truth: target(origin + step, series: series), scale: baselines[series].scale)
        }
      }
      return errors
    }
  }

  /// The rows before one that its encoding needs, `[rows, columns]`.
  private func before(_ row: Int, series: Int) -> [Double] {
    let width = table.columns.count
    let first = max(0, row - max(1, encodings[series].memory))
    return Array(table.series[series].values[first * width..<row * width])
  }
}
