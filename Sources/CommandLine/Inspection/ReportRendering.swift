import Files
import TextTable

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension OutputFormat {
  /// Several tables as one text.
  ///
  /// - Throws: ``InspectionError`` if the format cannot hold them.
  package func render(_ tables: [ReportTable]) throws -> String {
    switch self {
    case .text:
      let columns = Terminal.columns(of: STDOUT_FILENO)
      return tables.map { Self.text($0, columns: columns) }.joined(separator: "\n")
    case .json:
      let members = tables.map { table in (table.name, json(table)) }
      return JSONValue.object(Dictionary(members) { first, _ in first }).text(indented: true) + "\n"
    case .csv:
      // Tables are separated by an empty line.
      return tables.map { table in
        ([table.columns.joined(separator: ",")]
          + table.rows.map { $0.map(\.csv).joined(separator: ",") }).map { $0 + "\n" }.joined()
      }.joined(separator: "\n")
    case .npy: throw InspectionError("npy holds one array; choose it with --dump NAME")
    }
  }

  /// A table whose numbers have fewer digits where it would be wider than the terminal.
  static func text(_ table: ReportTable, columns: Int?) -> String {
    for digits in [ReportTable.Cell.allDigits, 6, 4] {
      let text = text(table, digits: digits)
      let width = text.split(separator: "\n").map(\.count).max() ?? 0
      if width <= columns ?? .max { return text }
    }
    return text(table, digits: 3)
  }

  private static func text(_ table: ReportTable, digits: Int) -> String {
    guard !table.rows.isEmpty else { return "\(table.name): none\n" }
    let isFacts = table.columns == ["name", "value"]
    let layout = TextTable<[ReportTable.Cell]> { row in
      zip(table.columns, row).map { title, cell in
        let isNumber = if case .text = cell { false } else { true }
        return Column(
          title: title, value: cell.text(digits: digits),
          align: isNumber && !isFacts ? .right : .left)
      }
    }
    return table.name + "\n" + (layout.string(for: table.rows) ?? "")
  }

  private func json(_ table: ReportTable) -> JSONValue {
    if table.columns == ["name", "value"] {
      return .object(
        Dictionary(table.rows.map { ($0[0].text, $0[1].json) }) { first, _ in first })
    }
    return .array(
      table.rows.map { row in
        .object(Dictionary(zip(table.columns, row.map(\.json))) { first, _ in first })
      })
  }
}

/// What was asked for cannot be shown.
package struct InspectionError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
