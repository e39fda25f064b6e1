/// The names in the first line of a table.
package struct ColumnNames {
  package let names: [String]
  /// How many rows have to have.
  package var count: Int { names.count }

  /// - Parameter fields: With or without blanks around.
  package init(_ fields: [String]) { names = fields.map(\.trimmingBlanks) }

  /// There is no column of that name, or more than one.
  package struct Problem: Error { package let reason: String }

  /// Where a column is.
  ///
  /// - Throws: ``Problem``.
  package func place(_ name: String) throws(Problem) -> Int {
    let places = names.indices.filter { names[$0].isExactly(name) }
    guard let place = places.first else {
      throw Problem(reason: "has no column \(name); there are \(names.joined(separator: ", "))")
    }
    guard places.count == 1 else {
      throw Problem(reason: "has \(places.count) columns called \(name)")
    }
    return place
  }
}
