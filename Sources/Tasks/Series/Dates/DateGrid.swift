/// The moments that rows of a frequency can have, as whole numbers in their order.
enum DateGrid: Hashable {
  /// Any: nanoseconds, or 10⁻¹⁸ of a number.
  case ticks
  /// Numbers that are multiples of 1/n, rounded where they are written: 0.33, 0.67, 1.00.
  case fractions(of: Int)
  /// Numbers on a line through the first and the last of them, rounded where they are written.
  case line(first: Int128, rise: Int128, steps: Int)
  /// Days at one time of day.
  case days(clock: Int128)
  /// Mondays to Fridays at one time of day.
  case businessDays(clock: Int128)
  /// One day of each month, the last one of a shorter month, at one time of day.
  case months(day: Int, clock: Int128)

  /// Where a moment is.
  ///
  /// - Parameter tolerance: How far a rounded number may be from its place.
  /// - Returns: `nil` if it is not on the grid.
  func position(of time: RowTime, tolerance: Int128) -> Int128? {
    let position = position(before: time)
    switch self {
    case .ticks: return position
    case .fractions, .line:
      return self.time(at: position, offset: 0).flatMap {
        abs($0.ticks - time.ticks) <= tolerance ? position : nil
      }
    case .days, .businessDays, .months:
      return self.time(at: position, offset: time.offset) == time ? position : nil
    }
  }

  /// The last place that is not behind a moment; of rounded numbers the next one.
  func position(before time: RowTime) -> Int128 {
    let day = time.day
    switch self {
    case .ticks: return time.ticks
    case .fractions(let count):
      let (whole, part) = time.ticks.floorDivided(by: RowTime.ticksPerUnit)
      let count = Int128(count)
      return whole * count + (part * count + RowTime.ticksPerUnit / 2) / RowTime.ticksPerUnit
    case .line(let first, let rise, let steps):
      let step = max(1, rise / Int128(steps))
      return (time.ticks - first + step / 2).floorDivided(by: step).quotient
    case .days(let clock): return Int128(day) - (time.clock < clock ? 1 : 0)
    case .businessDays(let clock):
      let weekday = CivilDay.weekday(daysSince1970: day)
      let monday = (day - weekday + 3).floorDivided(by: 7).quotient
      return Int128(monday) * 5 + Int128(min(weekday, 4))
        - (weekday < 5 && time.clock < clock ? 1 : 0)
    case .months(let anchor, let clock):
      let date = time.civilDay
      let own = CivilDay(months: date.months, day: anchor)
      let isBefore = date.day < own.day || date.day == own.day && time.clock < clock
      return Int128(date.months) - (isBefore ? 1 : 0)
    }
  }

  /// The moment at a place.
  ///
  /// - Returns: `nil` if it is beyond what can be counted.
  func time(at position: Int128, offset: Int) -> RowTime? {
    switch self {
    case .ticks: return RowTime(ticks: position, offset: offset)
    case .fractions(let count):
      let (whole, part) = position.floorDivided(by: Int128(count))
      return Self.sum(
        whole, times: RowTime.ticksPerUnit,
        plus: (part * RowTime.ticksPerUnit + Int128(count) / 2) / Int128(count))
    case .line(let first, let rise, let steps):
      let steps = Int128(steps)
      let (step, rest) = rise.floorDivided(by: steps)
      return Self.sum(position, times: step, plus: first + (position * rest + steps / 2) / steps)
    case .days(let clock):
      return Self.day(position).map { RowTime(day: $0, clock: clock, offset: offset) }
    case .businessDays(let clock):
      let (week, weekday) = position.floorDivided(by: 5)
      return Self.day(week * 7 + weekday - 3).map {
        RowTime(day: $0, clock: clock, offset: offset)
      }
    case .months(let day, let clock):
      return Self.day(position).map {
        RowTime(
          day: CivilDay(months: $0, day: day).daysSince1970, clock: clock, offset: offset)
      }
    }
  }

  private static func sum(_ count: Int128, times step: Int128, plus rest: Int128) -> RowTime? {
    let (product, overflows) = count.multipliedReportingOverflow(by: step)
    let (sum, overflowsToo) = product.addingReportingOverflow(rest)
    return overflows || overflowsToo ? nil : RowTime(ticks: sum)
  }

  /// Days or months within some thousand years.
  private static func day(_ position: Int128) -> Int? {
    abs(position) < 10_000_000 ? Int(position) : nil
  }
}
