/// Dates that are written by a pattern, such as `%Y-%m-%d %H:%M:%S`.
enum DatePattern {
  /// What a part of a date says, by its letter in C's `strftime`; but `%S` has a fraction behind it if there is one, and
  /// `%q` is a quarter.
  enum Field: Character {
    case year = "Y"
    case shortYear = "y"
    case month = "m"
    case monthName = "b"
    case day = "d"
    case quarter = "q"
    case weekYear = "G"
    case week = "V"
    case hour = "H"
    case minute = "M"
    case second = "S"
    case offset = "z"

    /// The digits that it always has; `nil` if one of two may be left out.
    var width: Int? {
      switch self {
      case .year, .weekYear: 4
      case .shortYear, .week, .minute, .second: 2
      case .quarter: 1
      case .month, .day, .hour, .monthName, .offset: nil
      }
    }
  }

  enum Element: Hashable {
    /// - Parameter isPadded: Whether it has two digits in any case, since others touch it.
    case field(Field, isPadded: Bool)
    case literal(UInt8)

    var field: Field? { if case .field(let field, _) = self { field } else { nil } }
  }

  /// What dates of one pattern may differ in from column to column.
  struct Style: Hashable {
    /// Fields that were seen with one digit, and with a zero before it.
    var unpadded: Set<Field> = []
    var padded: Set<Field> = []
    /// Digits of fractions of seconds.
    var leastFraction: Int?
    var mostFraction = 0
    var monthNames = MonthNames()
    var offset = OffsetForm.colon

    /// Whether a field of one digit has a zero before it: as far as is seen, or as others have.
    func pads(_ field: Field) -> Bool {
      !unpadded.contains(field) && (padded.contains(field) || unpadded.isEmpty)
    }
  }

  enum OffsetForm: Hashable { case utc, colon, compact, hours }

  static func elements(_ pattern: String) -> [Element] {
    var elements: [Element] = []
    var isField = false
    for character in pattern {
      if character == "%" {
        isField = true
      } else if isField, let field = Field(rawValue: character) {
        isField = false
        let touches = field != .offset && elements.last?.field != nil
        elements.append(.field(field, isPadded: touches))
      } else {
        elements += character.utf8.map { .literal($0) }
      }
    }
    return elements
  }

  /// What the fields of a date say.
  private struct Values {
    var (year, month, day) = (0, 1, 1)
    var (quarter, week): (Int?, Int?)
    var clock: Int128 = 0
    var offset = 0

    /// - Returns: `nil` if there is no such date.
    var time: RowTime? {
      if let week { return DatePattern.monday(ofWeek: week, year: year).map { RowTime(day: $0) } }
      let month = quarter.map { 3 * $0 - 2 } ?? month
      return CivilDay(year: year, month: month, day: day).map {
        RowTime(day: $0.daysSince1970, clock: clock, offset: offset)
      }
    }
  }

  static func read(_ text: String, by elements: [Element], style: inout Style) -> RowTime? {
    var scanner = DateScanner(text)
    var values = Values()
    var seen = style
    for element in elements {
      guard case .field(let field, let isPadded) = element else {
        guard case .literal(let byte) = element, scanner.take(byte) else { return nil }
        continue
      }
      let isRead =
        switch field {
        case .monthName: read(monthName: &scanner, &values, &seen)
        case .offset: read(offset: &scanner, &values, &seen)
        default: read(field, isPadded: isPadded, &scanner, &values, &seen)
        }
      guard isRead else { return nil }
    }
    guard scanner.isAtEnd, let time = values.time else { return nil }
    // What is written without anything between its digits may be a plain number.
    let isCompact = elements.allSatisfy { $0.field != nil }
    guard !isCompact || (1000..<3000).contains(values.year) else { return nil }
    style = seen
    return time
  }

  private static func read(
    _ field: Field, isPadded: Bool, _ scanner: inout DateScanner, _ values: inout Values,
    _ seen: inout Style
  ) -> Bool {
    let width = field.width ?? (isPadded ? 2 : nil)
    guard let (number, digits) = scanner.number(digits: width.map { $0...$0 } ?? 1...2) else {
      return false
    }
    if width == nil, digits == 1 { seen.unpadded.insert(field) }
    if width == nil, digits == 2, number < 10 { seen.padded.insert(field) }
    let second = RowTime.ticksPerSecond
    switch field {
    case .year, .weekYear: values.year = number
    case .shortYear: values.year = number < Self.firstShortYear ? 2000 + number : 1900 + number
    case .month: values.month = number
    case .day: values.day = number
    case .quarter:
      values.quarter = number
      return (1...4).contains(number)
    case .week: values.week = number
    case .hour:
      values.clock += Int128(number) * 3600 * second
      return number <= 24
    case .minute:
      values.clock += Int128(number) * 60 * second
      return number < 60 && values.clock <= RowTime.ticksPerDay
    case .second:
      // 60 is a leap second.
      values.clock += Int128(number) * second
      return number <= 60 && read(fraction: &scanner, &values, &seen)
    case .monthName, .offset: return false
    }
    return true
  }

  /// Of 00–68 and 69–99, as POSIX takes them.
  private static let firstShortYear = 69

