/// The dates of a series: how they are written, how often they come, and how they go on.
package struct DateSequence: Sendable {
  package let frequency: Frequency
  /// Rows that do not follow the one before them as others do.
  let breaks: [Break]
  /// The first of them; `nil` if there is none.
  package let firstProblem: DateProblem?
  /// Whether the clock was changed between rows, as for daylight saving time.
  package let hasSeveralOffsets: Bool
  let notation: DateNotation
  private let grid: DateGrid
  /// The places on the grid from row to row.
  private let step: Int128

  /// Where a row does not follow the one before it.
  struct Break: Equatable, Sendable {
    /// From 0.
    let row: Int
    /// The rows that are missing before it; 0 if it is not where any row should be.
    let missing: Int
  }

  /// How many of the last dates are enough in most cases to see how they go on: a year of months, weeks of working days.
  package static let usualLength = 25

  /// - Parameters:
  ///   - dates: The oldest first.
  ///   - frequency: What they are known to be; what they look like if `nil`.
  /// - Throws: ``DateProblem`` if they are not understood, not in order, not of the frequency, or fit several frequencies
  ///   or notations which would go on differently.
  package init(_ dates: [String], frequency: Frequency? = nil) throws(DateProblem) {
    try self.init(try DateReading.readings(of: dates), of: dates, frequency: frequency)
  }

  /// - Parameter readings: Of the dates, each by a notation that they may be meant in.
  init(
    _ readings: [DateReading], of dates: [String], frequency: Frequency?
  ) throws(DateProblem) {
    var ordered: [DateReading] = []
    var disorder: DateProblem?
    for reading in readings {
      if let problem = reading.disorder(dates) {
        disorder = disorder ?? problem
      } else {
        ordered.append(reading)
      }
    }
    if ordered.isEmpty, let disorder { throw disorder }
    let fits = ordered.flatMap { reading in
      DateFit.fits(reading, frequency: frequency).map { (reading, $0) }
    }
    // What says more than a plain number is meant to.
    let rank = fits.map(\.0.notation.rank).min()
    let best = fits.filter { $0.0.notation.rank == rank }
    let fewest = best.map(\.1.cost).min()
    let meant = best.filter { $0.1.cost == fewest }
    guard let (reading, fit) = meant.first, let last = dates.last else {
      throw Self.problem(with: ordered, dates, frequency: frequency)
    }
    self.init(reading, fit, dates)
    let own = following(last, count: Self.compared)
    for (reading, fit) in meant.dropFirst() {
      let other = Self(reading, fit, dates)
      guard other.following(last, count: Self.compared) != own else { continue }
      throw DateProblem(
        other.frequency == self.frequency
          ? "the dates, such as \(last), can be read with the day or the month first"
          : "the dates fit \(self.frequency.name) and \(other.frequency.name), which go on differently"
      )
    }
  }

  /// The dates by which sequences are compared: some years of any frequency that is likely.
  static let compared = 60

  private init(_ reading: DateReading, _ fit: DateFit, _ dates: [String]) {
    (notation, grid, step) = (reading.notation, fit.grid, fit.step)
    (frequency, breaks) = (fit.frequency, fit.breaks)
    let offset = reading.times.first?.offset
    hasSeveralOffsets = reading.times.contains { $0.offset != offset }
    firstProblem = breaks.first.map { Self.problem($0, dates, fit.frequency) }
  }

  private static func problem(
    _ found: Break, _ dates: [String], _ frequency: Frequency
  ) -> DateProblem {
    let (row, missing) = (found.row, found.missing)
    let before = row > 0 ? " follows \(dates[row - 1])" : ""
    return DateProblem(
      kind: .uneven, row: row,
      missing > 0
        ? "\(dates[row])\(before); \(missing) \(missing == 1 ? "row is" : "rows are") missing for even \(frequency.name)"
        : "\(dates[row])\(before), which does not fit even \(frequency.name)")
  }

  /// Why nothing fits.
  private static func problem(
    with readings: [DateReading], _ dates: [String], frequency: Frequency?
  ) -> DateProblem {
    guard dates.count > 1 else {
      return DateProblem("one date, \(dates.first ?? ""), does not show how often there is one")
    }
    if let frequency {
      return DateProblem(
        "the dates, such as \(dates[0]) and \(dates[1]), are not \(frequency.name)")
    }
    let row = readings.first?.firstUnevenRow
    return DateProblem(
      row: row,
      row.map { "\(dates[$0]) does not follow \(dates[$0 - 1]) as the dates before it do" }
        ?? "the dates follow each other in no even steps")
  }

  /// The dates behind a row, written in the same way.
  ///
  /// An offset from UTC stays that of the row.
  ///
  /// - Returns: `nil` if the date is not written as the others are, or dates go beyond the year 9999.
  package func following(_ last: String, count: Int) -> [String]? {
    var notation = notation
    guard let time = notation.read(last) else { return nil }
    let position = grid.position(before: time)
    var dates: [String] = []
    for row in 0..<max(0, count) {
      guard let date = date(position, rows: row + 1, like: time) else { return nil }
      dates.append(date)
    }
    return dates
  }

  /// The dates of the rows that are missing between two.
  package func missing(between first: String, and last: String) -> [String] {
    var notation = notation
    guard let time = notation.read(first), let end = notation.read(last) else { return [] }
    let position = grid.position(before: time)
    let rows = (grid.position(before: end) - position) / step - 1
    guard rows > 0, rows <= Int128(Self.mostMissing) else { return [] }
    return (0..<Int(rows)).compactMap { date(position, rows: $0 + 1, like: time) }
  }

  /// The most rows that may be missing in one place.
  static let mostMissing = 1_000_000

  private func date(_ position: Int128, rows: Int, like time: RowTime) -> String? {
    let (distance, overflows) = step.multipliedReportingOverflow(by: Int128(rows))
    let (place, overflowsToo) = position.addingReportingOverflow(distance)
    guard !overflows, !overflowsToo, let next = grid.time(at: place, offset: time.offset) else {
      return nil
    }
    if case .pattern = notation.kind, !(0...9999).contains(next.civilDay.year) { return nil }
    return notation.text(next)
  }
}

