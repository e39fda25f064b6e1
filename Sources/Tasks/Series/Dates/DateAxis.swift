/// Dates or numbers at the axis of a chart: where marks are, and which rows a range of dates holds.
package struct DateAxis: Sendable {
  /// A mark at a row.
  package struct Mark: Equatable, Sendable {
    /// From 0.
    package let row: Int
    package let label: String

    package init(row: Int, label: String) { (self.row, self.label) = (row, label) }
  }

  private let dates: [String]
  private let reading: DateReading

  /// - Parameter dates: Of rows in their order.
  /// - Returns: `nil` if they are not understood.
  package init?(_ dates: [String]) {
    let readings = (try? DateReading.readings(of: dates)) ?? []
    let ordered = readings.filter { $0.disorder(dates) == nil }
    // By days or months first, whichever is even.
    let even = ordered.first { !DateFit.fits($0, frequency: nil).isEmpty }
    guard let reading = even ?? ordered.first else { return nil }
    (self.dates, self.reading) = (dates, reading)
  }

  // MARK: - Marks

  /// A distance between marks.
  private enum Distance {
    case rows(Int)
    case seconds(Int)
    case days(Int)
    case months(Int)
    case number(Int128)
  }

  /// The ways in which marks may be put, the closest first: at every so many seconds, days, months or years, or at round
  /// numbers. The last ones are at even rows.
  package func marks() -> some Sequence<[Mark]> {
    let seconds = [
      1, 5, 10, 15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    ]
    let years = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
    var calendar: [Distance] = seconds.map { .seconds($0) }
    calendar += [1, 2, 7, 14].map { Distance.days($0) }
    calendar += [1, 3, 6].map { Distance.months($0) }
    calendar += years.map { Distance.months(12 * $0) }
    var numbers: [Distance] = []
    for power in -6...18 {
      let ten = (0..<abs(power)).reduce(Int128(1)) { ten, _ in ten * 10 }
      let unit = power < 0 ? RowTime.ticksPerUnit / ten : RowTime.ticksPerUnit * ten
      numbers += [1, 2, 5].map { Distance.number(unit * $0) }
    }
    let isNumber = reading.notation.resolution == .number
    let all: [Distance] =
      [.rows(1)] + (isNumber ? numbers : calendar)
      + Self.evenRows(dates.count)
    return all.lazy.map { marks(at: $0) }.filter { !$0.isEmpty }
  }

  private static func evenRows(_ count: Int) -> [Distance] {
    sequence(first: 2) { $0 * 2 }.prefix { $0 < count }.map { .rows($0) }
  }

  /// More than any picture has room for.
  private static let mostMarks = 1000

  /// - Returns: None if they are too many.
  private func marks(at distance: Distance) -> [Mark] {
    var marks: [Mark] = []
    var before: Int128?
    for (row, time) in reading.times.enumerated() {
      let place = Self.place(row, time, distance)
      defer { before = place.floorDivided(by: place.size) }
      let isNew = before.map { $0 != place.floorDivided(by: place.size) } ?? place.isFirst
      if isNew, marks.count == Self.mostMarks { return [] }
      if isNew { marks.append(Mark(row: row, label: label(row, time, distance))) }
    }
    return marks
  }

  /// Where a row is, counted in the unit of a distance.
  private struct Place {
    let position: Int128
    let size: Int128
    /// Whether the unit begins with the row.
    let isUnitsBegin: Bool
    var isFirst: Bool { isUnitsBegin && position.floorDivided(by: size).remainder == 0 }
    func floorDivided(by size: Int128) -> Int128 { position.floorDivided(by: size).quotient }
  }

  private static func place(_ row: Int, _ time: RowTime, _ distance: Distance) -> Place {
    switch distance {
    case .rows(let count):
      return Place(position: Int128(row), size: Int128(count), isUnitsBegin: true)
    case .seconds(let count):
      let local = Int128(time.day) * RowTime.ticksPerDay + time.clock
      return Place(
        position: local, size: Int128(count) * RowTime.ticksPerSecond, isUnitsBegin: true)
    case .days(let count):
      // Weeks begin with Monday.
      return Place(
        position: Int128(time.day) + (count % 7 == 0 ? 3 : 0), size: Int128(count),
        isUnitsBegin: time.clock == 0)
    case .months(let count):
      let date = time.civilDay
      return Place(
        position: Int128(date.months), size: Int128(count),
        isUnitsBegin: date.day == 1 && time.clock == 0)
    case .number(let step): return Place(position: time.ticks, size: step, isUnitsBegin: true)
    }
  }

  private func label(_ row: Int, _ time: RowTime, _ distance: Distance) -> String {
    let date = time.civilDay
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let day = "\(two(date.month))-\(two(date.day))"
    switch distance {
    case .rows, .number: return dates[row]
    case .months(let count) where count % 12 == 0: return "\(date.year)"
    case .months:
      return reading.notation.resolution == .quarter
        ? dates[row] : "\(date.year)-\(two(date.month))"
    case .days: return reading.notation.resolution == .week ? dates[row] : "\(date.year)-\(day)"
    case .seconds(let count):
      let seconds = Int(time.clock / RowTime.ticksPerSecond)
      return "\(day) \(two(seconds / 3600)):\(two(seconds / 60 % 60))"
        + (count % 60 == 0 ? "" : ":\(two(seconds % 60))")
    }
  }

  // MARK: - Ranges

  /// The rows from one date to another, both of them included: `1955-01:1960-12`, `1955:`. A year, month or day means all
  /// of it.
  ///
  /// - Returns: `nil` if the text is not such a range.
  package func rows(in range: String) -> Range<Int>? {
    for colon in range.indices where range[colon] == ":" {
      let texts = [range[..<colon], range[range.index(after: colon)...]].map(String.init)
      let ends: [Range<Int128>?] = texts.map { $0.isEmpty ? nil : span(of: $0) }
      guard zip(texts, ends).allSatisfy({ $0.isEmpty || $1 != nil }) else { continue }
      let times = reading.times
      var first: Int? = 0
      if let end = ends[0] { first = times.firstIndex { $0.ticks >= end.lowerBound } }
      var last: Int? = times.count - 1
      if let end = ends[1] { last = times.lastIndex { $0.ticks < end.upperBound } }
      guard let first, let last, first <= last else { return 0..<0 }
      return first..<last + 1
    }
    return nil
  }

  /// What a date covers.
  private func span(of text: String) -> Range<Int128>? {
    var own = reading.notation
    if reading.notation.resolution == .number {
      return own.read(text).map { $0.ticks..<$0.ticks + 1 }
    }
    let year = text.count == 4 ? Int(text) : nil
    if let year, let first = CivilDay(year: year, month: 1, day: 1) {
      return Self.span(from: first.daysSince1970, to: CivilDay(months: first.months + 12, day: 1))
    }
    let notations = own.read(text) != nil ? [own] : DateNotation.notations(of: text)
    guard var notation = notations.first, notation.rank == 0 || notation == own,
      let time = notation.read(text)
    else { return nil }
    let months: Int? =
      switch notation.resolution {
      case .month: 1
      case .quarter: 3
      default: nil
      }
    if let months {
      let date = CivilDay(months: time.civilDay.months + months, day: 1)
      return Self.span(from: time.day, to: date)
    }
    let length: Int128 =
      switch notation.resolution {
      case .week: 7 * RowTime.ticksPerDay
      case .day: RowTime.ticksPerDay
      default: 1
      }
    return time.ticks..<time.ticks + length
  }

  private static func span(from first: Int, to last: CivilDay) -> Range<Int128> {
    RowTime(day: first).ticks..<RowTime(day: last.daysSince1970).ticks
  }
}
