import Checkpoints
import Files
import Recurrent

/// Series to train on.
final class SeriesData: TrainingData {
  let task: any LearningTask
  let samples: any SampleSource
  let validation: (any SampleSource)?
  let vocabulary: Vocabulary? = nil
  private let series: SeriesTask
  private let table: SeriesTable
  private let encodings: SeriesEncodings
  private let training: SeriesSamples
  /// The rows of each series among the rows of all.
  private let ranges: [Range<Int>]
  /// `[rows, columns]` of all series, scaled.
  private let values: [Float]
  private let validationSplit: Double
  /// The errors that intervals are made of where there are too few forecasts of the validation part for them; `nil` if
  /// there are enough.
  private let chainedResiduals: [Float]?
  /// The task with all that it left open decided.
  var decided: SeriesTask { series }
  /// The last dates of each series, by which forecasts go on; none without dates.
  private let lastDates: [[String]]
  /// What the data have decided, and what is to be said of the dates, each in a line.
  let notes: [String]

  /// New series.
  ///
  /// - Throws: `FileError`, or `ConfigurationError` if there are too few rows.
  ///
  /// - Parameter base: The scaling of a model that is to learn them, which says how what does not change within a series
  ///   is scaled; `nil` of a new model.
  convenience init(
    _ task: SeriesTask, batchSize: Int, validationSplit: Double, base: Scaling? = nil
  ) throws {
    try task.checkSizes()
    var task = task
    task.fillsRows = task.missing == .forwardFill && task.date != nil
    var table = try SeriesTable(reading: task)
    task.digest = table.digest
    task.fillsRows = table.filledRows > 0
    try table.checkDates(task)
    task.statics = table.statics(task.statics)
    let recipe = try SeriesRecipe(task, table, validationSplit: validationSplit)
    task = recipe.task
    try table.addColumns(task)
    try self.init(
      task, table, scaling: nil, recipe: recipe, base: base, isStateful: task.isStateful,
      batchSize: batchSize, validationSplit: validationSplit)
  }

  /// The series of a checkpoint.
  ///
  /// - Throws: `FileError` if they are not there any more; `ConfigurationError` if they are not those of the model.
  convenience init(_ task: SeriesTask, of checkpoint: Checkpoint) throws {
    try task.checkSizes()
    let table = try SeriesTable(task)
    var task = task
    task.digest = table.digest
    guard let scaling = checkpoint.scaling, scaling.columns.areExactly(task.columns) else {
      throw ConfigurationError("/scaling: is not that of the series' columns")
    }
    try task.check(loss: checkpoint.loss)
    try scaling.checkLinear(of: task)
    try self.init(
      task, table, scaling: scaling, recipe: nil, base: nil,
      isStateful: checkpoint.configuration.isStateful,
      batchSize: checkpoint.task?.options.batchSize ?? 1,
      validationSplit: checkpoint.task?.validationSplit ?? 0)
  }

