import Files
import HDF5

/// A part of a report: rows of named columns.
package struct ReportTable: Sendable {
  /// A value in a table.
  package enum Cell: Equatable, Sendable {
    case text(String)
    case integer(Int)
    case number(Double)
    case none
  }

  /// The key in a JSON document.
  package let name: String
  package let columns: [String]
  package let rows: [[Cell]]

  package init(name: String, columns: [String], rows: [[Cell]]) {
    self.name = name
    self.columns = columns
    self.rows = rows
  }

  /// A table of two columns: what, and its value.
  init(name: String, facts: [(String, Cell)]) {
    self.init(
      name: name, columns: ["name", "value"],
      rows: facts.filter { $0.1 != .none }.map { [.text($0.0), $0.1] })
  }
}

extension ReportTable.Cell {
  /// A value of JSON; nothing for null.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .none
    case .integer(let integer): self = .integer(integer)
    case .number(let number): self = .number(number)
    case .string(let text): self = .text(text)
    default: self = .text(value.text())
    }
  }

  /// So many significant digits distinguish any two float32 values.
  static let allDigits = 9

  /// The value for people.
  var text: String { text(digits: Self.allDigits) }

  func text(digits: Int) -> String {
    switch self {
    case .text(let text): text
    case .integer(let integer): String(integer)
    case .number(let number): significant(number, digits)
    case .none: ""
    }
  }

  var json: JSONValue {
    switch self {
    case .text(let text): .string(text)
    case .integer(let integer): .integer(integer)
    case .number(let number): .number(number)
    case .none: .null
    }
  }

  /// The value as RFC 4180 wants it.
  var csv: String {
    let text = text
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
