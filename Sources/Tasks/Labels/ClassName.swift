import Files

/// A label as the name of a class, in the order that classes have: numbers by their value, equal ones by their bytes;
/// then all others, by their bytes.
struct ClassName: Hashable, Comparable {
  let name: ExactText
  private let number: Double?

  init(_ label: String) {
    name = ExactText(label)
    number = Double(label).flatMap { $0.isFinite ? $0 : nil }
  }

  static func == (one: ClassName, other: ClassName) -> Bool { one.name == other.name }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }

  static func < (one: ClassName, other: ClassName) -> Bool {
    switch (one.number, other.number) {
    case (let first?, let second?) where first != second: first < second
    case (.some, nil): true
    case (nil, .some): false
    default: one.name < other.name
    }
  }
}
