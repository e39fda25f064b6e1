/// When a row was: a moment, or a number.
struct RowTime: Comparable {
  /// Nanoseconds since 1970, in UTC where an offset is written and as on the clock otherwise; of a number 10⁻¹⁸.
  let ticks: Int128
  /// How far the clock of the place is ahead of UTC, in seconds.
  var offset = 0

  static let ticksPerSecond: Int128 = 1_000_000_000
  static let ticksPerDay = 86_400 * ticksPerSecond
  /// Of a plain number.
  static let ticksPerUnit: Int128 = 1_000_000_000_000_000_000

  init(ticks: Int128, offset: Int = 0) { (self.ticks, self.offset) = (ticks, offset) }

  /// - Parameter clock: Nanoseconds since midnight, as on the clock.
  init(day: Int, clock: Int128 = 0, offset: Int = 0) {
    self.init(
      ticks: Int128(day) * Self.ticksPerDay + clock - Int128(offset) * Self.ticksPerSecond,
      offset: offset)
  }

  static func < (one: RowTime, other: RowTime) -> Bool { one.ticks < other.ticks }

  private var local: (quotient: Int128, remainder: Int128) {
    (ticks + Int128(offset) * Self.ticksPerSecond).floorDivided(by: Self.ticksPerDay)
  }

  /// Days since 1970, as on the calendar of the place.
  var day: Int { min(max(Int(truncatingIfNeeded: local.quotient), -1_000_000_000), 1_000_000_000) }
  /// Nanoseconds since midnight, as on the clock of the place.
  var clock: Int128 { local.remainder }
  var civilDay: CivilDay { CivilDay(daysSince1970: day) }
}
