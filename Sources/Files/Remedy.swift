/// Something that whoever asked can give to get on behind an error, such as another loss. What it is called on a command
/// line is the command's business.
package struct Remedy: RawRepresentable, Hashable, Sendable {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
}

/// An error that says what can be given to get on.
package protocol RemediableError: Error {
  /// Empty if there is nothing.
  var remedies: [Remedy] { get }
}
