import Files
import HDF5

/// What a section is made of, whatever keeps it. Which form a value has in a file is the store's business.
package enum StoredValue {
  /// Members by name, in the order in which they are written.
  case members([StoredMember])
  case flag(Bool)
  case integer(Int)
  /// An integer of all 64 bits, such as a random seed.
  case unsigned(UInt64)
  case number(Double)
  case text(String)
  /// A value that has a form of its own, such as a list among options.
  case json(JSONValue)
  case texts([String])
  /// Different texts, one of which may be a NUL.
  case symbols([String])
  /// Numbers of samples.
  case indices([Int32])
  case floats([Float])
  /// A list; `rows` is by how many rows it could be cut.
  case numbers([Double], rows: Int? = nil)
  /// Rows of one length.
  case integerRows([[Int]])
  case numberRows([[Double]])
  /// Lists of any length.
  case floatLists([[Float]])
  case textLists([[String]])
  /// Values of a shape, row-major: a state, which may be large.
  case array([Float], shape: [Int])
}

/// A value by its name.
package struct StoredMember {
  let name: String
  let value: StoredValue
}

extension StoredValue {
  /// Members in the order in which they are written.
  static func group(_ members: [(String, StoredValue)]) -> StoredValue {
    .members(members.map { StoredMember(name: $0, value: $1) })
  }

  /// Whether two are the same, number by number and text by text in their bits. One NaN is the same as another.
  func isSame(as other: StoredValue) -> Bool {
    switch (self, other) {
    case (.members(let a), .members(let b)):
      a.count == b.count
        && zip(a, b).allSatisfy { $0.name.isExactly($1.name) && $0.value.isSame(as: $1.value) }
    case (.flag(let a), .flag(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.unsigned(let a), .unsigned(let b)): a == b
    case (.number(let a), .number(let b)): Self.areSame([a], [b])
    case (.text(let a), .text(let b)): a.isExactly(b)
    case (.json(let a), .json(let b)): a.plain.text().isExactly(b.plain.text())
    case (.texts(let a), .texts(let b)), (.symbols(let a), .symbols(let b)): a.areExactly(b)
    case (.indices(let a), .indices(let b)): a == b
    case (.floats(let a), .floats(let b)): Self.areSame(a, b)
    case (.numbers(let a, let rows), .numbers(let b, let others)):
      rows == others && Self.areSame(a, b)
    case (.integerRows(let a), .integerRows(let b)): a == b
    case (.numberRows(let a), .numberRows(let b)): a.elementsEqual(b, by: Self.areSame)
    case (.floatLists(let a), .floatLists(let b)): a.elementsEqual(b, by: Self.areSame)
    case (.textLists(let a), .textLists(let b)): a.elementsEqual(b) { $0.areExactly($1) }
    case (.array(let a, let shape), .array(let b, let other)):
      shape == other && Self.areSame(a, b)
    default: false
    }
  }

  private static func areSame(_ a: [Double], _ b: [Double]) -> Bool {
    a.elementsEqual(b) { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
  }

  private static func areSame(_ a: [Float], _ b: [Float]) -> Bool {
    a.elementsEqual(b) { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
  }
}

extension JSONValue {
  /// The value as attributes of HDF5 keep it: flags as numbers, lists as texts of JSON.
  var plain: JSONValue {
    switch self {
    case .bool(let flag): .integer(flag ? 1 : 0)
    case .array, .object: .string(text())
    default: self
    }
  }
}
