/// The column of the dates of some series, which is written in one way.
struct DateColumn: Sendable {
  /// How the dates of each series go on, or why that is not certain.
  let series: [Result<DateSequence, DateProblem>]

  /// - Parameters:
  ///   - dates: Of each series, the oldest first.
  ///   - frequency: What they are known to be; what they look like if `nil`.
  init(_ dates: [[String]], frequency: Frequency?) {
    let readings: [DateReading]
    do {
      readings = try DateReading.readings(of: dates.flatMap { $0 })
    } catch {
      // The row is counted through all series.
      var first = 0
      series = dates.map { own in
        defer { first += own.count }
        let row = error.row.flatMap { own.indices.contains($0 - first) ? $0 - first : nil }
        return .failure(
          DateProblem(kind: error.kind, row: row, error.description))
      }
      return
    }
    var first = 0
    let parts = dates.map { own in
      defer { first += own.count }
      return readings.map { reading in
        var part = reading
        part.times = Array(reading.times[first..<first + own.count])
        return part
      }
    }
    func sequences(by notations: Set<DateNotation>?) -> [Result<DateSequence, DateProblem>] {
      zip(parts, dates).map { readings, own in
        let meant = readings.filter { notations?.contains($0.notation) ?? true }
        do throws(DateProblem) {
          return .success(try DateSequence(meant, of: own, frequency: frequency))
        } catch { return .failure(error) }
      }
    }
    let found = sequences(by: nil)
    // Whether days or months come first, one series may show for the others.
    let clear = Set(found.compactMap { try? $0.get().notation })
    let isSplit = clear.count == 1 && readings.count > 1 && found.contains { $0.isFailure }
    series = isSplit ? sequences(by: clear) : found
  }

  /// The first problem of some kinds, one that names a row before others, and the series that has it.
  func problem(of kinds: [DateProblem.Kind]) -> (series: Int, problem: DateProblem)? {
    var all: [(series: Int, problem: DateProblem)] = []
    for (index, result) in series.enumerated() {
      let problem: DateProblem? =
        switch result {
        case .failure(let problem): problem
        case .success(let sequence): sequence.firstProblem
        }
      if let problem, kinds.contains(problem.kind) { all.append((index, problem)) }
    }
    return all.first { $0.problem.row != nil } ?? all.first
  }
}

extension Result {
  fileprivate var isFailure: Bool { if case .failure = self { true } else { false } }
}
