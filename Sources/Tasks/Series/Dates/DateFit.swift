/// How well dates keep to a grid.
struct DateFit {
  let frequency: Frequency
  let grid: DateGrid
  let step: Int128
  let breaks: [DateSequence.Break]
  /// What speaks against it: rows that are missing, or in the wrong place.
  var cost: Int { breaks.reduce(0) { $0 + max(1, $1.missing) } }

  /// The ways in which dates may be meant.
  ///
  /// - Parameter frequency: What they are known to be.
  static func fits(_ reading: DateReading, frequency: Frequency?) -> [DateFit] {
    guard let last = reading.times.last else { return [] }
    if reading.notation.resolution == .number { return numbers(reading, as: frequency) }
    if let frequency {
      guard let (grid, step) = grid(of: frequency, reading, last) else { return [] }
      return [DateFit(reading, grid, step: step, as: frequency)].compactMap { $0 }
    }
    let clock = last.clock
    let days: [DateGrid] = [.days(clock: clock), .businessDays(clock: clock)]
    let grids: [DateGrid]
    switch reading.notation.resolution {
    case .number: grids = []
    case .month, .quarter: grids = [.months(day: 1, clock: 0)]
    case .week: grids = [.days(clock: 0)]
    case .day: grids = months(reading) + days
    case .time: grids = months(reading) + days + [.ticks]
    }
    let fits = grids.compactMap { DateFit(reading, $0) }
    // Nobody counts by 31 or 365 days where months or years fit; three dates show that they do.
    let hasMonths = reading.times.count > 2 && fits.contains { $0.isOfMonths && $0.breaks.isEmpty }
    return fits.filter { !hasMonths || $0.isOfMonths || !$0.isOfOddDays }
  }

  private var isOfMonths: Bool { if case .months = grid { true } else { false } }
  private var isOfOddDays: Bool {
    frequency.unit == .days && frequency.count > 28
  }

  /// The same day of each month, and its last one.
  private static func months(_ reading: DateReading) -> [DateGrid] {
    guard let clock = reading.times.last?.clock else { return [] }
    let day = reading.times.lazy.map(\.civilDay.day).max() ?? 1
    return (day == 31 ? [31] : [day, 31]).map { .months(day: $0, clock: clock) }
  }

  /// Where dates of a frequency are; `nil` if the notation does not show it.
  private static func grid(
    of frequency: Frequency, _ reading: DateReading, _ last: RowTime
  ) -> (DateGrid, step: Int128)? {
    let count = Int128(frequency.count)
    let resolution = reading.notation.resolution
    let hasDays = resolution == .day || resolution == .time
    func ticks(_ units: Int128) -> (DateGrid, step: Int128)? {
      resolution == .time ? (.ticks, count * units) : nil
    }
    func months(_ units: Int128, isEnd: Bool = false) -> (DateGrid, step: Int128)? {
      guard resolution != .week, resolution != .quarter || count * units % 3 == 0 else {
        return nil
      }
      let day = hasDays ? reading.times.lazy.map(\.civilDay.day).max() ?? 1 : 1
      return (
        .months(day: isEnd && hasDays ? 31 : day, clock: last.clock), count * units
      )
    }
    return switch frequency.unit {
    case .microseconds: ticks(1000)
    case .milliseconds: ticks(1_000_000)
    case .seconds: ticks(RowTime.ticksPerSecond)
    case .minutes: ticks(60 * RowTime.ticksPerSecond)
    case .hours: ticks(3600 * RowTime.ticksPerSecond)
    case .days: hasDays ? (.days(clock: last.clock), count) : nil
    case .businessDays: hasDays ? (.businessDays(clock: last.clock), count) : nil
    case .weeks: hasDays || resolution == .week ? (.days(clock: last.clock), 7 * count) : nil
    case .months: months(1)
    case .monthEnds: months(1, isEnd: true)
    case .quarters: months(3)
    case .quarterEnds: months(3, isEnd: true)
    case .years: months(12)
    case .yearEnds: months(12, isEnd: true)
    case .numbers: nil
    }
  }

  // MARK: - Numbers

  /// Numbers in even steps, also rounded ones.
  private static func numbers(_ reading: DateReading, as frequency: Frequency?) -> [DateFit] {
    let tick = reading.notation.tickOfNumbers
    let isWhole = tick == RowTime.ticksPerUnit
    if let fit = DateFit(reading, .ticks, as: frequency, requiresNoBreaks: !isWhole) {
      return [fit]
    }
    guard !isWhole, reading.times.count > 2, let first = reading.times.first,
      let last = reading.times.last, last.ticks > first.ticks
    else {
      return [DateFit(reading, .ticks, as: frequency)].compactMap { $0 }
    }
    let steps = reading.times.count - 1
    let rise = last.ticks - first.ticks
    let count = (RowTime.ticksPerUnit * Int128(steps) + rise / 2) / rise
    // The digits of a binary number end in rounding.
    let tolerance = max(tick, first.ticks.magnitude > 0 ? Int128(last.ticks.magnitude >> 51) : 0)
    if (2...10_000).contains(count),
      let fit = DateFit(
        reading, .fractions(of: Int(count)), as: frequency, requiresNoBreaks: true,
        tolerance: tolerance)
    {
      return [fit]
    }
    return [
      DateFit(
        reading, .line(first: first.ticks, rise: rise, steps: steps), as: frequency,
        requiresNoBreaks: true, tolerance: tolerance),
      DateFit(reading, .ticks, as: frequency),
    ].lazy.compactMap { $0 }.first.map { [$0] } ?? []
  }

