/// A day of the Gregorian calendar, which also counts for the time before it (ISO 8601).
struct CivilDay: Equatable {
  let year: Int
  /// From 1.
  let month: Int
  /// From 1.
  let day: Int

  /// - Returns: `nil` if there is no such day.
  init?(year: Int, month: Int, day: Int) {
    guard (0...9999).contains(year), (1...12).contains(month),
      (1...Self.days(ofMonth: month, year: year)).contains(day)
    else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// The day of a month that has one, or the last one of a shorter month.
  ///
  /// - Parameter months: Since the year 0.
  init(months: Int, day: Int) {
    let (years, month) = months.floorDivided(by: 12)
    (year, self.month) = (years, month + 1)
    self.day = min(day, Self.days(ofMonth: month + 1, year: years))
  }

  /// Counts in years that begin with March, so that a leap day is the last one (Howard Hinnant, "chrono-Compatible
  /// Low-Level Date Algorithms").
  init(daysSince1970 days: Int) {
    let (era, dayOfEra) = (days + Self.daysTo1970).floorDivided(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * month + 2) / 5 + 1
    self.month = month < 10 ? month + 3 : month - 9
    year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
  }

  /// From the 1st of March of the year 0.
  private static let daysTo1970 = 719_468

  var daysSince1970: Int {
    let (era, yearOfEra) = (month > 2 ? year : year - 1).floorDivided(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - Self.daysTo1970
  }

  /// Months since the year 0.
  var months: Int { year * 12 + month - 1 }
  var isLastOfMonth: Bool { day == Self.days(ofMonth: month, year: year) }

  /// Days since Monday.
  static func weekday(daysSince1970 days: Int) -> Int { (days + 3).floorDivided(by: 7).remainder }

  static func days(ofMonth month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }
}

extension BinaryInteger {
  /// The quotient, rounded down, and what is left, which is never negative.
  ///
  /// - Parameter divisor: Positive.
  func floorDivided(by divisor: Self) -> (quotient: Self, remainder: Self) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
