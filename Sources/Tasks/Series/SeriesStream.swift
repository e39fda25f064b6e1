import Checkpoints
import Files
import Recurrent

/// Rows of series as they come, each answered by what follows it.
final class SeriesStream: IntervalStream {
  private let task: SeriesTask
  private let encodings: SeriesEncodings
  /// That of the series whose row came last.
  private var encoding: SeriesEncoding
  private let forecaster: Forecaster
  private let learner: OnlineTrainer?
  private let columns: Int
  private let names: [String]
  private var line: SeriesLine
  /// Where each series stands. A state that is carried has read all rows but the last; the last values are known of
  /// every series that has had a row.
  private var series: [StreamPosition.Series]
  /// The order of the dates of each series that has had any.
  private var dateOrders: [ExactText: DateOrder] = [:]
  /// How the dates of each series are written, where the model reads the calendar.
  private var calendars: [ExactText: CalendarReading] = [:]
  /// The numbers of the series among them.
  private var numbers: [ExactText: Int] = [:]
  /// The state before the last row.
  private let stateBefore: StateSnapshot
  /// The row that came last, as the model reads it, and in the data's own units: `[columns]`.
  private var row: [Float]
  private var values: [Double]
  private var base: ForecastBase
  /// The rows of a window that are kept: one sample with its target.
  private let kept: Int
  /// What rows must be made of where an `Embedding` reads them.
  private let symbols: SymbolRange?
  /// The probability of intervals; `nil` if answers have none.
  private var coverage: Double?
  /// The quantiles that intervals go to; `nil` if they are made of the stream's errors.
  private var ends: (lower: Int, upper: Int)?
  /// What is known of the errors of each series that had a row in this run, by its number.
  private var intervals: [Int: AdaptiveIntervals] = [:]
  private let residuals: [Float]
  /// Whether a carried state is stored as it was before the last row, to learn from that.
  private let keepsNewest: Bool

  /// Rows of series, with the scaling of a file.
  ///
  /// - Throws: `FileError` if the file is not one of series; `ConfigurationError` if the model cannot learn so.
  convenience init(_ file: ModelFile, _ task: SeriesTask, learns: Bool) throws {
    try self.init(file, task, try file.scaling(of: task), learns: learns, keepsNewest: true)
  }

  /// Rows of numbers as any model takes and gives them.
  ///
  /// - Throws: `ConfigurationError` if the model reads no sequences.
  convenience init(rows file: ModelFile) throws {
    let configuration = file.checkpoint.configuration
    guard configuration.input.isSequence else {
      throw ConfigurationError("the model reads no sequences, so it cannot read a stream")
    }
    guard configuration.inputs.count == 1, configuration.givenOutputs.count == 1 else {
      throw ConfigurationError(
        "the model has \(configuration.inputs.count) inputs and "
          + "\(configuration.givenOutputs.count) outputs; a stream of rows is for one of each")
    }
    let columns = (0..<configuration.features).map(String.init)
    var task = SeriesTask(file: "", target: "0", features: columns)
    task.sequenceLength = configuration.timeSteps ?? 1
    task.horizon = configuration.outputUnits
    try self.init(
      file, task, Scaling(.none, fitting: [], columns: columns), learns: false, keepsNewest: false)
  }