  private init(
    _ task: SeriesTask, _ table: SeriesTable, scaling: Scaling?, recipe: SeriesRecipe?,
    base: Scaling?, isStateful: Bool, batchSize: Int, validationSplit: Double
  ) throws {
    guard (1...ModelConfiguration.largestAxis).contains(batchSize) else {
      throw ConfigurationError(
        "the batch size is \(batchSize); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    guard !isStateful || task.key == nil else {
      throw ConfigurationError("several series cannot be read as one with a state that is carried")
    }
    let width = table.columns.count
    let parts = try table.series.indices.map {
      try SeriesParts(
        rows: table.rows(of: $0), validationSplit: validationSplit, testSplit: task.testSplit)
    }
    let fitting = zip(table.series, parts).map { $0.values[..<($1.training.count * width)] }
    var encodings =
      scaling.map {
        SeriesEncodings(task, $0).adding(table.series, training: fitting, task: task)
      }
      ?? SeriesEncodings(
        task, recipe?.scaling ?? .standard, powers: recipe?.powers ?? [], series: table.series,
        training: fitting, statics: base)
    var first = 0
    ranges = table.series.indices.map { index in
      defer { first += table.rows(of: index) }
      return first..<first + table.rows(of: index)
    }
    let all = encodings.encodings(of: table)
    let encoded = try table.series.indices.map {
      try table.encoded($0, by: all[$0], file: task.file)
    }
    let values = encoded.flatMap { $0 }
    let ranges = ranges
    // Of short series every row is needed to fit what is linear, and its errors forward-chained make the intervals.
    let validated = parts.reduce(0) { $0 + max(0, $1.validation.count - task.horizon + 1) }
    let isShort = validated < Self.enoughForIntervals
    if let recipe, recipe.scaling == .window, task.isLinear {
      let linear = LinearParts(
        task, encoded: encoded,
        rows: parts.map { isShort ? $0.validation.upperBound : $0.training.upperBound })
      var scaling = encodings.scaling
      scaling.linear = linear?.forecast
      scaling.residuals = linear?.residuals ?? []
      encodings = SeriesEncodings(task, scaling)
    }
    let bases = encodings.encodings(of: table).map { ForecastBase(task, $0.scaling) }
    chainedResiduals =
      isShort && encodings.scaling.linear != nil ? encodings.scaling.residuals : nil
    let quantiles = ForecastQuantiles(task.quantiles).perStep
    func samples(_ part: KeyPath<SeriesParts, Range<Int>>, length: Int) -> SeriesSamples {
      isStateful
        ? SeriesSamples(
          stretchesOf: parts[0][keyPath: part], of: values, features: width,
          sequenceLength: length, horizon: task.horizon, batch: batchSize,
          members: task.ensembleSize, quantiles: quantiles)
        : SeriesSamples(
          windows: table.series.indices.map { index in
            let (part, first) = (parts[index][keyPath: part], ranges[index].lowerBound)
            return (first + part.lowerBound..<first + part.upperBound, ranges[index], bases[index])
          }, of: values, features: width, sequenceLength: length, horizon: task.horizon,
          members: task.ensembleSize, quantiles: quantiles)
    }
    training = samples(\.training, length: task.sequenceLength)
    guard training.samples > 0 else {
      throw FileError(
        .invalid, file: task.file,
        "has \(table.rows(of: 0)) rows, too few: \(parts[0].training.count) are to train on, and a "
          + "sample of \(task.sequenceLength) steps and a horizon of \(task.horizon) needs "
          + "\(task.sequenceLength * (isStateful ? batchSize : 1) + task.horizon)")
    }
    self.samples = training
    // Where a state is carried, a shorter sample measures the same.
    let available = (parts[0].validation.count + 1 - task.horizon) / batchSize
    let held = samples(
      \.validation,
      length: isStateful ? max(1, min(task.sequenceLength, available)) : task.sequenceLength)
    guard held.samples > 0 || parts.allSatisfy({ $0.validation.count < task.horizon }) else {
      throw ConfigurationError(
        "\(parts[0].validation.count) rows for validation are too few for the \(batchSize) rows of a "
          + "batch and a horizon of \(task.horizon)")
    }
    validation = held.samples > 0 ? held : nil
    self.task = task
    series = task
    self.table = table
    self.encodings = encodings
    self.values = values
    self.validationSplit = validationSplit
    lastDates = table.lastDates(task)
    notes = table.dateNotes(task) + [recipe?.note].compactMap { $0 }
  }

  /// What a live stream goes on from: the rows that a carried state has not read yet, or the last rows of each
  /// series.
  func stream(of trainer: Trainer) -> StreamPosition? {
    let width = table.columns.count
    guard trainer.model.configuration.isStateful else {
      let length = series.sequenceLength + series.horizon
      return StreamPosition(
        .series(
          ranges.enumerated().map { index, range in
            let first = max(range.lowerBound, range.upperBound - length)
            return position(in: index, behind: values[first * width..<range.upperBound * width])
          }))
    }
    guard trainer.optimizer.iterations > 0 else { return nil }
    let updates =
      trainer.progress.updateInEpoch == 0
      ? trainer.updatesPerEpoch : trainer.progress.updateInEpoch
    // The last row of a batch reads the newest stretch.
    let read = training.starts[updates * trainer.options.batchSize - 1] + training.timeSteps
    return StreamPosition(.series([position(in: 0, behind: values[(read * width)...])]))
  }

  /// Where a stream of a series stands that is fed some rows next, with what its next row may need of the last one.
  private func position(
    in index: Int, behind rows: ArraySlice<Float>
  ) -> StreamPosition.Series {
    let own = table.series[index]
    return StreamPosition.Series(
      key: series.key == nil ? nil : own.key, rows: Array(rows),
      lastValues: series.needsLastValues ? encodings.lastValues(own.values) : [],
      dates: lastDates[index])
  }

  /// The scaling, with what the model errs by on the part for validation, and how much of its answers is added to the
  /// linear part: what that part says by least squares.
  func scaling(of trainer: Trainer) throws -> Scaling? {
    var scaling = encodings.scaling
    scaling.residuals = chainedResiduals ?? []
    guard validation != nil else {
      // A part that is too short for a forecast says nothing for the network.
      if validationSplit > 0, series.quantiles.isEmpty { scaling.linear?.share = 0 }
      return scaling
    }
    scaling.linear?.share = 1
    let forecasts = try SeriesForecasts(
      table, encodings: SeriesEncodings(series, scaling).encodings(of: table), task: series,
      scaling: scaling, parameters: trainer.model.parameters)
    let most = series.horizon * max(1, Self.mostResiduals / table.series.count)
    var shared = NetworkShare(horizon: series.horizon)
    var kept: [(whole: Float, linear: Float)] = []
    for index in table.series.indices {
      let part = try SeriesParts(
        rows: table.rows(of: index), validationSplit: validationSplit, testSplit: series.testSplit
      ).validation
      let whole = try forecasts.residuals(of: part, series: index)
      let linear =
        scaling.linear == nil ? whole : forecasts.linearResiduals(of: part, series: index)
      for (whole, linear) in zip(whole, linear) {
        shared.add(answer: Double(linear) - Double(whole), missed: Double(linear))
      }
      kept += Array(zip(whole, linear)).suffix(most)
    }
    // A part of what a model of quantiles says would not be a quantile.
    let share = series.quantiles.isEmpty ? shared.value : 1
    scaling.linear?.share = share
    guard chainedResiduals == nil else { return scaling }
    scaling.residuals = kept.map { whole, linear in
      Float(Double(linear) - share * (Double(linear) - Double(whole)))
    }
    return scaling
  }

  /// The forecasts whose residuals are kept.
  private static let mostResiduals = 4096
  /// The forecasts of the validation part that are enough to make intervals of.
  private static let enoughForIntervals = 100
}
