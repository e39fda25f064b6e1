import Files
import HDF5

/// What sections are read from: the members of a group of HDF5, or of an object of JSON.
///
/// Every reader throws an error that names file and member if there is no such member, or it is something else.
package protocol SectionStore {
  /// Whether these tools wrote it: what a model needs is then there.
  var isOurs: Bool { get }

  func contains(_ name: String) throws -> Bool
  /// The names of all members, in alphabetical order.
  func names() throws -> [String]
  /// The members of a member.
  func members(_ name: String) throws -> any SectionStore

  func flag(_ name: String) throws -> Bool
  func integer(_ name: String) throws -> Int
  func unsigned(_ name: String) throws -> UInt64
  func number(_ name: String) throws -> Double
  func text(_ name: String) throws -> String
  /// A single value by the form that it has; lists may be texts.
  func json(_ name: String) throws -> JSONValue
  func texts(_ name: String) throws -> [String]
  func symbols(_ name: String) throws -> [String]
  func indices(_ name: String) throws -> [Int32]
  func floats(_ name: String) throws -> [Float]
  func numbers(_ name: String) throws -> [Double]
  func integerRows(_ name: String) throws -> [[Int]]
  func numberRows(_ name: String) throws -> [[Double]]
  func floatLists(_ name: String) throws -> [[Float]]
  /// - Parameter count: The lists; those that are not there are empty.
  func textLists(_ name: String, count: Int) throws -> [[String]]
  /// Finite values of a shape, row-major.
  ///
  /// - Parameter need: Who needs them, for the error.
  func array(_ name: String, shape: [Int], need: String) throws -> [Float]

  /// An error about a member of this store.
  func invalid(_ name: String, _ reason: String) -> FileError
}

extension SectionStore {
  /// What a member holds; `nil` if there is none of that name.
  func ifThere<Value>(_ name: String, _ read: (String) throws -> Value) throws -> Value? {
    try contains(name) ? read(name) : nil
  }
}