  private init(
    _ file: ModelFile, _ task: SeriesTask, _ scaling: Scaling, learns: Bool, keepsNewest: Bool
  ) throws {
    let checkpoint = file.checkpoint
    self.keepsNewest = keepsNewest
    symbols = checkpoint.configuration.inputSymbols
    let isStateful = checkpoint.configuration.isStateful
    guard task.key == nil || !isStateful else {
      throw ConfigurationError("a state that is carried cannot follow several series")
    }
    self.task = task
    encodings = SeriesEncodings(task, scaling)
    encoding = SeriesEncoding(task, scaling)
    columns = task.columnCount
    names = task.columns
    kept = isStateful ? 1 : task.sequenceLength + task.horizon
    line = SeriesLine(task)
    row = [Float](repeating: 0, count: columns)
    values = [Double](repeating: 0, count: columns)
    base = ForecastBase(task, scaling)
    residuals = scaling.residuals
    forecaster = try Forecaster(task, scaling, parameters: checkpoint.parameters)
    stateBefore = StateSnapshot(of: forecaster.model)
    learner = try learns ? Self.learner(file, task) : nil
    series = checkpoint.stream?.series ?? []
    if task.key == nil { series = [series.first ?? StreamPosition.Series()] }
    for (number, series) in series.enumerated() { numbers[ExactText(series.key ?? "")] = number }
    for index in series.indices where series[index].lastValues.isEmpty {
      let own = series[index].key.flatMap { scaling.of(series: $0) } ?? scaling
      var decoder = SeriesEncoding(task, own).decoder(after: [])
      series[index].lastValues = series[index].rows.suffix(columns).enumerated().map {
        $0 == 0 ? decoder.next($1) : own.unscaled($1, column: $0)
      }
    }
    guard isStateful else {
      for index in series.indices {
        series[index].rows = series[index].rows.suffix(kept * columns)
      }
      return
    }
    if let state = checkpoint.recurrentState {
      try forecaster.restore(state, row: checkpoint.configuration.stateRows - 1)
    }
    let rows = series[0].rows
    for first in stride(from: 0, to: rows.count, by: columns) {
      forecaster.model.keepStates(in: stateBefore)
      forecaster.read(rows[first..<first + columns])
    }
    series[0].rows = rows.suffix(columns)
  }

  /// What is known of a stream's errors is as large as the square of its horizon.
  private static let longestHorizon = 1000

  func showIntervals(coverage: Double) throws(ConfigurationError) {
    ends = try ForecastQuantiles(task.quantiles).ends(coverage: coverage)
    guard ends != nil || task.horizon <= Self.longestHorizon else {
      throw ConfigurationError(
        "its horizon is \(task.horizon); intervals of a stream are those of up to \(Self.longestHorizon) steps"
      )
    }
    self.coverage = coverage
  }

  private static func learner(_ file: ModelFile, _ task: SeriesTask) throws -> OnlineTrainer {
    let configuration = file.checkpoint.configuration
    guard !configuration.isStateful || task.horizon == 1 else {
      throw ConfigurationError(
        "a model that carries its state learns from a stream one step at a time; its horizon is "
          + "\(task.horizon)")
    }
    return try OnlineTrainer(
      of: file, as: configuration.isStateful ? try configuration.stepByStep(batch: 1) : nil,
      timeSteps: configuration.isStateful ? 1 : task.sequenceLength)
  }

  func answer(
    _ bytes: UnsafeBufferPointer<UInt8>, number: Int, adding answer: inout [UInt8]
  ) throws -> Bool {
    guard try line.read(bytes, number: number) else { return false }
    if !encodings.scaling.keys.isEmpty {
      guard let own = encodings.encoding(of: line.key) else {
        throw LineError(
          line: number, column: task.key,
          "the model was not trained on a series \(line.key), so how it is scaled is not known")
      }
      encoding = own
      base = ForecastBase(task, own.scaling)
      forecaster.turn(to: own.scaling)
    }
    let known = numbers[ExactText(line.key)]
    guard try takeRow(after: known, line: number) else {
      answer.append(UInt8(ascii: "\n"))
      return true
    }
    try checkDate(after: known, line: number)
    let place = known ?? begin(line.key)
    keepDate(series: place)
    let output = try read(series: place)
    if task.key != nil { answer += Array("\(line.key),".utf8) }
    var decoder = encoding.decoder(after: series[place].lastValues)
    let distances =
      ends == nil ? coverage.map { self.distances(of: place, output, coverage: $0) } : nil
    for step in 0..<task.horizon {
      if step > 0 { answer.append(UInt8(ascii: ",")) }
      if let ends {
        let quantiles = forecaster.quantileForecasts
        let (value, interval) = decoder.next(
          output[step], from: quantiles[ends.lower][step], to: quantiles[ends.upper][step])
        add(task.bounded(value), task.bounded(interval), to: &answer)
        continue
      }
      guard let distances else {
        answer += Array("\(Float(task.bounded(decoder.next(output[step]))))".utf8)
        continue
      }
      let (value, interval) = decoder.next(output[step], distance: Float(distances[step] ?? 0))
      // Without any known error nothing is said.
      add(
        task.bounded(value), distances[step] == nil ? nil : task.bounded(interval), to: &answer)
    }
    answer.append(UInt8(ascii: "\n"))
    return true
  }

