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
  /// What is to be said of the data of the last forecast: that they are not those of the training.
  package private(set) var notes: [String] = []

  /// The paths that the intervals of a forecast are counted from, and of one of many.
  private static let paths = 1000
  private static let backTestPaths = 200
  /// The known values that are shown before a forecast.
  private static let shown = 100

  /// - Parameter data: A file with the same columns to look at; that of the training if `nil`.
  /// - Throws: `FileError` if the file is not one of series, or the data cannot be read.
  package init(_ file: ModelFile, data: String? = nil) throws {
    model = file
    var task = try file.task(as: SeriesTask.self)
    encodings = SeriesEncodings(task, try file.scaling(of: task))
    if let data { task.file = data }
    self.task = task
    other = try data == nil ? nil : SeriesTable(task)
  }

  /// How far one-step forecasts, or those of the model's horizon, are from the truth in each part of the data.
  ///
  /// - Throws: `FileError`.
  package func evaluate() throws -> [SeriesErrors] {
    let table = try self.table()
    let forecasts = try forecasts(table)
    let rows = table.series.indices.map { table.rows(of: $0) }
    let parts = try parts(of: table)
    return try model.naming {
      guard other == nil else {
        return try [forecasts.errors("all", of: rows.map { 0..<$0 })].compactMap { $0 }
      }
      return try [
        forecasts.errors("training", of: parts.map(\.training)),
        forecasts.errors("validation", of: parts.map(\.validation)),
        forecasts.errors("test", of: parts.map(\.test)),
      ].compactMap { $0 }
    }
  }

  /// Whether forecasts have intervals: residuals of a validation part were kept.
  package var hasIntervals: Bool { !encodings.scaling.residuals.isEmpty }

  /// Forecasts what follows.
  ///
  /// Without another file it goes on where the checkpoint's stream stands: behind the data, as they are now if they
  /// have only grown, or behind the last row of a live stream. ``notes`` says where the data are not those that the
  /// checkpoint knows.
  ///
  /// - Parameters:
  ///   - coverage: How probable it is to be that the truth lies within an interval.
  ///   - key: Which of several series; all if `nil`.
  /// - Throws: `FileError`, or `ConfigurationError` if there is no such series.
  package func forecast(steps: Int, coverage: Double, key: String?) throws -> [Forecast] {
    let simulation = try simulation(coverage: coverage, paths: Self.paths)
    let width = task.features.count
    let basis = try basis()
    let rows = basis.series
    guard key.map({ key in rows.contains { $0.key.isExactly(key) } }) ?? true else {
      throw ConfigurationError(
        "series \(key ?? "") not found; there are "
          + rows.prefix(20).map(\.key).joined(separator: ", "))
    }
    return try rows.enumerated().filter { key?.isExactly($1.key) ?? true }.map { index, series in
      // What is known is read once; the paths part from there.
      let reader = try Forecaster(task, parameters: checkpoint.parameters)
      if basis.followsState, let state = checkpoint.recurrentState {
        try reader.restore(state, row: checkpoint.configuration.stateRows - 1)
      }
      simulation.begin(series: series.key, encoding: basis.encodings[index])
      try simulation.begin(behind: series.values.dropLast(width), reader: reader)
      let results = simulation.run(
        after: series.values.suffix(width), value: series.last, steps: steps)
      let own = basis.table?.series[index]
      let dates = dates(of: index, in: basis)
      let following = DateRule.following(dates, count: steps)
      return Forecast(
        key: series.key,
        known: known(series.values, last: series.last, of: own, by: basis.encodings[index]),
        steps: results.enumerated().map { step, result in
          Forecast.Step(
            date: following?[step], value: result.value, interval: result.interval)
        }, dateProblem: following == nil ? dateProblem(dates) : nil)
    }
  }

  /// The dates of the last rows of a series: those of the file that is looked at, or those that the checkpoint has. One that was
  /// written before it had any finds them in the data, if they are there.
  private func dates(of series: Int, in basis: Basis) -> [String] {
    let known = basis.followsState ? checkpoint.stream?.series ?? [] : []
    guard known.indices.contains(series), !known[series].dates.isEmpty else {
      return basis.table?.series[series].dates ?? []
    }
    return known[series].dates
  }

  /// Why no dates follow some others; `nil` if there is no column of dates.
  private func dateProblem(_ dates: [String]) -> String? {
    guard let column = task.date else { return nil }
    guard !dates.isEmpty else {
      return (checkpoint.stream?.rowsSeen ?? 0) > 0
        ? "the rows of a live stream have no \(column), so the steps are numbered only"
        : "the last rows' \(column) is not known, so the steps are numbered only"
    }
    return
      "what follows \(dates.suffix(3).joined(separator: ", ")) in column \(column) is not certain, so "
      + "the steps are numbered only"
  }

  /// The rows that a forecast goes on behind.
  private struct Basis {
    /// Of each series `[rows, columns]` as the model reads them, and the last value of the target.
    let series: [(key: String, values: [Float], last: Double)]
    /// The same rows in their file, with their dates; `nil` if they are in none.
    let table: SeriesTable?
    /// How the numbers of each series are the model's.
    let encodings: [SeriesEncoding]
    /// Whether the checkpoint's state has read what came before them.
    let followsState: Bool
  }

  /// Takes the other file's rows if there is one, those of the training's file if it has grown since, and otherwise
  /// those that the checkpoint keeps: the last of the training, or of a live stream.
  private func basis() throws -> Basis {
    notes = []
    if let other { return try basis(other) }
    guard checkpoint.stream?.rowsSeen ?? 0 == 0, task.file != DataFiles.standardInput else {
      return try ownBasis(nil)
    }
    let without = "the forecast begins after the rows that \(file) keeps"
    do {
      let table = try SeriesTable(task)
      if table.digest == task.digest { return try ownBasis(table) }
      if try DataFiles([task.file]).begin(withLinesOf: task.digest) {
        notes.append(
          "\(task.file): has grown since \(file) was trained; the forecast begins after its present end"
        )
        return try basis(table)
      }
      notes.append("\(task.file): has changed since the training; \(without)")
    } catch let error as FileError {
      notes.append("\(error); \(without)")
    }
    return try ownBasis(nil)
  }

  private func basis(_ table: SeriesTable) throws -> Basis {
    let all = encodings.encodings(of: table)
    let series: [(key: String, values: [Float], last: Double)]
    series = try table.series.enumerated().map { index, series in
      let last = series.values[series.values.count - task.features.count]
      return (series.key, try table.encoded(index, by: all[index], file: task.file), last)
    }
    return Basis(series: series, table: table, encodings: all, followsState: false)
  }

  /// - Parameter table: The data of the training, if they are there.
  private func ownBasis(_ table: SeriesTable?) throws -> Basis {
    let known = checkpoint.stream?.series ?? []
    guard !known.isEmpty,
      known.allSatisfy({ !$0.rows.isEmpty && !(task.isDifferenced && $0.lastValues.isEmpty) })
    else { throw FileError(.invalid, file: file, "has not been trained yet") }
    let series: [(key: String, values: [Float], last: Double)]
    series = known.map { ($0.key ?? "", $0.rows, $0.lastValues.first ?? 0) }
    let isOfThese = table?.series.map(\.key).areExactly(series.map(\.key)) ?? false
    let all = try series.map { series in
      guard let encoding = encodings.encoding(of: series.key) else {
        throw FileError(
          .invalid, file: file, "/scaling/keys: has no series \(series.key), which /stream has")
      }
      return encoding
    }
    return Basis(
      series: series, table: isOfThese ? table : nil, encodings: all, followsState: true)
  }

  private func known(
    _ values: [Float], last: Double, of series: SeriesTable.Series?,
    by encoding: SeriesEncoding
  ) -> [(date: String?, value: Double)] {
    let width = task.features.count
    guard let series else {
      // Backwards from the last one, which is the only one that is known where the others are changes.
      var value = last
      let places = stride(from: 0, to: values.count, by: width).suffix(Self.shown)
      return places.reversed().map { place in
        let decoded = encoding.decoded(values[place], after: 0)
        defer { value -= decoded }
        return (nil, encoding.isDifferenced ? value : decoded)
      }.reversed()
    }
    return stride(from: 0, to: series.values.count, by: width).suffix(Self.shown).map {
      (series.dates.isEmpty ? nil : series.dates[$0 / width], series.values[$0])
    }
  }

  /// Makes the forecast again at every row of the last part of the data, the test part, or of all of another file, and
  /// compares it with what came.
  ///
  /// - Throws: `FileError`, or `ConfigurationError` if the part is too short.
  package func backTest(steps: Int, coverage: Double) throws -> BackTest {
    let table = try self.table()
    let simulation = try simulation(coverage: coverage, paths: Self.backTestPaths)
    let width = task.features.count
    var errors = (1...steps).map { SeriesErrors(part: String($0)) }
    var within = [Int](repeating: 0, count: steps)
    var rows: [BackTest.Row] = []
    let all = encodings.encodings(of: table)
    let parts = try other == nil ? self.parts(of: table).map(\.test) : []
    for (index, series) in table.series.enumerated() {
      let part = other == nil ? parts[index] : 0..<table.rows(of: index)
      simulation.begin(series: series.key, encoding: all[index])
      let values = try table.encoded(index, by: all[index], file: task.file)
      let target = { (row: Int) in series.values[row * width] }
      let reader = try Forecaster(task, parameters: checkpoint.parameters)
      let first = max(part.lowerBound, reader.isStateful ? 1 : task.sequenceLength)
      // A carried state reads all rows once; where each forecast begins, the paths take it over.
      var read = 0
      for origin in first..<max(first, part.upperBound - steps + 1) {
        let last = (origin - 1) * width
        try simulation.begin(behind: values[(read * width)..<last], reader: reader)
        if reader.isStateful { read = origin - 1 }
        let results = simulation.run(
          after: values[last..<last + width], value: target(origin - 1), steps: steps)
        for (step, result) in results.enumerated() {
          let truth = target(origin + step)
          errors[step].add(forecast: result.value, naive: target(origin - 1), truth: truth)
          if result.interval?.contains(truth) ?? false { within[step] += 1 }
          rows.append(
            BackTest.Row(
              key: series.key, origin: origin,
              date: series.dates.isEmpty ? nil : series.dates[origin + step], lead: step + 1,
              truth: truth,
              forecast: Forecast.Step(
                date: nil, value: result.value, interval: result.interval)))
        }
      }
    }
    guard !rows.isEmpty else {
      throw ConfigurationError(
        "the part to test on is too short for forecasts of \(steps) steps")
    }
    return BackTest(
      leads: zip(errors, within).map { errors, within in
        BackTest.Lead(
          errors: errors,
          coverage: hasIntervals ? Double(within) / Double(errors.count) : nil
        )
      }, rows: rows)
  }

  private func simulation(coverage: Double, paths: Int) throws -> ForecastSimulation {
    try model.naming {
      try ForecastSimulation(
        task, scaling: encodings.scaling, parameters: checkpoint.parameters, coverage: coverage,
        paths: paths, randomSeed: model.randomSeed)
    }
  }

  private func forecasts(_ table: SeriesTable) throws -> SeriesForecasts {
    try model.naming {
      try SeriesForecasts(
        table, encodings: encodings.encodings(of: table), task: task,
        parameters: checkpoint.parameters)
    }
  }

  /// The data that are looked at.
  private func table() throws -> SeriesTable {
    if let other { return other }
    let table = try SeriesTable(task)
    guard table.digest == task.digest else {
      throw FileError(
        .invalid, file: task.file,
        "is not the series that the model was trained on; it has changed since")
    }
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
