import Checkpoints
import Files
import Recurrent

/// Forecasting a column of a table whose rows are points in time.
package struct SeriesTask: FileTask {
  package static let mark = "series"
  package static let title = "series"
  package static let stepTitle: String? = "rows"
  package static let otherData: String? = "csv"

  /// What is done about missing values.
  package enum Missing: String, CaseIterable, Codable, Sendable {
    case refuse
    /// The last value before it stands in.
    case forwardFill = "forward-fill"
    /// The row is left out.
    case drop
  }

  /// A CSV file with names in its first line, or rows and columns in `X.npy` or `FILE.h5:DATASET`, whose columns
  /// are called 0, 1, 2, ….
  package var file: String
  /// The column to forecast; the model always reads it.
  package var target: String
  /// All columns that the model reads, the target first.
  package var features: [String] {
    didSet { features = [target] + features.filter { !$0.isExactly(target) } }
  }
  /// Other columns that the model reads, whose coming values are known when a forecast is made, such as prices or holidays.
  package var known: [String] = []
  /// What the model reads of the date.
  package var calendar: [CalendarCycle] = []
  /// The columns that do not change within a series.
  package var statics: [StaticColumn] = []
  /// The column that says when a row was; `nil` if there is none.
  package var date: String?
  /// The column that says which of several series a row belongs to; `nil` if there is one.
  package var key: String?
  /// The steps of a sample: how far back an update looks.
  package var sequenceLength = 24 { didSet { isLengthGiven = true } }
  /// The steps that are forecast at once.
  package var horizon = 1 { didSet { isHorizonGiven = true } }
  /// The rows of a season, such as 12 of months; `nil` if the data have none, or it is for their dates to say.
  package var season: Int?
  /// The fraction of the rows that is kept for the test, from the end.
  package var testSplit = 0.1
  package var missing = Missing.refuse
  /// How often the rows come; `nil` if their dates show it.
  package var frequency: Frequency?
  /// Whether rows that are missing between the dates are filled as missing values are; so they were in the training.
  package var fillsRows = false
  /// How many rows back the model learns changes from: 1 takes a trend away, 12 the season of months; one after the
  /// other if there are several.
  package var differences: [Int] = []
  /// The models that are trained beside each other, whose forecasts are averaged.
  package var ensembleSize = 1
  /// What no forecast lies below; `nil` if nothing is known.
  package var lowerBound: Double?
  /// The quantiles that the model gives of each step, see ``ForecastQuantiles``; empty if it gives forecasts alone.
  package var quantiles: [Double] = []
  /// XXH3-64 of the file, in hexadecimal digits; empty as long as it has not been read.
  package var digest = ""

  // What a new model is to be like; a file's model is as it is.

  /// `nil` for that of the level of each window where there are windows of undifferenced values, else the standard one.
  package var scaling: Scaling.Method?
  /// How the target is transformed; `nil` for what the data say where windows have their levels removed, else as it is.
  package var transform: Transform?
  /// Whether forecasts begin with a linear part.
  package var isLinear = true
  /// Whether the state is carried from sample to sample through the whole series.
  package var isStateful = false
  private(set) var isLengthGiven = false
  private(set) var isHorizonGiven = false

  /// How the target is transformed before it is scaled.
  package enum Transform: Equatable, Sendable {
    case none
    /// Box and Cox's with an exponent; found by Guerrero's rule if `nil`.
    case power(Double?)

    package static let logarithm = Transform.power(0)
  }

  private enum CodingKeys: String, CodingKey {
    case file = "series"
    case target, features, known, calendar, date, key
    case statics = "static"
    case sequenceLength = "sequence_length"
    case horizon
    case testSplit = "test_split"
    case missing
    case frequency
    case fillsRows = "fills_rows"
    case isDifferenced = "difference"
    case differences, season
    case ensembleSize = "ensemble"
    case lowerBound = "lower_bound"
    case quantiles
    case digest
  }

  /// - Parameter features: The columns that the model reads besides the target.
  package init(file: String, target: String, features: [String] = []) {
    self.file = file
    self.target = target
    self.features = [target] + features.filter { !$0.isExactly(target) }
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    file = try members.decode(String.self, forKey: .file)
    target = try members.decode(String.self, forKey: .target)
    features = try members.texts(.features)
    known = try members.contains(.known) ? members.texts(.known) : []
    calendar = try members.decodeIfPresent([CalendarCycle].self, forKey: .calendar) ?? []
    statics = try members.decodeIfPresent([StaticColumn].self, forKey: .statics) ?? []
    date = try members.decodeIfPresent(String.self, forKey: .date)
    guard calendar.isEmpty || date != nil else {
      throw DecodingError.dataCorruptedError(
        forKey: .calendar, in: members, debugDescription: "needs a date")
    }
    key = try members.decodeIfPresent(String.self, forKey: .key)
    sequenceLength = try members.count(.sequenceLength)
    horizon = try members.count(.horizon)
    testSplit = try members.fraction(.testSplit)
    missing = try members.decode(Missing.self, forKey: .missing)
    frequency = try members.decodeIfPresent(Frequency.self, forKey: .frequency)
    fillsRows = try members.decodeIfPresent(Bool.self, forKey: .fillsRows) ?? false
    if try members.decodeIfPresent(Bool.self, forKey: .isDifferenced) ?? false { differences = [1] }
    differences = try members.decodeIfPresent([Int].self, forKey: .differences) ?? differences
    guard differences.allSatisfy({ (1...Self.longestDifference).contains($0) }),
      differences.count <= Self.mostDifferences
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .differences, in: members, debugDescription: "are not numbers of rows")
    }
    season = try members.contains(.season) ? members.count(.season) : nil
    ensembleSize = try members.contains(.ensembleSize) ? members.count(.ensembleSize) : 1
    lowerBound = try members.decodeIfPresent(Double.self, forKey: .lowerBound)
    quantiles = try members.decodeIfPresent([Double].self, forKey: .quantiles) ?? []
    guard quantiles.isEmpty || Loss.areQuantiles(quantiles) else {
      throw DecodingError.dataCorruptedError(
        forKey: .quantiles, in: members, debugDescription: "are not quantiles with 0.5 among them")
    }
    digest = try members.decode(String.self, forKey: .digest)
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(file, forKey: .file)
    try members.encode(target, forKey: .target)
    try members.encode(features, forKey: .features)
    if !known.isEmpty { try members.encode(known, forKey: .known) }
    if !calendar.isEmpty { try members.encode(calendar, forKey: .calendar) }
    if !statics.isEmpty { try members.encode(statics, forKey: .statics) }
    try members.encodeIfPresent(date, forKey: .date)
    try members.encodeIfPresent(key, forKey: .key)
    try members.encode(sequenceLength, forKey: .sequenceLength)
    try members.encode(horizon, forKey: .horizon)
    try members.encode(testSplit, forKey: .testSplit)
    try members.encode(missing, forKey: .missing)
    // What is not used leaves no trace.
    try members.encodeIfPresent(frequency, forKey: .frequency)
    if fillsRows { try members.encode(true, forKey: .fillsRows) }
    if differences == [1] {
      try members.encode(true, forKey: .isDifferenced)
    } else if !differences.isEmpty {
      try members.encode(differences, forKey: .differences)
    }
    try members.encodeIfPresent(season, forKey: .season)
    if ensembleSize > 1 { try members.encode(ensembleSize, forKey: .ensembleSize) }
    if let lowerBound {
      // A JSON file does not tell 0.0 from 0.
      if let whole = Int(exactly: lowerBound) {
        try members.encode(whole, forKey: .lowerBound)
      } else {
        try members.encode(lowerBound, forKey: .lowerBound)
      }
    }
    if !quantiles.isEmpty { try members.encode(quantiles, forKey: .quantiles) }
    try members.encode(digest, forKey: .digest)
  }

  /// Whether a row can be read only with the values of the row before it.
  package var needsLastValues: Bool { !differences.isEmpty || missing == .forwardFill }

  /// The values that the model gives: `[ensembleSize, horizon, quantiles]`.
  var outputs: Int { ensembleSize * horizon * max(1, quantiles.count) }

  /// A forecast that is not below ``lowerBound``.
  func bounded(_ value: Double) -> Double { max(value, lowerBound ?? value) }

  func bounded(_ interval: ClosedRange<Double>) -> ClosedRange<Double> {
    bounded(interval.lowerBound)...bounded(interval.upperBound)
  }

  /// The longest difference, and how many there may be.
  package static let longestDifference = 10_000
  package static let mostDifferences = 4

  package static let dataName = "csv"

  package var facts: [(name: String, value: JSONValue)] {
    var facts: [(name: String, value: JSONValue)] = [
      ("series", .string(file)), ("target", .string(target)),
      ("features", .string(features.joined(separator: ", "))),
      ("sequence length", .integer(sequenceLength)), ("horizon", .integer(horizon)),
    ]
    for (name, columns) in [
      ("known ahead", known), ("calendar", calendar.map(\.rawValue)),
      ("static", statics.map(\.name)),
    ] where !columns.isEmpty {
      facts.append((name, .string(columns.joined(separator: ", "))))
    }
    if let frequency { facts.append(("frequency", .string(frequency.name))) }
    if let season { facts.append(("season", .integer(season))) }
    return facts
  }

  /// One layer of 32 units, and a tenth of the rows for validation before those for the test; in batches of 32, or of
  /// one stretch if the state is carried.
  package func start(_ plan: TrainingPlan) throws -> TrainingStart {
    let settings = TrainingSettings(
      plan, units: [32], epochs: 50, batchSize: isStateful ? 1 : 32, shuffle: !isStateful)
    let loss = try settings.loss(.meanSquaredError, among: Loss.ofNumbers + [Loss.quantileForm])
    var task = self
    if let quantiles = loss.quantiles { task.quantiles = quantiles }
    guard task.quantiles.isEmpty || differences.isEmpty else {
      throw ConfigurationError(
        "quantiles of differences do not add up to those of values; forecast one or the other")
    }
    let data = try SeriesData(
      task, batchSize: settings.batchSize, validationSplit: settings.validationSplit)
    let decided = data.decided
    let member = ModelConfiguration.regressor(
      settings.stack, outputs: decided.outputs / ensembleSize,
      timeSteps: isStateful ? nil : decided.sequenceLength, features: data.samples.features,
      statefulBatch: isStateful ? settings.batchSize : nil)
    return try TrainingStart(
      settings, data: data,
      configuration: ensembleSize > 1 ? .ensemble(of: member, members: ensembleSize) : member,
      loss: loss, isStateful: isStateful, notes: data.notes)
  }

  package func data(of checkpoint: Checkpoint, file: String) throws -> any TrainingData {
    try SeriesData(self, of: checkpoint)
  }

  /// The series of other data get scalings of their own, by the model's method.
  package func data(toFineTune model: inout FineTunedModel) throws -> any TrainingData {
    try check(loss: model.checkpoint.loss)
    var task = self
    task.isStateful = model.configuration.isStateful
    let scaling = try model.file.scaling(of: self)
    task.scaling = scaling.method
    task.transform =
      scaling.power.map { .power($0.own.isEmpty ? $0.exponent : nil) } ?? Transform.none
    task.isLinear = scaling.linear != nil
    // As they are, whatever the new data would suggest.
    (task.sequenceLength, task.horizon) = (sequenceLength, horizon)
    return try SeriesData(
      task, batchSize: model.batchSize, validationSplit: model.validationSplit, base: scaling)
  }

  /// - Throws: `ConfigurationError` if no model could read so much at once.
  func checkSizes() throws(ConfigurationError) {
    for (name, value) in [
      ("sequence length", sequenceLength), ("horizon", horizon),
      ("number of columns", features.count),
    ] where !(1...ModelConfiguration.largestAxis).contains(value) {
      throw ConfigurationError(
        "the \(name) is \(value); it must be from 1 to \(ModelConfiguration.largestAxis)")
    }
    guard known.count * (horizon + 1) <= ModelConfiguration.largestAxis else {
      throw ConfigurationError(
        "\(known.count) columns that are known \(horizon) rows ahead are more than "
          + "\(ModelConfiguration.largestAxis) columns")
    }
  }

  /// - Throws: `ConfigurationError` if a loss is not that of what the model gives.
  func check(loss: Loss) throws(ConfigurationError) {
    let learned = loss.quantiles ?? []
    guard learned == quantiles else {
      func name(_ quantiles: [Double]) -> String {
        quantiles.isEmpty
          ? "forecasts" : "the quantiles " + quantiles.map { "\($0)" }.joined(separator: ", ")
      }
      throw ConfigurationError(
        "the model gives \(name(quantiles)); the loss is one of \(name(learned))")
    }
  }

  package func evaluate(_ file: ModelFile, data: String?) throws -> any Report {
    ErrorReport(try SeriesPredictor(file, data: data).evaluate())
  }

  package func stream(_ file: ModelFile, learns: Bool) throws -> any LineStream {
    try SeriesStream(file, self, learns: learns)
  }
}