/// Dates as one notation reads them.
struct DateReading {
  var notation: DateNotation
  var times: [RowTime] = []

  /// - Throws: ``DateProblem`` that names the first date which is not understood as the others are.
  static func readings(of dates: [String]) throws(DateProblem) -> [DateReading] {
    guard let first = dates.first else { throw DateProblem("there are no dates") }
    var readings = DateNotation.notations(of: first).map { DateReading(notation: $0) }
    guard !readings.isEmpty else {
      throw DateProblem(row: 0, "'\(first)' is not a date, a time or a number")
    }
    for (row, date) in dates.enumerated() {
      for index in readings.indices.reversed() {
        if let time = readings[index].notation.read(date) {
          readings[index].times.append(time)
        } else {
          readings.remove(at: index)
        }
      }
      guard !readings.isEmpty else {
        throw DateProblem(row: row, "'\(date)' is not a date written as '\(first)' is")
      }
    }
    return readings
  }

  /// The times of a column whose rows may have any order.
  ///
  /// - Throws: ``DateProblem`` that names the first date which is not understood as the others are, or if days and months
  ///   cannot be told from each other.
  static func times(of dates: [String]) throws(DateProblem) -> [RowTime] {
    try meant(by: dates).times
  }

  /// The one reading that dates have, in whatever order they are.
  ///
  /// - Throws: ``DateProblem`` that names the first date which is not understood as the others are, or if days and months
  ///   cannot be told from each other.
  static func meant(by dates: [String]) throws(DateProblem) -> DateReading {
    let readings = try readings(of: dates)
    let rank = readings.map(\.notation.rank).min()
    let meant = readings.filter { $0.notation.rank == rank }
    guard let first = meant.first, meant.allSatisfy({ $0.times == first.times }) else {
      throw DateProblem(
        "the dates, such as \(dates.first ?? ""), can be read with the day or the month first")
    }
    return first
  }

  /// The first date that is not behind the one before it.
  func disorder(_ dates: [String]) -> DateProblem? {
    zip(times, times.dropFirst()).enumerated().first { $1.1.ticks <= $1.0.ticks }.map { row, pair in
      pair.0.ticks == pair.1.ticks
        ? DateProblem(
          kind: .duplicate, row: row + 1,
          "\(dates[row + 1]) is there twice; a series has one row for each date, and several series need a column "
            + "of their names, the key")
        : DateProblem(
          kind: .disorder, row: row + 1,
          "\(dates[row + 1]) comes after \(dates[row]); the rows must be in the order of time")
    }
  }

  /// The first row whose distance from the one before differs from the usual one.
  var firstUnevenRow: Int? {
    let distances = zip(times, times.dropFirst()).map { $1.ticks - $0.ticks }
    let usual = mode(of: distances)
    return distances.firstIndex { $0 != usual }.map { $0 + 1 }
  }
}

/// The most frequent number, the smallest one of several.
func mode(of numbers: [Int128]) -> Int128? {
  Dictionary(numbers.map { ($0, 1) }, uniquingKeysWith: +)
    .max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
}