  /// Adds a value and the ends of its interval, which are empty if nothing is known.
  private func add(
    _ value: Double, _ interval: ClosedRange<Double>?, to answer: inout [UInt8]
  ) {
    let ends = interval.map { "\(Float($0.lowerBound)),\(Float($0.upperBound))" } ?? ","
    answer += Array("\(Float(value)),\(ends)".utf8)
  }

  /// How far the intervals of an answer go, after what the newest row says about those before.
  ///
  /// - Parameter output: The forecasts, `[horizon]`, encoded.
  private func distances(of place: Int, _ output: [Float], coverage: Double) -> [Double?] {
    var intervals = self.intervals[place] ?? stored(of: place, coverage: coverage)
    intervals.take(truth: encoding.level(values[0]))
    var decoder = encoding.decoder(after: series[place].lastValues)
    intervals.take(forecasts: output.map { encoding.level(decoder.next($0)) })
    self.intervals[place] = intervals
    return intervals.distances
  }

  /// What the file knows of a series' errors; what the model knows if it was not of that probability.
  private func stored(of place: Int, coverage: Double) -> AdaptiveIntervals {
    guard
      let stored = AdaptiveIntervals(numbers: series[place].intervals, horizon: task.horizon),
      stored.coverage == coverage
    else { return new(coverage: coverage) }
    return stored
  }

  private func new(coverage: Double) -> AdaptiveIntervals {
    let horizon = task.horizon
    let rows = stride(from: 0, to: residuals.count - horizon + 1, by: horizon).map { first in
      encoding.accumulated(Array(residuals[first..<first + horizon])).map { Double($0) }
    }
    return AdaptiveIntervals(coverage: coverage, horizon: horizon, errors: rows)
  }

  /// Scales the row that the line holds.
  ///
  /// - Returns: Whether it is to be read; one with missing values may be left out.
  private func takeRow(after place: Int?, line number: Int) throws -> Bool {
    let before = place.map { series[$0].lastValues } ?? []
    let last = before.suffix(columns)
    for (column, value) in line.values.enumerated() {
      if let value {
        values[column] = value
      } else if task.missing == .forwardFill, !last.isEmpty {
        // What was said to come is better known than what was.
        let ahead = column + task.known.count
        let isAhead = task.knownColumns.contains(column) && task.knownColumns.contains(ahead)
        values[column] = last[last.startIndex + (isAhead ? ahead : column)]
      } else if task.missing == .drop {
        return false
      } else {
        throw LineError(line: number, column: names[column], "the value is missing")
      }
    }
    try takeCalendar(after: place, line: number)
    // What does not change is as in the last row.
    let newest = place.map { series[$0].rows.suffix(columns) } ?? []
    for column in task.staticColumns {
      guard !newest.isEmpty else {
        throw LineError(
          line: number, column: task.key,
          "the model was not trained on a series \(line.key), so its \(names[column]) is not known")
      }
      values[column] = encoding.scaling.unscaled(
        newest[newest.startIndex + column], column: column)
    }
    for column in 0..<columns {
      row[column] = encoding.encoded(values[column], after: before, column: column)
      if let symbols, !symbols.contains(row[column]) {
        throw LineError(line: number, symbols.problem(with: row[column]))
      }
      guard row[column].isFinite else {
        throw LineError(
          line: number, column: names[column],
          "\(values[column]) is beyond what float32 holds when it is scaled as the training part is"
        )
      }
    }
    return true
  }