  private static func read(
    fraction scanner: inout DateScanner, _ values: inout Values, _ seen: inout Style
  ) -> Bool {
    var digits = 0
    if scanner.take(UInt8(ascii: ".")) {
      guard let (number, count) = scanner.number(digits: 1...9) else { return false }
      digits = count
      values.clock += (count..<9).reduce(Int128(number)) { ticks, _ in ticks * 10 }
    }
    seen.leastFraction = min(seen.leastFraction ?? digits, digits)
    seen.mostFraction = max(seen.mostFraction, digits)
    return true
  }

  private static func read(
    monthName scanner: inout DateScanner, _ values: inout Values, _ seen: inout Style
  ) -> Bool {
    guard let month = seen.monthNames.month(scanner.letters()) else { return false }
    values.month = month
    return true
  }

  private static func read(
    offset scanner: inout DateScanner, _ values: inout Values, _ seen: inout Style
  ) -> Bool {
    if scanner.take(UInt8(ascii: "Z")) {
      seen.offset = .utc
      return true
    }
    let isAhead = scanner.take(UInt8(ascii: "+"))
    guard isAhead || scanner.take(UInt8(ascii: "-")),
      let (hours, _) = scanner.number(digits: 2...2), hours <= 24
    else { return false }
    var minutes = 0
    seen.offset = scanner.isAtEnd ? .hours : .compact
    if !scanner.isAtEnd {
      if scanner.take(UInt8(ascii: ":")) { seen.offset = .colon }
      guard let (number, _) = scanner.number(digits: 2...2), number < 60 else { return false }
      minutes = number
    }
    values.offset = (hours * 60 + minutes) * (isAhead ? 60 : -60)
    return true
  }

  // MARK: - Writing

  static func text(_ time: RowTime, by elements: [Element], style: Style) -> String {
    let date = time.civilDay
    let seconds = Int(time.clock / RowTime.ticksPerSecond)
    var bytes: [UInt8] = []
    for element in elements {
      guard case .field(let field, let isPadded) = element else {
        if case .literal(let byte) = element { bytes.append(byte) }
        continue
      }
      let text =
        switch field {
        case .year: padded(date.year, 4)
        case .shortYear: padded(date.year.floorDivided(by: 100).remainder, 2)
        case .month: padded(date.month, isPadded || style.pads(field) ? 2 : 1)
        case .monthName: style.monthNames.name(of: date.month)
        case .day: padded(date.day, isPadded || style.pads(field) ? 2 : 1)
        case .quarter: String((date.month + 2) / 3)
        case .weekYear: padded(week(of: time.day).year, 4)
        case .week: padded(week(of: time.day).week, 2)
        case .hour: padded(seconds / 3600, style.pads(field) ? 2 : 1)
        case .minute: padded(seconds / 60 % 60, 2)
        case .second: padded(seconds % 60, 2) + fraction(of: time, style)
        case .offset: offset(time.offset, style)
        }
      bytes += Array(text.utf8)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func fraction(of time: RowTime, _ style: Style) -> String {
    let nanoseconds = Int(time.clock % RowTime.ticksPerSecond)
    guard style.mostFraction > 0, style.leastFraction ?? 0 > 0 || nanoseconds > 0 else { return "" }
    return "." + padded(nanoseconds, 9).prefix(style.mostFraction)
  }

  private static func offset(_ seconds: Int, _ style: Style) -> String {
    if style.offset == .utc, seconds == 0 { return "Z" }
    let minutes = abs(seconds) / 60
    let hours = (seconds < 0 ? "-" : "+") + padded(minutes / 60, 2)
    switch style.offset {
    case .hours where minutes % 60 == 0: return hours
    case .compact: return hours + padded(minutes % 60, 2)
    default: return hours + ":" + padded(minutes % 60, 2)
    }
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(abs(number))
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count))
      + text
  }

  // MARK: - Weeks (ISO 8601: a year's first one has its 4th of January)

  private static func firstMonday(ofYear year: Int) -> Int {
    let day = CivilDay(months: year * 12, day: 4).daysSince1970
    return day - CivilDay.weekday(daysSince1970: day)
  }

  fileprivate static func monday(ofWeek week: Int, year: Int) -> Int? {
    let monday = firstMonday(ofYear: year) + 7 * (week - 1)
    return week > 0 && monday < firstMonday(ofYear: year + 1) ? monday : nil
  }

  private static func week(of day: Int) -> (year: Int, week: Int) {
    let thursday = day - CivilDay.weekday(daysSince1970: day) + 3
    let year = CivilDay(daysSince1970: thursday).year
    return (year, (thursday - firstMonday(ofYear: year)) / 7 + 1)
  }
}

/// The bytes of a date, from left to right.
struct DateScanner {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { place == bytes.count }
  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    place += 1
    return true
  }

  /// - Returns: The number and how many digits it has; `nil` if they are too few.
  mutating func number(digits: ClosedRange<Int>) -> (value: Int, digits: Int)? {
    let first = place
    var value = 0
    while place - first < digits.upperBound, let digit = next, (48...57).contains(digit) {
      value = value * 10 + Int(digit - 48)
      place += 1
    }
    return place - first < digits.lowerBound ? nil : (value, place - first)
  }

  mutating func letters() -> String {
    let first = place
    while let letter = next, (65...90).contains(letter & 0xDF) { place += 1 }
    return String(decoding: bytes[first..<place], as: UTF8.self)
  }
}
