import Files

/// A column that does not change within a series, such as the region of a shop: a number, or one of some categories, each
/// of which is a column that is 1 or 0.
package struct StaticColumn: Equatable, Codable, Sendable {
  package let name: String
  /// In the order of their bytes; empty if the column holds numbers, or has not been read yet.
  private(set) var categories: [String]

  package init(name: String, categories: [String] = []) {
    (self.name, self.categories) = (name, categories)
  }

  /// One that has the categories of some fields, or none if all are numbers.
  init(name: String, fields: [String]) {
    let areNumbers = fields.allSatisfy { if case .value = TableNumber($0) { true } else { false } }
    self.init(
      name: name,
      categories: areNumbers ? [] : Set(fields.map(ExactText.init)).sorted().map(\.text))
  }

  var columns: Int { max(1, categories.count) }
  var isNumber: Bool { categories.isEmpty }

  /// What the columns are called.
  var names: [String] { isNumber ? [name] : categories.map { "\(name)=\($0)" } }

  /// What the columns hold; `nil` if the model does not know the field.
  func values(_ field: String) -> [Double]? {
    guard !isNumber else {
      guard case .value(let value) = TableNumber(field) else { return nil }
      return [value]
    }
    guard let place = categories.firstIndex(exactly: field) else { return nil }
    return categories.indices.map { $0 == place ? 1 : 0 }
  }
}
