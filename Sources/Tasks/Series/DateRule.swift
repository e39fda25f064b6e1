/// How the dates of rows follow each other.
enum DateRule {
  /// A fixed distance, in seconds or between numbers.
  case step(Double)
  /// So many months on, on the same day; the last day of a month that has no such day.
  case months(Int, day: Int)
  /// From Monday to Friday.
  case weekdays

  /// The dates that rules are found by: they hold a year of months and weeks of working days.
  static let looksAt = 25

  /// The dates that follow some rows.
  ///
  /// - Parameter dates: Of the last rows, the oldest first.
  /// - Returns: `nil` if no rule fits the rows, or several do that go on differently.
  static func following(_ dates: [String], count: Int) -> [String]? {
    let times = dates.suffix(looksAt).compactMap(RowTime.init)
    guard times.count == min(dates.count, looksAt), let last = times.last,
      times.allSatisfy({ $0.isWritten(as: last) })
    else { return nil }
    let digits = times.map(\.digits).max() ?? 0
    let found = rules(of: times, digits: digits).map { rule in
      (1...max(1, count)).map { rule.text(after: last, step: $0, digits: digits) }
    }
    guard let first = found.first, found.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// The rules that dates keep to, at least two of them.
  private static func rules(of times: [RowTime], digits: Int) -> [DateRule] {
    guard let first = times.first, let last = times.last, times.count > 1 else { return [] }
    let pairs = Array(zip(times, times.dropFirst()))
    var rules: [DateRule] = []
    if !last.hasNoDay {
      let step = (last.value - first.value) / Double(pairs.count)
      // Numbers may be rounded where they are written: 0.33, 0.67, 1.00.
      let tolerance = last.isNumber ? (0..<digits).reduce(1.0) { part, _ in part / 10 } : 0
      let isEven = pairs.allSatisfy { one, next in
        let distance = abs(next.value - one.value - step)
        return digits == 0 ? distance < 1e-9 * abs(step) : distance <= 1.001 * tolerance
      }
      if step > 0, isEven { rules.append(.step(step)) }
      if last.isNumber { return rules }
    }
    guard times.allSatisfy({ $0.secondsOfDay == last.secondsOfDay }) else { return rules }
    let months = pairs[0].1.months - pairs[0].0.months
    if months > 0, pairs.allSatisfy({ $1.months - $0.months == months }) {
      let day = times.map(\.day).max() ?? 1
      // The 30th of June and of September: the 30th of each month, or its last day.
      var days: Set = [day]
      if times.allSatisfy(\.isLastOfMonth), !last.hasNoDay { days.insert(31) }
      for day in days
      where times.allSatisfy({ $0.day == min(day, RowTime.days(ofMonth: $0.month, year: $0.year)) })
      {
        rules.append(.months(months, day: day))
      }
    }
    let areWeekdays = pairs.allSatisfy { one, next in
      one.weekday < 5 && next.value == one.value + Double(daysToWeekday(from: one.weekday)) * 86400
    }
    if areWeekdays, !last.hasNoDay { rules.append(.weekdays) }
    return rules
  }

  private static func daysToWeekday(from weekday: Int) -> Int { weekday < 4 ? 1 : 7 - weekday }

  private func text(after last: RowTime, step: Int, digits: Int) -> String {
    switch self {
    case .step(let distance):
      return last.text(value: last.value + Double(step) * distance, digits: digits)
    case .months(let months, let day):
      return last.text(months: last.months + step * months, day: day)
    case .weekdays:
      var (weekday, days) = (last.weekday, 0)
      for _ in 0..<step {
        let next = Self.daysToWeekday(from: weekday)
        days += next
        weekday = (weekday + next) % 7
      }
      return last.text(value: last.value + Double(days) * 86400, digits: digits)
    }
  }
}
