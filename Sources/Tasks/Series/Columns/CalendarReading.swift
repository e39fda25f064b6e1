/// How dates are read to find their places in the calendar, whether they are even or not.
struct CalendarReading {
  private let notation: DateNotation

  /// - Parameters:
  ///   - dates: Of one series, the oldest first.
  ///   - sequence: How they go on; `nil` if that is not certain.
  /// - Throws: ``DateProblem`` if they are not understood, can be read in several ways, or are plain numbers.
  init(_ dates: [String], _ sequence: DateSequence?) throws(DateProblem) {
    if let sequence {
      notation = sequence.notation
    } else {
      notation = try DateReading.meant(by: dates).notation
    }
    guard notation.resolution != .number else {
      throw DateProblem(
        kind: .disorder, row: 0,
        "\(dates.first ?? "") is a number, which has no place in the calendar")
    }
  }

  /// Sine and cosine of a date's place in each cycle.
  ///
  /// - Throws: ``DateProblem`` if it is not written as the others are.
  func values(_ cycles: [CalendarCycle], at date: String) throws(DateProblem) -> [Double] {
    var notation = notation
    guard let time = notation.read(date) else {
      throw DateProblem("'\(date)' is not a date written as the others are")
    }
    return cycles.flatMap { $0.values(at: time) }
  }
}
