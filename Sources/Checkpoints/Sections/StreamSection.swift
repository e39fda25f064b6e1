/// `stream`: where a running sequence stands.
///
/// `next_input`, `[batch, length]`, the symbols that the next step is fed; or `next_values`, for each series the numbers,
/// `[length × features]`, float32, `last_values`, `[series, features]`, `keys`, the names of several series, and `dates`,
/// for each series those of its last rows. `rows_seen` by a live stream, `sampler_seed` and `sampler_position`, `moved`
/// and `ends_with_prediction`. What is not known is not there.
enum StreamSection: Section {
  static let name = "stream"
  static var property: WritableKeyPath<Checkpoint, StreamPosition?> { \.stream }

  static func stored(_ stream: StreamPosition) -> StoredValue {
    var members: [(String, StoredValue)] = []
    if !stream.nextInput.isEmpty { members.append(("next_input", .integerRows(stream.nextInput))) }
    if !stream.nextValues.isEmpty {
      members.append(("next_values", .floatLists(stream.nextValues)))
    }
    if !stream.lastValues.isEmpty {
      members.append(("last_values", .numberRows(stream.lastValues)))
    }
    if !stream.keys.isEmpty { members.append(("keys", .texts(stream.keys))) }
    if !stream.dates.isEmpty { members.append(("dates", .textLists(stream.dates))) }
    if stream.rowsSeen > 0 { members.append(("rows_seen", .integer(stream.rowsSeen))) }
    if let sampler = stream.sampler {
      members.append(("sampler_seed", .unsigned(sampler.seed)))
      members.append(("sampler_position", .unsigned(sampler.position)))
    }
    if stream.hasMoved { members.append(("moved", .flag(true))) }
    if let isPrediction = stream.endsWithPrediction {
      members.append(("ends_with_prediction", .flag(isPrediction)))
    }
    return .group(members)
  }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> StreamPosition? {
    let group = try root.members(name)
    var stream = StreamPosition(
      nextInput: try group.ifThere("next_input", group.integerRows) ?? [],
      nextValues: try group.ifThere("next_values", group.floatLists) ?? [],
      lastValues: try group.ifThere("last_values", group.numberRows) ?? [],
      keys: try group.ifThere("keys", group.texts) ?? [],
      rowsSeen: try group.ifThere("rows_seen", group.integer) ?? 0,
      hasMoved: try group.ifThere("moved", group.flag) ?? false,
      endsWithPrediction: try group.ifThere("ends_with_prediction", group.flag))
    let series = stream.nextValues.count
    stream.dates = try group.ifThere("dates") { try group.textLists($0, count: series) } ?? []
    if try group.contains("sampler_seed") || group.contains("sampler_position") {
      stream.sampler = StreamPosition.Sampler(
        seed: try group.unsigned("sampler_seed"),
        position: try group.unsigned("sampler_position"))
    }
    return stream
  }

  static func check(
    _ stream: inout StreamPosition, in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    guard stream.rowsSeen >= 0 else { throw SectionProblem("rows_seen", "is \(stream.rowsSeen)") }
    let symbols = checkpoint.vocabulary?.symbols.count ?? 0
    // A model of symbols has no stream without them, unless it was fed numbers.
    if !stream.nextInput.isEmpty || symbols > 0 && stream.nextValues.isEmpty && stream.rowsSeen == 0
    {
      try check(stream.nextInput, rows: checkpoint.configuration.stateRows, symbols: symbols)
    }
    try checkSeries(stream, features: checkpoint.configuration.features)
    if !stream.hasMoved { stream.hasMoved = hasMoved(stream, checkpoint) }
  }

  private static func check(
    _ nextInput: [[Int]], rows: Int, symbols: Int
  ) throws(SectionProblem) {
    guard let length = nextInput.first?.count else {
      throw SectionProblem("next_input", "is missing")
    }
    let areSymbols = nextInput.allSatisfy { row in
      row.count == length && row.allSatisfy((0..<symbols).contains)
    }
    guard nextInput.count == rows, length > 0, areSymbols else {
      throw SectionProblem(
        "next_input",
        "must be [\(rows), length] numbers of symbols below \(symbols), "
          + "is [\(nextInput.count), \(length)]")
    }
  }

  private static func checkSeries(
    _ stream: StreamPosition, features: Int
  ) throws(SectionProblem) {
    for (index, values) in stream.nextValues.enumerated() {
      guard values.count % features == 0, values.allSatisfy(\.isFinite) else {
        throw SectionProblem(
          "next_values/\(index)", "must be steps of \(features) numbers, has \(values.count)")
      }
    }
    let series = stream.nextValues.count
    guard
      stream.lastValues.isEmpty
        || stream.lastValues.count == series
          && stream.lastValues.allSatisfy({ $0.count == features && $0.allSatisfy(\.isFinite) })
    else {
      throw SectionProblem(
        "last_values", "must be \(features) numbers for each of \(series) series")
    }
    guard stream.keys.isEmpty || stream.keys.count == series else {
      throw SectionProblem("keys", "must have a name for each of \(series) series")
    }
    guard stream.dates.isEmpty || stream.dates.count == series else {
      throw SectionProblem("dates", "must have dates for each of \(series) series")
    }
  }

  /// Whether predictions have moved the stream of an older file, which does not say it itself: training brings no rows,
  /// keeps no state of its own beside that of a stream, and leaves symbols only where a state is carried.
  private static func hasMoved(_ stream: StreamPosition, _ checkpoint: Checkpoint) -> Bool {
    stream.rowsSeen > 0 || checkpoint.trainingRecurrentState != nil
      || !checkpoint.configuration.isStateful && !stream.nextInput.isEmpty
  }
}
