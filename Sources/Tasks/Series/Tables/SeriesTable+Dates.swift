import Files

extension SeriesTable {
  /// Checks the dates of rows that a new model is to be trained on.
  ///
  /// - Throws: `FileError` that names the line of a date which is there twice, or if the dates are not of the frequency
  ///   that the task has.
  func checkDates(_ task: SeriesTask) throws {
    let kinds: [DateProblem.Kind] = task.frequency == nil ? [.duplicate] : [.duplicate, .uncertain]
    guard let (index, problem) = dates?.problem(of: kinds) else { return }
    throw error(problem, series: index, task)
  }

  /// What is to be said of the dates, each in a line.
  func dateNotes(_ task: SeriesTask) -> [String] {
    guard let dates else { return [] }
    var notes: [String] = []
    if filledRows > 0, let (index, problem) = dates.problem(of: [.uneven]) {
      notes.append(
        "\(error(problem, series: index, task)); \(filledRows) missing rows were filled with the values of the row "
          + "before them")
    } else if let (index, problem) = dates.problem(of: [.uneven]) {
      let all = dates.series.reduce(0) { $0 + ((try? $1.get().breaks.count) ?? 0) }
      notes.append(
        "\(error(problem, series: index, task))"
          + (all > 1 ? ", and so in \(all - 1) more places" : "")
          + "; the model reads the rows as if they were even")
    }
    if let (index, problem) = dates.problem(of: [.uncertain, .duplicate]) {
      let reason = error(problem, series: index, task)
      notes.append("\(reason); forecasts number their steps unless a frequency is given")
    }
    if dates.series.contains(where: { (try? $0.get().hasSeveralOffsets) ?? false }) {
      notes.append(
        "\(task.file): column \(task.date ?? ""): the offset from UTC changes; the dates of forecasts keep that of "
          + "the last row")
    }
    return notes
  }

  /// The rows of a season, by the dates of all series; `nil` if they say nothing.
  var season: Int? {
    let seasons = Set((dates?.series ?? []).map { (try? $0.get())?.frequency.season })
    return seasons.count == 1 ? seasons.first ?? nil : nil
  }

  /// The last dates of each series, enough of them to go on as all of them do: where that is not certain by all of them,
  /// it must not seem so by the last ones.
  func lastDates(_ task: SeriesTask) -> [[String]] {
    guard let dates else { return series.map { _ in [] } }
    return zip(series, dates.series).map { series, result in
      Self.lastDates(of: series.dates, result, frequency: task.frequency)
    }
  }

  private static func lastDates(
    of dates: [String], _ result: Result<DateSequence, DateProblem>, frequency: Frequency?
  ) -> [String] {
    let last = dates.last ?? ""
    let following = (try? result.get())?.following(last, count: DateSequence.compared)
    var length = DateSequence.usualLength
    while length < min(dates.count, mostLastDates) {
      let own = Array(dates.suffix(length))
      let sequence = try? DateSequence(own, frequency: frequency)
      if sequence?.following(last, count: DateSequence.compared) == following { return own }
      length *= 2
    }
    return dates.count <= length ? dates : following == nil ? [last] : dates.suffix(length)
  }

  /// About as many are kept at most.
  static let mostLastDates = 1600
}

extension Remedy {
  /// How often rows come.
  package static let frequency = Remedy(rawValue: "frequency")
}
