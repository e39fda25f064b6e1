import Kernels

/// A cycle of the calendar. A model reads sine and cosine of a row's place in it, so that the end of a cycle is beside its
/// beginning.
package enum CalendarCycle: String, CaseIterable, Codable, Sendable {
  /// The minute of the hour.
  case minute
  /// The hour of the day.
  case hour
  /// The day of the week.
  case weekday
  /// The day of the month.
  case day
  /// The month of the year.
  case month
  /// The day of the year.
  case yearday

  static let columns = 2

  /// What the columns are called.
  var names: [String] { ["\(rawValue):sin", "\(rawValue):cos"] }

  /// The place of a time in the cycle, from 0 to below 1.
  func place(of time: RowTime) -> Double {
    let day = time.civilDay
    switch self {
    case .minute: return place(of: time, in: 3600)
    case .hour: return place(of: time, in: 86_400)
    case .weekday: return Double(CivilDay.weekday(daysSince1970: time.day)) / 7
    case .day:
      return Double(day.day - 1) / Double(CivilDay.days(ofMonth: day.month, year: day.year))
    case .month: return Double(day.month - 1) / 12
    case .yearday:
      let (first, next) = (Self.firstDay(of: day.year), Self.firstDay(of: day.year + 1))
      return Double(time.day - first) / Double(next - first)
    }
  }

  private func place(of time: RowTime, in seconds: Int128) -> Double {
    let cycle = seconds * RowTime.ticksPerSecond
    return Double(time.clock % cycle) / Double(cycle)
  }

  private static func firstDay(of year: Int) -> Int {
    // A civil day's years end with 9999; one more is needed to know how long that is.
    CivilDay(months: year * 12, day: 1).daysSince1970
  }

  /// Sine and cosine of the place.
  func values(at time: RowTime) -> [Double] {
    let place = place(of: time)
    return [
      Elementary.cosine(ofTurns: place < 0.25 ? place + 0.75 : place - 0.25),
      Elementary.cosine(ofTurns: place),
    ]
  }
}
