/// A file that cannot be read or written: which one, what in it, and why.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The kind of error.
  public enum Kind: Sendable {
    /// The file was not found, or must not be read.
    case noInput
    /// The file's content is not as it should be.
    case invalid
    /// The file cannot be created in its place.
    case cannotCreate
    /// Reading or writing failed.
    case inputOutput
    /// Another process is writing this checkpoint.
    case busy
  }

  /// The kind of error.
  public let kind: Kind
  /// The path of the file.
  public let file: String
  /// What is wrong and, if there is a remedy, what to do.
  public let reason: String
  /// What can be given to get on.
  package let remedies: [Remedy]

  /// An error without remedies.
  public init(_ kind: Kind, file: String, _ reason: String) {
    self.init(kind, file: file, reason, remedies: [])
  }

  package init(_ kind: Kind, file: String, _ reason: String, remedies: [Remedy]) {
    self.kind = kind
    self.file = file
    self.reason = reason
    self.remedies = remedies
  }

  /// The file and the reason.
  public var description: String { "\(file): \(reason)" }
}

extension FileError: RemediableError {
  /// Writing failed, for the reason that the system gave last.
  package static func cannotWrite(_ file: String) -> FileError {
    FileError(.inputOutput, file: file, "cannot write: \(systemErrorText())")
  }

  /// Reading failed, for the reason that the system gave last.
  package static func cannotRead(_ file: String) -> FileError {
    FileError(.inputOutput, file: file, "cannot read: \(systemErrorText())")
  }

  /// The same error with one more thing that went wrong.
  public func adding(_ more: String) -> FileError {
    FileError(kind, file: file, "\(reason); \(more)", remedies: remedies)
  }

  /// Something in a file's content that is not what it should be.
  package static func invalid(
    _ file: String, _ reason: String, remedies: [Remedy] = []
  ) -> FileError {
    FileError(.invalid, file: file, reason, remedies: remedies)
  }
}
