#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// When a row was, in the way in which its file writes it: a number, `1949-01`, `1949-01-31`, or
/// `1949-01-31 12:30:00`, with `-` or `/`, a blank or `T`.
struct RowTime: Comparable {
  private enum Form: Equatable {
    case number(digits: Int)
    case month
    case day
    /// With the character before the hour, and whether seconds are written.
    case time(Character, seconds: Bool)
  }

  private let form: Form
  private let separator: Character
  /// Seconds since 1970, or the number.
  private let value: Double
  /// As the date was written.
  private let year: Int
  private let month: Int
  private let day: Int

  private static let calendar: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? calendar.timeZone
    return calendar
  }()

  /// - Returns: `nil` if the text is none of these.
  init?(_ text: String) {
    let text = text.trimmingBlanks
    if let number = Double(text), number.isFinite {
      let digits = text.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first
      form = .number(digits: digits?.count ?? 0)
      separator = "-"
      value = number
      (year, month, day) = (0, 1, 1)
      return
    }
    guard let separator = text.first(where: { $0 == "-" || $0 == "/" }) else { return nil }
    let halves = text.split(maxSplits: 1) { $0 == " " || $0 == "T" }
    let date = (halves.first ?? "").split(separator: separator).map { Int($0) }
    guard (2...3).contains(date.count), let year = date[0], let month = date[1],
      let day = date.count > 2 ? date[2] : 1, (0...9999).contains(year), (1...12).contains(month),
      (1...31).contains(day),
      (halves.first ?? "").prefix(4).allSatisfy(\.isNumber)
    else { return nil }
    var components = DateComponents(year: year, month: month, day: day)
    if halves.count > 1 {
      let time = halves[1].prefix { $0 != "Z" }.split(separator: ":").map { Int($0) }
      guard (2...3).contains(time.count), let hour = time[0], let minute = time[1],
        let second = time.count > 2 ? time[2] : 0, (0...24).contains(hour),
        (0...59).contains(minute), (0...60).contains(second)
      else { return nil }
      (components.hour, components.minute, components.second) = (hour, minute, second)
      form = .time(text.contains("T") ? "T" : " ", seconds: time.count > 2)
    } else {
      form = date.count > 2 ? .day : .month
    }
    guard let point = Self.calendar.date(from: components) else { return nil }
    self.separator = separator
    value = point.timeIntervalSince1970
    (self.year, self.month, self.day) = (year, month, day)
  }

  static func == (one: RowTime, other: RowTime) -> Bool { one.value == other.value }
  static func < (one: RowTime, other: RowTime) -> Bool { one.value < other.value }

  /// The times that follow the last of some rows, at the distance that its last two have; what were whole months
  /// stay whole months.
  ///
  /// - Returns: None if the rows do not tell.
  static func following(_ dates: [String], count: Int) -> [String] {
    guard let last = dates.last.flatMap(RowTime.init),
      let before = dates.dropLast().last.flatMap(RowTime.init), last.form == before.form
    else { return [] }
    let months = (last.year - before.year) * 12 + last.month - before.month
    let isMonthly =
      last.form == .month || last.form == .day && last.day == before.day && last.day <= 28
    return (1...max(1, count)).map { step in
      if isMonthly, months > 0 {
        let month = last.year * 12 + last.month - 1 + step * months
        return last.text(year: month / 12, month: month % 12 + 1, day: last.day)
      }
      return last.text(value: last.value + Double(step) * (last.value - before.value))
    }
  }

  private func text(value: Double) -> String {
    if case .number(let digits) = form {
      return digits == 0 && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
    }
    let parts = Self.calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: value))
    let date = text(year: parts.year ?? 0, month: parts.month ?? 1, day: parts.day ?? 1)
    guard case .time(let mark, let seconds) = form else { return date }
    let time = [parts.hour, parts.minute] + (seconds ? [parts.second] : [])
    return date + String(mark) + time.map { Self.padded($0 ?? 0, 2) }.joined(separator: ":")
  }

  private func text(year: Int, month: Int, day: Int) -> String {
    let parts = [Self.padded(year, 4), Self.padded(month, 2)]
    return (parts + (form == .month ? [] : [Self.padded(day, 2)]))
      .joined(separator: String(separator))
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
