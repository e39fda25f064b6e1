/// `stream`: where a running sequence stands.
///
/// `next_input`, `[batch, length]`, the symbols that the next step is fed; or `next_values`, for each series the numbers,
/// `[length × features]`, float32, `last_values`, `[series, features]`, `keys`, the names of several series, and `dates`,
/// for each series those of its last rows, and `intervals`, what a stream knows of its errors. `rows_seen` by a live stream, `sampler_seed` and `sampler_position`, `moved`
/// and `ends_with_prediction`. What is not known is not there.
enum StreamSection: Section {
  static let name = "stream"
  static var property: WritableKeyPath<Checkpoint, StreamPosition?> { \.stream }

  static func stored(_ stream: StreamPosition) -> StoredValue {
    var members: [(String, StoredValue)] = []
    switch stream.place {
    case .symbols(let symbols): members.append(("next_input", .integerRows(symbols.next)))
    case .series(let series): members += stored(series)
    case .rows: break
    }
    if stream.rowsSeen > 0 { members.append(("rows_seen", .integer(stream.rowsSeen))) }
    if let sampler = stream.sampler {
      members.append(("sampler_seed", .unsigned(sampler.seed)))
      members.append(("sampler_position", .unsigned(sampler.position)))
    }
    if stream.hasMoved { members.append(("moved", .flag(true))) }
    if let isPrediction = stream.symbols?.endsWithPrediction {
      members.append(("ends_with_prediction", .flag(isPrediction)))
    }
    return .group(members)
  }

  private static func stored(_ series: [StreamPosition.Series]) -> [(String, StoredValue)] {
    var members: [(String, StoredValue)] = []
    if !series.isEmpty { members.append(("next_values", .floatLists(series.map(\.rows)))) }
    if series.contains(where: { !$0.lastValues.isEmpty }) {
      members.append(("last_values", .numberRows(series.map(\.lastValues))))
    }
    if series.contains(where: { !$0.intervals.isEmpty }) {
      members.append(("intervals", .numberRows(series.map(\.intervals))))
    }
    let keys = series.compactMap(\.key)
    if !keys.isEmpty { members.append(("keys", .texts(keys))) }
    if series.contains(where: { !$0.dates.isEmpty }) {
      members.append(("dates", .textLists(series.map(\.dates))))
    }
    return members
  }

  static func read(
    from root: any SectionStore, of checkpoint: Checkpoint
  ) throws -> StreamPosition? {
    let group = try root.members(name)
    var stream = StreamPosition(
      try place(in: group), rowsSeen: try group.ifThere("rows_seen", group.integer) ?? 0,
      hasMoved: try group.ifThere("moved", group.flag) ?? false)
    if try group.contains("sampler_seed") || group.contains("sampler_position") {
      stream.sampler = StreamPosition.Sampler(
        seed: try group.unsigned("sampler_seed"),
        position: try group.unsigned("sampler_position"))
    }
    return stream
  }

  private static func place(in group: any SectionStore) throws -> StreamPosition.Place {
    let next = try group.ifThere("next_input", group.integerRows) ?? []
    guard next.isEmpty else {
      return .symbols(
        StreamPosition.Symbols(
          next: next,
          endsWithPrediction: try group.ifThere("ends_with_prediction", group.flag)))
    }
    var series = (try group.ifThere("next_values", group.floatLists) ?? []).map {
      StreamPosition.Series(rows: $0)
    }
    /// Gives each series its own of a list that has one for each.
    func assign<Value>(
      _ name: String, _ read: (String) throws -> [Value],
      to property: WritableKeyPath<StreamPosition.Series, Value>, _ what: String
    ) throws {
      guard let values = try group.ifThere(name, read), !values.isEmpty else { return }
      guard values.count == series.count else {
        throw group.invalid(
          name, "must have \(what) for each of \(series.count) series, has \(values.count)")
      }
      for (index, value) in values.enumerated() { series[index][keyPath: property] = value }
    }
    let count = series.count
    try assign("last_values", group.numberRows, to: \.lastValues, "a row")
    try assign("intervals", group.numberRows, to: \.intervals, "numbers")
    try assign("keys", { try group.texts($0).map(Optional.some) }, to: \.key, "a name")
    try assign("dates", { try group.textLists($0, count: count) }, to: \.dates, "dates")
    return series.isEmpty ? .rows : .series(series)
  }

  static func check(
    _ stream: inout StreamPosition, in checkpoint: Checkpoint
  ) throws(SectionProblem) {
    guard stream.rowsSeen >= 0 else { throw SectionProblem("rows_seen", "is \(stream.rowsSeen)") }
    let configuration = checkpoint.configuration
    let symbols = checkpoint.vocabulary?.symbols.count ?? 0
    switch stream.place {
    case .symbols(let position):
      try check(position.next, rows: configuration.stateRows, symbols: symbols)
    case .series(let series): try check(series, features: configuration.features)
    case .rows:
      // A model of symbols has no stream without them, unless it was fed numbers.
      guard symbols == 0 || stream.rowsSeen > 0 else {
        throw SectionProblem("next_input", "is missing")
      }
    }
    if !stream.hasMoved { stream.hasMoved = hasMoved(stream, checkpoint) }
  }

  private static func check(_ next: [[Int]], rows: Int, symbols: Int) throws(SectionProblem) {
    let length = next.first?.count ?? 0
    let areSymbols = next.allSatisfy { row in
      row.count == length && row.allSatisfy((0..<symbols).contains)
    }
    guard next.count == rows, length > 0, areSymbols else {
      throw SectionProblem(
        "next_input",
        "must be [\(rows), length] numbers of symbols below \(symbols), "
          + "is [\(next.count), \(length)]")
    }
  }

  private static func check(
    _ series: [StreamPosition.Series], features: Int
  ) throws(SectionProblem) {
    let lastValues = series.map(\.lastValues.count).max() ?? 0
    for (index, series) in series.enumerated() {
      guard series.rows.count % features == 0, series.rows.allSatisfy(\.isFinite) else {
        throw SectionProblem(
          "next_values/\(index)", "must be steps of \(features) numbers, has \(series.rows.count)")
      }
      let last = series.lastValues
      guard last.count == lastValues, last.count % features == 0, last.allSatisfy(\.isFinite)
      else {
        throw SectionProblem(
          "last_values", "must be rows of \(features) numbers for each series, has \(last.count)")
      }
    }
  }

  /// Whether predictions have moved the stream of an older file, which does not say it itself: training brings no rows,
  /// keeps no state of its own beside that of a stream, and leaves symbols only where a state is carried.
  private static func hasMoved(_ stream: StreamPosition, _ checkpoint: Checkpoint) -> Bool {
    stream.rowsSeen > 0 || checkpoint.trainingRecurrentState != nil
      || !checkpoint.configuration.isStateful && stream.symbols != nil
  }
}