  /// Takes what the row's date says.
  ///
  /// - Throws: ``LineError`` if it has none, or one that is not understood.
  private func takeCalendar(after place: Int?, line number: Int) throws {
    guard !task.calendar.isEmpty else { return }
    guard let date = line.date else {
      throw LineError(
        line: number, column: task.date,
        "the model reads the calendar; begin with a line of names that has this column")
    }
    let known = place.map { series[$0].dates } ?? []
    do throws(DateProblem) {
      let calendar: CalendarReading
      if let read = calendars[ExactText(line.key)] {
        calendar = read
      } else {
        calendar = try CalendarReading(known, try? DateSequence(known, frequency: task.frequency))
        calendars[ExactText(line.key)] = calendar
      }
      let found = try calendar.values(task.calendar, at: date)
      for (column, value) in zip(task.calendarColumns, found) { values[column] = value }
    } catch {
      throw LineError(line: number, column: task.date, error.description)
    }
  }

  /// - Throws: ``LineError`` if the row's date is not behind that of the row before.
  private func checkDate(after place: Int?, line number: Int) throws {
    guard let date = line.date else { return }
    let dates = place.map { series[$0].dates } ?? []
    let key = ExactText(line.key)
    var order = dateOrders[key] ?? DateOrder(dates)
    guard order.take(date) else {
      throw LineError(
        line: number, column: task.date,
        "\(date) does not come after \(dates.last ?? ""); rows must be in the order of time")
    }
    dateOrders[key] = order
  }

  /// Keeps the date of the row; a row without a date leaves none that a forecast could go on by.
  private func keepDate(series place: Int) {
    guard let date = line.date else {
      series[place].dates = []
      return
    }
    series[place].dates.append(date)
    if series[place].dates.count >= 2 * SeriesTable.mostLastDates {
      series[place].dates.removeFirst(SeriesTable.mostLastDates)
    }
  }

  private func begin(_ key: String) -> Int {
    numbers[ExactText(key)] = series.count
    series.append(StreamPosition.Series(key: key))
    return series.count - 1
  }

  /// Learns from the row if it is to, and reads it.
  private func read(series place: Int) throws -> [Float] {
    if let learner, forecaster.isStateful, !series[place].rows.isEmpty {
      learner.model.restoreStates(from: stateBefore)
      let (last, next) = (series[place].rows, row)
      try learner.learn(input: { _, feature in last[feature] }, target: { _ in next[0] })
    }
    if series[place].rows.count == kept * columns { series[place].rows.removeFirst(columns) }
    series[place].rows += row
    series[place].lastValues = encodings.lastValues(series[place].lastValues + values)
    guard !forecaster.isStateful else {
      forecaster.model.keepStates(in: stateBefore)
      return forecaster.read(row[...])
    }
    let rows = series[place].rows
    if let learner, rows.count == kept * columns {
      let (columns, length) = (columns, task.sequenceLength)
      let window = rows.prefix(length * columns)
      let input = base.input(window)
      let targets = base.targets(
        window, truth: (0..<task.horizon).map { rows[(length + $0) * columns] })
      try learner.learn(
        input: { step, feature in input[step * columns + feature] },
        target: { targets[base.step(ofUnit: $0)] })
    }
    forecaster.reset()
    forecaster.readAhead(rows.dropLast(columns))
    return forecaster.read(rows.suffix(columns))
  }

  func store(in checkpoint: inout Checkpoint) throws {
    let isCarried = forecaster.isStateful && !keepsNewest
    for (place, intervals) in intervals { series[place].intervals = intervals.numbers }
    let length = series.map(\.intervals.count).max() ?? 0
    let stored = series.map { series in
      var stored = StreamPosition.Series(
        key: series.key, rows: series.rows,
        lastValues: task.needsLastValues ? series.lastValues : [], dates: series.dates)
      // As many numbers for each series: none is not a number.
      stored.intervals =
        series.intervals.isEmpty ? Array(repeating: .nan, count: length) : series.intervals
      return stored
    }
    checkpoint.stream = StreamPosition(
      isCarried ? .rows : .series(stored), sampler: checkpoint.stream?.sampler, hasMoved: true)
    guard forecaster.isStateful, var state = checkpoint.recurrentState else { return }
    let model = forecaster.model
    let now = StateSnapshot(of: model)
    if keepsNewest { model.restoreStates(from: stateBefore) }
    if let before = model.recurrentState {
      state.replace(row: checkpoint.configuration.stateRows - 1, with: before)
    }
    model.restoreStates(from: now)
    checkpoint.recurrentState = state
  }
}
