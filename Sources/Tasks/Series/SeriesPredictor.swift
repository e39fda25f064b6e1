import Checkpoints
import Files
import Recurrent

/// What a model of a series makes of it: errors, forecasts, and how such forecasts would have done.
package final class SeriesPredictor {
  /// What the model was trained on.
  package let task: SeriesTask
  private let encodings: SeriesEncodings
  private let model: ModelFile
  private var checkpoint: Checkpoint { model.checkpoint }
  private var file: String { model.path }
  /// Rows of another file than that of the training.
  private let other: SeriesTable?
  private let isFrequencyGiven: Bool
  /// What is to be said of the data of the last forecast: that they are not those of the training.
  package private(set) var notes: [String] = []

  /// The paths that the intervals of a forecast are counted from, and of one of many.
  private static let paths = 1000
  private static let backTestPaths = 200

  /// - Parameters:
  ///   - data: A file with the same columns to look at; that of the training if `nil`.
  ///   - frequency: How often the rows come; as in the training if `nil`.
  /// - Throws: `FileError` if the file is not one of series, or the data cannot be read; `ConfigurationError` if a
  ///   frequency is given for rows without dates.
  package init(_ file: ModelFile, data: String? = nil, frequency: Frequency? = nil) throws {
    model = file
    var task = try file.task(as: SeriesTask.self)
    guard frequency == nil || task.date != nil else {
      throw ConfigurationError("\(file.path) was trained without a column of dates")
    }
    isFrequencyGiven = frequency != nil
    task.frequency = frequency ?? task.frequency
    encodings = SeriesEncodings(task, try file.scaling(of: task))
    if let data { task.file = data }
    self.task = task
    other = try data == nil ? nil : SeriesTable(task)
  }

  /// How far one-step forecasts, or those of the model's horizon, are from the truth in each part of the data.
  ///
  /// - Throws: `FileError`.
  package func evaluate() throws -> [PartErrors] {
    let table = try self.table()
    let forecasts = try forecasts(table)
    let rows = table.series.indices.map { table.rows(of: $0) }
    let parts = try parts(of: table)
    let baselines = try baselines(of: table, forecasts.encoded)
    return try model.naming {
      let named =
        other == nil
        ? [
          ("training", parts.map(\.training)), ("validation", parts.map(\.validation)),
          ("test", parts.map(\.test)),
        ] : [("all", rows.map { 0..<$0 })]
      return try named.compactMap { name, ranges in
        let errors = PartErrors(
          keys: table.series.map(\.key), try forecasts.errors(name, of: ranges, baselines))
        return errors.all.count > 0 ? errors : nil
      }
    }
  }

  /// What simple methods forecast for each series. A model without a linear part of its own is compared with one that is
  /// fitted to the same rows.
  private func baselines(
    of table: SeriesTable, _ encoded: [[Float]]
  ) throws -> [SeriesBaselines] {
    let parts = try parts(of: table)
    var fitted: LinearForecast?
    if encodings.scaling.linear == nil, other == nil {
      fitted =
        LinearParts(task, encoded: encoded, rows: parts.map(\.training.upperBound))?.forecast
    }
    let all = encodings.encodings(of: table)
    return table.series.indices.map { index in
      var scaling = all[index].scaling
      scaling.linear = scaling.linear ?? fitted?.of(series: index)
      return SeriesBaselines(
        task, table.series[index], encoded: encoded[index], by: all[index], scaling: scaling,
        training: other == nil ? parts[index].training : 0..<table.rows(of: index))
    }
  }

  /// Whether forecasts have intervals: the model gives quantiles, or errors of a validation part were kept.
  package var hasIntervals: Bool {
    !encodings.scaling.residuals.isEmpty || quantiles.coverage != nil
  }

  private var quantiles: ForecastQuantiles { ForecastQuantiles(task.quantiles) }

  /// The probability of intervals where none is asked for: of quantiles the widest that there is.
  package var usualCoverage: Double { quantiles.coverage ?? 0.9 }

  /// Forecasts what follows.
  ///
  /// Without another file it goes on where the checkpoint's stream stands: behind the data, as they are now if they
  /// have only grown, or behind the last row of a live stream. ``notes`` says where the data are not those that the
  /// checkpoint knows.
  ///
  /// - Parameters:
  ///   - coverage: How probable it is to be that the truth lies within an interval.
  ///   - key: Which of several series; all if `nil`.
  ///   - known: How many of the last known rows the forecasts have with them.
  /// - Throws: `FileError`, or `ConfigurationError` if there is no such series.
  package func forecast(
    steps: Int, coverage: Double, key: String?, known rowsShown: Int = 100
  ) throws -> [Forecast] {
    let simulation = try simulation(steps: steps, coverage: coverage, paths: Self.paths)
    let width = task.columnCount
    let basis = try ForecastBasis(task, encodings, model, other: other)
    notes = basis.notes
    let held = try heldErrors(in: basis)
    let rows = basis.series
    guard key.map({ key in rows.contains { $0.key.isExactly(key) } }) ?? true else {
      throw ConfigurationError(
        "series \(key ?? "") not found; there are "
          + rows.prefix(20).map(\.key).joined(separator: ", "))
    }
    return try rows.enumerated().filter { key?.isExactly($1.key) ?? true }.map { index, series in
      // What is known is read once; the paths part from there.
      let reader = try Forecaster(task, encodings.scaling, parameters: checkpoint.parameters)
      if basis.followsState, let state = checkpoint.recurrentState {
        try reader.restore(state, row: checkpoint.configuration.stateRows - 1)
      }
      simulation.begin(series: series.key, encoding: basis.encodings[index])
      if let held { simulation.learn(errors: try held(index)) }
      try simulation.begin(behind: series.values.dropLast(width), reader: reader)
      let own = basis.table?.series[index]
      let dates = basis.dates(of: index, checkpoint)
      let next = try following(dates, coming: own?.coming.compactMap(\.date) ?? [], steps: steps)
      let coming = try ComingRows(
        task, after: series.values.suffix(width), by: basis.encodings[index], own, dates: dates
      ).rows(steps, dates: next.dates)
      let results = simulation.run(
        after: series.values.suffix(width), before: series.before, coming: coming[...])
      if let step = results.firstIndex(where: { !$0.value.isFinite }) {
        throw model.error(
          (series.key.isEmpty ? "" : "series \(series.key): ")
            + "the forecast of step \(step + 1) is beyond all numbers")
      }
      return Forecast(
        key: series.key,
        known: known(
          series.values, before: series.before, of: own, dates: dates,
          by: basis.encodings[index], count: rowsShown),
        steps: results.enumerated().map { step, result in
          Forecast.Step(
            date: next.dates?[step], value: result.value, interval: result.interval)
        }, season: task.season ?? next.frequency?.season, dateProblem: next.problem)
    }
  }

  /// The dates behind some others, or why there are none; neither if there is no column of dates.
  ///
  /// - Parameter coming: Those that are in the data.
  /// - Throws: `ConfigurationError` if the dates are not of the frequency that is given.
  private func following(
    _ dates: [String], coming: [String], steps: Int
  ) throws -> (dates: [String]?, frequency: Frequency?, problem: String?) {
    guard let column = task.date else { return (nil, nil, nil) }
    let result = "the steps of the forecast are numbered only"
    guard let last = dates.last else {
      return (
        nil, task.frequency,
        (checkpoint.stream?.rowsSeen ?? 0) > 0
          ? "the rows of the live stream had no \(column), so \(result)"
          : "the last rows' \(column) is not known, so \(result)"
      )
    }
    do {
      let sequence = try DateSequence(dates, frequency: task.frequency)
      if let own = sequence.following(last, count: coming.count),
        let wrong = zip(own, coming).first(where: { $0 != $1 })
      {
        throw FileError(
          .invalid, file: task.file,
          "column \(column): \(wrong.1) is to come where \(wrong.0) is next; rows that are known ahead must be even"
        )
      }
      guard let following = sequence.following(last, count: steps) else {
        return (
          nil, sequence.frequency,
          "what follows \(last) in column \(column) cannot be written, so \(result)"
        )
      }
      return (following, sequence.frequency, nil)
    } catch let error as DateProblem {
      if coming.count >= steps { return (Array(coming.prefix(steps)), nil, nil) }
      let problem = "column \(column): \(error)"
      if isFrequencyGiven { throw ConfigurationError(problem) }
      return (nil, nil, "\(problem); \(result) unless a frequency is given")
    }
  }

  private func known(
    _ values: [Float], before: [Double], of series: SeriesTable.Series?, dates: [String],
    by encoding: SeriesEncoding, count: Int
  ) -> [(date: String?, value: Double)] {
    let width = task.columnCount
    guard let series else {
      // Of changes only the rows are known that the next one is read with.
      var decoder = encoding.decoder(after: [])
      let values =
        encoding.isDifferenced
        ? stride(from: 0, to: before.count, by: width).map { before[$0] }
        : stride(from: 0, to: values.count, by: width).map { decoder.next(values[$0]) }
      return values.suffix(count).enumerated().map { row, value in
        // Dates of the last rows are kept, perhaps fewer than rows.
        let place = dates.count - min(values.count, count) + row
        return (dates.indices.contains(place) ? dates[place] : nil, value)
      }
    }
    return stride(from: 0, to: series.values.count, by: width).suffix(count).map {
      (series.dates.isEmpty ? nil : series.dates[$0 / width], series.values[$0])
    }
  }

  /// Makes the forecast again at every row of the last part of the data, the test part, or of all of another file, and
  /// compares it with what came. An interval is made of the errors that were known when its forecast began.
  ///
  /// - Throws: `FileError`, or `ConfigurationError` if the part is too short.
  package func backTest(steps: Int, coverage: Double) throws -> BackTest {
    let table = try self.table()
    let simulation = try simulation(steps: steps, coverage: coverage, paths: Self.backTestPaths)
    let width = task.columnCount
    let all = encodings.encodings(of: table)
    let parts = try other == nil ? self.parts(of: table).map(\.test) : []
    let forecasts = try forecasts(table)
    let baselines = try baselines(of: table, forecasts.encoded)
    var collected = BackTestErrors(steps: steps)
    for (index, series) in table.series.enumerated() {
      let part = other == nil ? parts[index] : 0..<table.rows(of: index)
      simulation.begin(series: series.key, encoding: all[index])
      let values = forecasts.encoded[index]
      let known = try model.naming { try forecasts.residuals(of: part, series: index) }
      let firstKnown = forecasts.origins(of: part).lowerBound
      let reader = try Forecaster(task, encodings.scaling, parameters: checkpoint.parameters)
      let first = max(part.lowerBound, reader.isStateful ? 1 : task.sequenceLength)
      // A carried state reads all rows once; where each forecast begins, the paths take it over.
      var read = 0
      for origin in first..<max(first, part.upperBound - steps + 1) {
        let last = (origin - 1) * width
        let past = max(0, origin - task.horizon + 1 - firstKnown) * task.horizon
        simulation.learn(errors: Array(known.prefix(past)))
        try simulation.begin(behind: values[(read * width)..<last], reader: reader)
        if reader.isStateful { read = origin - 1 }
        let results = simulation.run(
          after: values[last..<last + width],
          before: encodings.lastValues(Array(series.values[..<(origin * width)].suffix(kept))),
          coming: values[(origin * width)..<(origin + steps) * width])
        collected.add(
          results, truth: (0..<steps).map { series.values[(origin + $0) * width] },
          origin: origin, of: series, baselines[index])
      }
    }
    guard !collected.rows.isEmpty else {
      throw ConfigurationError(
        "the part to test on is too short for forecasts of \(steps) steps")
    }
    return BackTest(collected, hasIntervals: hasIntervals)
  }

  /// The values of a series that its encoding may need.
  private var kept: Int { (task.differences.reduce(1, +) + 1) * task.columnCount }

  /// The errors, in a series, of forecasts that the model has not learnt from: those of the rows behind its validation
  /// part; `nil` if there are none.
  private func heldErrors(in basis: ForecastBasis) throws -> ((_ series: Int) throws -> [Float])? {
    guard hasIntervals, let table = basis.table, other == nil else { return nil }
    let (parts, forecasts) = (try parts(of: table), try forecasts(table))
    return { series in
      // Rows that were added since belong to no part.
      let rows = table.rows(of: series)
      let trained = min(parts[series].validation.upperBound, rows)
      return try forecasts.residuals(of: trained..<rows, series: series)
    }
  }

  private func simulation(
    steps: Int, coverage: Double, paths: Int
  ) throws -> ForecastSimulation {
    try model.naming {
      try ForecastSimulation(
        task, scaling: encodings.scaling, parameters: checkpoint.parameters, steps: steps,
        coverage: coverage, paths: paths, randomSeed: model.randomSeed)
    }
  }

  private func forecasts(_ table: SeriesTable) throws -> SeriesForecasts {
    try model.naming {
      try SeriesForecasts(
        table, encodings: encodings.encodings(of: table), task: task, scaling: encodings.scaling,
        parameters: checkpoint.parameters)
    }
  }

  /// The data that are looked at.
  private func table() throws -> SeriesTable {
    if let other { return other }
    let table = try SeriesTable(task)
    guard table.digest == task.digest else { throw try task.changedError(of: file) }
    return table
  }

  private func parts(of table: SeriesTable) throws -> [SeriesParts] {
    try table.series.indices.map {
      try SeriesParts(
        rows: table.rows(of: $0), validationSplit: checkpoint.task?.validationSplit ?? 0,
        testSplit: task.testSplit)
    }
  }
}
