import Files

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// When a row was, in the way in which its file writes it: a number, `1949-01`, `1949-Q1`, `1949-01-31`, or
/// `1949-01-31 12:30:00`, with `-` or `/`, a blank or `T`.
struct RowTime: Comparable {
  private enum Form: Equatable {
    case number
    case month
    /// With what stands between the year and the number.
    case quarter(String)
    case day
    /// With the character before the hour, and what is written behind the minutes.
    case time(Character, seconds: Bool, isUTC: Bool)
  }

  private let form: Form
  private let separator: Character
  /// Digits behind the point of a number.
  let digits: Int
  /// Seconds since 1970, or the number.
  let value: Double
  /// As the date was written; of a quarter its first month.
  let year: Int
  let month: Int
  let day: Int

  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    return calendar
  }()
  private static let secondsOfDay = 86400.0

  /// - Returns: `nil` if the text is not one of these.
  init?(_ text: String) {
    let text = text.trimmingBlanks
    if let number = Double(text), number.isFinite {
      let digits = text.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first
      self.init(form: .number, digits: digits?.count ?? 0, value: number)
      return
    }
    guard text.prefix(4).allSatisfy(\.isNumber) else { return nil }
    if text.contains("Q"), let quarter = text.wholeMatch(of: #/(\d{4})([-\/ ]?Q)([1-4])/#),
      let year = Int(quarter.1),
      let number = Int(quarter.3)
    {
      self.init(
        form: .quarter(String(quarter.2)), year: year, month: 3 * number - 2, day: 1, seconds: 0)
      return
    }
    guard let separator = text.first(where: { $0 == "-" || $0 == "/" }) else { return nil }
    let halves = text.split(maxSplits: 1) { $0 == " " || $0 == "T" }
    let date = (halves.first ?? "").split(separator: separator).map { Int($0) }
    guard (2...3).contains(date.count), let year = date[0], let month = date[1],
      let day = date.count > 2 ? date[2] : 1, (0...9999).contains(year), (1...12).contains(month),
      (1...Self.days(ofMonth: month, year: year)).contains(day)
    else { return nil }
    guard halves.count > 1 else {
      self.init(
        form: date.count > 2 ? .day : .month, separator: separator, year: year, month: month,
        day: day, seconds: 0)
      return
    }
    let time = halves[1].prefix { $0 != "Z" }.split(separator: ":").map { Int($0) }
    guard date.count == 3, (2...3).contains(time.count), let hour = time[0], let minute = time[1],
      let second = time.count > 2 ? time[2] : 0, (0...24).contains(hour),
      (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    self.init(
      form: .time(text.contains("T") ? "T" : " ", seconds: time.count > 2, isUTC: text.last == "Z"),
      separator: separator, year: year, month: month, day: day,
      seconds: (hour * 60 + minute) * 60 + second)
  }

  private init(form: Form, digits: Int, value: Double) {
    (self.form, self.digits, self.value, separator) = (form, digits, value, "-")
    (year, month, day) = (0, 1, 1)
  }

  private init?(
    form: Form, separator: Character = "-", year: Int, month: Int, day: Int, seconds: Int
  ) {
    let components = DateComponents(year: year, month: month, day: day)
    guard let midnight = Self.calendar.date(from: components) else { return nil }
    (self.form, self.separator, digits) = (form, separator, 0)
    (self.year, self.month, self.day) = (year, month, day)
    value = midnight.timeIntervalSince1970 + Double(seconds)
  }

  static func == (one: RowTime, other: RowTime) -> Bool { one.value == other.value }
  static func < (one: RowTime, other: RowTime) -> Bool { one.value < other.value }

  /// Whether both are written in the same way.
  func isWritten(as other: RowTime) -> Bool { form == other.form }
  var isNumber: Bool { form == .number }
  /// Whether it stands for a whole month or quarter.
  var hasNoDay: Bool {
    switch form {
    case .month, .quarter: true
    default: false
    }
  }
  /// Months since the year 0.
  var months: Int { year * 12 + month - 1 }
  var secondsOfDay: Double {
    value - (value / Self.secondsOfDay).rounded(.down) * Self.secondsOfDay
  }
  /// Days since Monday; 1970 began on a Thursday.
  var weekday: Int {
    let days = Int((value / Self.secondsOfDay).rounded(.down))
    return ((days + 3) % 7 + 7) % 7
  }
  var isLastOfMonth: Bool { day == Self.days(ofMonth: month, year: year) }

  static func days(ofMonth month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Another time, written in the same way.
  ///
  /// - Parameter digits: Those behind the point of a number.
  func text(value: Double, digits: Int) -> String {
    if isNumber {
      return digits == 0 && abs(value) < 1e15
        ? String(Int(value)) : Self.decimal(value, digits: digits)
    }
    let parts = Self.calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: value))
    return text(
      months: (parts.year ?? 0) * 12 + (parts.month ?? 1) - 1, day: parts.day ?? 1,
      time: [parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0])
  }

  /// A day of another month, at the same time of day, written in the same way.
  ///
  /// - Parameter day: The last one of a month that is shorter.
  func text(months: Int, day: Int) -> String {
    let seconds = Int(secondsOfDay)
    let last = Self.days(ofMonth: months % 12 + 1, year: months / 12)
    return text(
      months: months, day: min(day, last),
      time: [seconds / 3600, seconds / 60 % 60, seconds % 60])
  }

  private func text(months: Int, day: Int, time: [Int]) -> String {
    let (year, month) = (Self.padded(months / 12, 4), months % 12 + 1)
    if case .quarter(let mark) = form { return year + mark + String((month + 2) / 3) }
    let parts = [year, Self.padded(month, 2)] + (hasNoDay ? [] : [Self.padded(day, 2)])
    let date = parts.joined(separator: String(separator))
    guard case .time(let mark, let seconds, let isUTC) = form else { return date }
    let clock = time.prefix(seconds ? 3 : 2).map { Self.padded($0, 2) }.joined(separator: ":")
    return date + String(mark) + clock + (isUTC ? "Z" : "")
  }

  /// A number with so many digits behind its point.
  private static func decimal(_ value: Double, digits: Int) -> String {
    let factor = (0..<min(digits, 15)).reduce(1.0) { factor, _ in factor * 10 }
    let scaled = (value * factor).rounded()
    return abs(scaled) < 1e15 ? "\(scaled / factor)" : "\(value)"
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
