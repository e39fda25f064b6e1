/// How often there is a row: `months`, `15minutes`, `business-days`.
package struct Frequency: Hashable, Sendable {
  /// What is counted.
  package enum Unit: String, CaseIterable, Sendable {
    case microseconds, milliseconds, seconds, minutes, hours, days
    /// From Monday to Friday.
    case businessDays = "business-days"
    case weeks
    /// On the same day of the month, or its last one where it is shorter.
    case months
    /// On the last day of the month.
    case monthEnds = "month-ends"
    case quarters
    case quarterEnds = "quarter-ends"
    case years
    case yearEnds = "year-ends"
    /// Plain numbers with an even step between them.
    case numbers
  }

  package let unit: Unit
  /// The units from row to row.
  package let count: Int

  package init(_ unit: Unit, count: Int = 1) { (self.unit, self.count) = (unit, count) }

  /// The frequency of some dates, all of one series and the oldest first.
  ///
  /// - Throws: ``DateProblem`` that names the first date which does not follow the one before it as others do, or is not
  ///   understood; or if the dates fit several frequencies.
  package init(inferring dates: [String]) throws(DateProblem) {
    let sequence = try DateSequence(dates)
    if let problem = sequence.firstProblem { throw problem }
    self = sequence.frequency
  }

  /// - Parameter name: As of ``name``, also in the singular, or as pandas abbreviates it: `15min`, `MS`, `QE`.
  /// - Returns: `nil` if there is none of that name.
  package init?(name: String) {
    let digits = name.prefix { $0.isASCII && $0.isNumber }
    let rest = String(name.dropFirst(digits.count).drop { $0 == "-" || $0 == " " })
    guard let count = digits.isEmpty ? 1 : Int(digits), (1...Self.largestCount).contains(count)
    else { return nil }
    let unit = Unit.allCases.first { $0.rawValue == rest || $0.rawValue == rest + "s" }
    guard let unit = unit ?? Self.abbreviations[rest] else { return nil }
    self.init(unit, count: count)
  }

  /// Ten thousand years in hours fit in.
  private static let largestCount = 100_000_000

  /// pandas' offset aliases, those before its version 2.2 too.
  private static let abbreviations: [String: Unit] = [
    "us": .microseconds, "U": .microseconds, "ms": .milliseconds, "L": .milliseconds,
    "s": .seconds, "S": .seconds, "min": .minutes, "T": .minutes, "h": .hours, "H": .hours,
    "D": .days, "B": .businessDays, "W": .weeks, "MS": .months, "ME": .monthEnds, "M": .monthEnds,
    "QS": .quarters, "QE": .quarterEnds, "Q": .quarterEnds, "YS": .years, "AS": .years,
    "YE": .yearEnds, "Y": .yearEnds, "A": .yearEnds,
  ]

  /// `months`, `15minutes`.
  package var name: String { count == 1 ? unit.rawValue : "\(count)\(unit.rawValue)" }

  /// The rows after which a season comes again: a year of months, quarters or weeks, a week of days, a day of hours,
  /// minutes or seconds; `nil` if there is no such number of rows from 2 to 1,440.
  package var season: Int? {
    let units: Int? =
      switch unit {
      case .seconds: 86_400
      case .minutes: 1440
      case .hours: 24
      case .days: 7
      case .businessDays: 5
      case .weeks: 52
      case .months, .monthEnds: 12
      case .quarters, .quarterEnds: 4
      case .microseconds, .milliseconds, .years, .yearEnds, .numbers: nil
      }
    guard let units, units % count == 0, (2...1440).contains(units / count) else { return nil }
    return units / count
  }
}

extension Frequency: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let frequency = Self(name: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not a frequency")
    }
    self = frequency
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }
}

/// Why it is not certain how dates go on, or where they do not go on as elsewhere.
package struct DateProblem: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Sendable {
    /// The row comes before the one above it.
    case disorder
    /// The row is of the same time as the one above it.
    case duplicate
    /// Rows are missing before it, or it is between the places of rows.
    case uneven
    /// The dates are not understood, or it is not certain how they go on.
    case uncertain
  }

  package let kind: Kind
  /// The row that it is about, from 0; `nil` if all of them are meant.
  package let row: Int?
  package let description: String

  init(kind: Kind = .uncertain, row: Int? = nil, _ description: String) {
    (self.kind, self.row, self.description) = (kind, row, description)
  }
}
