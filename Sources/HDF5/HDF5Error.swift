/// A call into HDF5 that failed: which file, which object in it, what was tried, and what HDF5 says.
public struct HDF5Error: Error, CustomStringConvertible, Sendable {
  /// The file's path, as it was opened.
  public let file: String
  /// The path of the object inside the file, with the name of the attribute behind `@`.
  public let object: String
  /// What was tried, in words.
  public let operation: String
  /// HDF5's own error stack, from the call to the cause.
  public let stack: [String]

  /// Whether a call of the system failed, not HDF5 on what is in the file.
  public var isOfSystem: Bool { stack.contains { $0.contains("error message = '") } }

  /// What happened, without the file's name.
  public var reason: String {
    let cause = stack.last.map { " (HDF5: \($0))" } ?? ""
    return object == "/" ? operation + cause : "\(object): \(operation)\(cause)"
  }

  public var description: String { "\(file): \(reason)" }
}
