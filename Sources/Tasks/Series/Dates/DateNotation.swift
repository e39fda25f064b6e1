import Files

/// How a column writes its dates: by a pattern in the letters of C's `strftime`, or as numbers. It learns how numbers are
/// padded, names of months spelled and fractions rounded from what it reads, and writes in the same way.
struct DateNotation: Hashable {
  enum Kind: Hashable {
    case pattern([DatePattern.Element])
    /// Time since 1970: how many of its units are a second.
    case epoch(perSecond: Int128)
    case number
  }

  /// What dates of a notation stand for.
  enum Resolution { case time, day, week, month, quarter, number }

  let kind: Kind
  let resolution: Resolution
  private var style = DatePattern.Style()
  private var numbers = NumberStyle()

  /// - Parameter pattern: In the letters of ``DatePattern/Field``.
  private init(_ pattern: String) {
    let elements = DatePattern.elements(pattern)
    kind = .pattern(elements)
    let fields = elements.compactMap(\.field)
    resolution =
      fields.contains(.hour)
      ? .time
      : fields.contains(.day)
        ? .day : fields.contains(.week) ? .week : fields.contains(.quarter) ? .quarter : .month
  }

  private init(_ kind: Kind, _ resolution: Resolution) {
    (self.kind, self.resolution) = (kind, resolution)
  }

  /// Dates without a time of day.
  private static let days = [
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%Y%m%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%d. %b %Y",
    "%b %d, %Y", "%b %d %Y",
  ]
  /// Weeks, months and quarters.
  private static let periods = [
    "%Y-%m", "%Y/%m", "%m/%Y", "%m-%Y", "%Y%m", "%YM%m", "%Y-M%m", "%Ym%m", "%b %Y", "%b-%Y",
    "%b-%y",
    "%b %y", "%Y %b", "%Y-%b", "%Y-Q%q", "%YQ%q", "%Y Q%q", "%Y/Q%q", "%Yq%q", "%Y:Q%q", "Q%q %Y",
    "Q%q-%Y", "Q%q/%Y", "%G-W%V", "%GW%V",
  ]
  private static let times = [" %H:%M", "T%H:%M", " %H:%M:%S", "T%H:%M:%S"]
  private static let offsets = ["", "%z", " %z"]

  /// All ways in which dates may be written, those that are more than numbers first.
  private static let all: [DateNotation] = {
    let moments = days.flatMap { day in
      times.flatMap { time in offsets.map { day + time + $0 } }
    }
    let epochs: [Int128] = [1, 1_000, 1_000_000, 1_000_000_000]
    return (days + periods + moments).map { DateNotation($0) }
      + epochs.map { DateNotation(.epoch(perSecond: $0), .time) } + [DateNotation(.number, .number)]
  }()

  /// The ways in which one date may be written.
  static func notations(of date: String) -> [DateNotation] {
    all.filter { notation in
      var notation = notation
      return notation.read(date) != nil
    }
  }

  /// How much more than a plain number its dates say: of what can be read in several ways, the lowest is meant.
  var rank: Int {
    switch kind {
    case .pattern: 0
    case .epoch: 1
    case .number: 2
    }
  }

  /// Reads a date, and learns how it is written.
  ///
  /// - Returns: `nil` if it is written otherwise, or there is no such date.
  mutating func read(_ text: String) -> RowTime? {
    let text = text.trimmingBlanks
    switch kind {
    case .pattern(let elements): return DatePattern.read(text, by: elements, style: &style)
    case .number: return numbers.read(text).map { RowTime(ticks: $0) }
    case .epoch(let perSecond):
      // From 1973 to 2286: fewer digits are no such time.
      guard let number = numbers.read(text), number % RowTime.ticksPerUnit == 0,
        (100_000_000..<10_000_000_000).contains(abs(number / RowTime.ticksPerUnit / perSecond))
      else { return nil }
      return RowTime(ticks: number / RowTime.ticksPerUnit * (RowTime.ticksPerSecond / perSecond))
    }
  }

  /// Writes a date.
  func text(_ time: RowTime) -> String {
    switch kind {
    case .pattern(let elements): DatePattern.text(time, by: elements, style: style)
    case .number: numbers.text(time.ticks)
    case .epoch(let perSecond):
      numbers.text(
        time.ticks / (RowTime.ticksPerSecond / perSecond) * RowTime.ticksPerUnit)
    }
  }

  /// The least distance of numbers that are as exact as these are.
  var tickOfNumbers: Int128 { numbers.tick }
}

/// How a column writes plain numbers.
struct NumberStyle: Hashable {
  /// Digits behind the point.
  private var leastDigits: Int?
  private var mostDigits = 0

  private static let mostKnown = 18

  /// - Returns: In units of 10⁻¹⁸; `nil` if it is not a number of at most 18 digits at each side of its point.
  mutating func read(_ text: String) -> Int128? {
    let isNegative = text.first == "-"
    let digits = isNegative || text.first == "+" ? text.dropFirst() : text[...]
    let halves = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = halves.first, halves.allSatisfy({ $0.utf8.count <= 19 }),
      halves.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }), digits.utf8.count > 0,
      digits != "."
    else { return exponential(text) }
    let fraction = halves.count > 1 ? halves[1] : ""
    guard fraction.utf8.count <= Self.mostKnown,
      let units = whole.isEmpty ? 0 : Int128(whole),
      let part = fraction.isEmpty ? 0 : Int128(fraction)
    else { return nil }
    learn(digits: fraction.utf8.count)
    let value = units * RowTime.ticksPerUnit + part * Self.tick(digits: fraction.utf8.count)
    return isNegative ? -value : value
  }

  /// `1e+10`, as large numbers of arrays are written.
  private mutating func exponential(_ text: String) -> Int128? {
    guard text.contains(where: { $0 == "e" || $0 == "E" }), let value = Double(text),
      value.magnitude < 1e15, let units = Int128(exactly: value)
    else { return nil }
    learn(digits: 0)
    return units * RowTime.ticksPerUnit
  }

  private mutating func learn(digits: Int) {
    leastDigits = min(leastDigits ?? digits, digits)
    mostDigits = max(mostDigits, digits)
  }

  private static func tick(digits: Int) -> Int128 {
    (digits..<mostKnown).reduce(1) { tick, _ in tick * 10 }
  }

  /// The last digit's unit.
  var tick: Int128 { Self.tick(digits: mostDigits) }

  /// As many digits behind the point as numbers that were read have at most, without zeros where some had fewer.
  func text(_ value: Int128) -> String {
    // So many digits are those of a binary number in full.
    guard mostDigits < 13 else {
      return "\(Double(value) / Double(RowTime.ticksPerUnit))"
    }
    let scaled = (value.magnitude + UInt128(tick) / 2) / UInt128(tick)
    var digits = String(scaled)
    digits = String(repeating: "0", count: max(0, mostDigits + 1 - digits.count)) + digits
    let whole = digits.dropLast(mostDigits)
    var fraction = digits.suffix(mostDigits)
    while fraction.count > leastDigits ?? 0, fraction.last == "0" { fraction.removeLast() }
    return (value < 0 && scaled > 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
  }
}
