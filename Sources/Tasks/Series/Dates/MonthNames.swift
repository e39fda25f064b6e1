/// How a column writes the names of months.
struct MonthNames: Hashable {
  /// `nil` until a name other than May has shown it.
  var areFull: Bool?
  var isUppercase = false
  var isLowercase = false

  static let all = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]

  /// - Returns: The month from 1; `nil` if it is not an English name, full or of three letters.
  mutating func month(_ name: String) -> Int? {
    let lowercase = name.lowercased()
    let place = Self.all.firstIndex { full in
      let full = full.lowercased()
      return lowercase == full || lowercase == full.prefix(3)
    }
    guard let place else { return nil }
    if lowercase != "may" { areFull = lowercase.count > 3 }
    isUppercase = name == name.uppercased()
    isLowercase = name == lowercase
    return place + 1
  }

  func name(of month: Int) -> String {
    let full = Self.all[month - 1]
    let name = areFull ?? false ? full : String(full.prefix(3))
    return isUppercase ? name.uppercased() : isLowercase ? name.lowercased() : name
  }
}