  // MARK: - Fitting

  /// - Parameters:
  ///   - step: The places from row to row; the usual ones if `nil`.
  ///   - frequency: What the dates are known to be: then rows may be in wrong places.
  /// - Returns: `nil` if most rows do not follow each other so.
  private init?(
    _ reading: DateReading, _ grid: DateGrid, step known: Int128? = nil,
    as frequency: Frequency? = nil, requiresNoBreaks: Bool = false, tolerance: Int128 = 0
  ) {
    var rows: [(row: Int, position: Int128)] = []
    var breaks: [DateSequence.Break] = []
    for (row, time) in reading.times.enumerated() {
      if let position = grid.position(of: time, tolerance: tolerance) {
        rows.append((row, position))
      } else if frequency != nil, !requiresNoBreaks {
        breaks.append(.init(row: row, missing: 0))
      } else {
        return nil
      }
    }
    let distances = zip(rows, rows.dropFirst()).map { $1.position - $0.position }
    guard let step = known ?? Self.usualStep(distances, grid), step > 0 else { return nil }
    var even = 0
    for (index, distance) in distances.enumerated() where distance != step {
      let (steps, rest) = distance.quotientAndRemainder(dividingBy: step)
      let isMissing = rest == 0 && steps > 1
      guard isMissing || frequency != nil, !requiresNoBreaks else { return nil }
      breaks.append(
        .init(row: rows[index + 1].row, missing: isMissing ? Int(clamping: steps - 1) : 0))
    }
    even = distances.count { $0 == step }
    guard reading.times.count < 2 ? known != nil : even * 2 > reading.times.count - 1 else {
      return nil
    }
    guard let name = frequency ?? Self.frequency(grid, step: step, reading) else { return nil }
    if frequency == nil, !breaks.isEmpty,
      Self.leavesOut(rows.map(\.position), step: step, of: name, grid)
    {
      return nil
    }
    self.frequency = name
    (self.grid, self.step) = (grid, step)
    self.breaks = breaks.sorted { $0.row < $1.row }
  }

  /// Working days are counted one by one only.
  private static func usualStep(_ distances: [Int128], _ grid: DateGrid) -> Int128? {
    switch grid {
    case .businessDays: distances.isEmpty ? nil : 1
    default: mode(of: distances)
    }
  }

  /// Whether rows are missing because there never are any at that time of the day, on that day of the week, in that month
  /// of the year: after the last row of a Friday comes no Saturday then.
  private static func leavesOut(
    _ positions: [Int128], step: Int128, of frequency: Frequency, _ grid: DateGrid
  ) -> Bool {
    guard let season = frequency.season, frequency.unit != .weeks, let first = positions.first,
      let last = positions.last
    else { return false }
    var rows = [Int](repeating: 0, count: season)
    for position in positions {
      rows[
        Int(position.floorDivided(by: step).quotient.floorDivided(by: Int128(season)).remainder)] +=
        1
    }
    let seasons = ((last - first) / step + 1) / Int128(season)
    return rows.contains { Int128(2 * $0) < seasons }
  }

  /// What a grid and its step are called; `nil` if there is no name.
  private static func frequency(
    _ grid: DateGrid, step: Int128, _ reading: DateReading
  ) -> Frequency? {
    guard let count = Int(exactly: step), count > 0 else {
      return reading.notation.resolution == .number ? Frequency(.numbers) : nil
    }
    switch grid {
    case .ticks where reading.notation.resolution == .number: return Frequency(.numbers)
    case .ticks: return frequency(ofNanoseconds: count)
    case .fractions(let parts):
      let isYear = reading.times.allSatisfy {
        (1000..<3000).contains($0.ticks / RowTime.ticksPerUnit)
      }
      return Frequency(
        isYear && parts == 12 ? .months : isYear && parts == 4 ? .quarters : .numbers)
    case .line: return Frequency(.numbers)
    case .days: return ofDays(count)
    case .businessDays: return Frequency(.businessDays, count: count)
    case .months(let day, _):
      let isEnd = day == 31
      if count % 12 == 0 { return Frequency(isEnd ? .yearEnds : .years, count: count / 12) }
      if count % 3 == 0 { return Frequency(isEnd ? .quarterEnds : .quarters, count: count / 3) }
      return Frequency(isEnd ? .monthEnds : .months, count: count)
    }
  }

  private static func ofDays(_ days: Int) -> Frequency {
    days % 7 == 0 ? Frequency(.weeks, count: days / 7) : Frequency(.days, count: days)
  }

  private static func frequency(ofNanoseconds step: Int) -> Frequency? {
    let units: [(Frequency.Unit, Int)] = [
      (.days, 86_400_000_000_000), (.hours, 3_600_000_000_000), (.minutes, 60_000_000_000),
      (.seconds, 1_000_000_000), (.milliseconds, 1_000_000), (.microseconds, 1000),
    ]
    guard let (unit, size) = units.first(where: { step % $0.1 == 0 }) else { return nil }
    return unit == .days ? ofDays(step / size) : Frequency(unit, count: step / size)
  }
}
