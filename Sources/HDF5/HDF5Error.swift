/// A call into HDF5 that failed: which file, which object in it, what was tried, and what HDF5 says.
package struct HDF5Error: Error, CustomStringConvertible, Sendable {
  /// The file's path, as it was opened.
  package let file: String
  /// The path of the object inside the file, with the name of the attribute behind `@`.
  package let object: String
  /// What was tried, in words.
  package let operation: String
  /// HDF5's own error stack, from the call to the cause.
  package let stack: [String]

  /// Whether a call of the system failed, not HDF5 on what is in the file.
  package var isOfSystem: Bool { stack.contains { $0.contains("error message = '") } }

  /// What happened, without the file's name.
  package var reason: String {
    let cause = stack.last.map { " (HDF5: \($0))" } ?? ""
    return object == "/" ? operation + cause : "\(object): \(operation)\(cause)"
  }

  package var description: String { "\(file): \(reason)" }
}
