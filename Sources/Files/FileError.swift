/// A checkpoint that cannot be read or written: which file, what in it, and why.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// What kind of trouble it is.
  public enum Kind: Sendable {
    /// There is no such file, or it may not be read.
    case noInput
    /// The file is not what it should be.
    case invalid
    /// The file cannot be made where it should be.
    case cannotCreate
    /// Reading or writing failed on the way.
    case inputOutput
    /// Another process is writing this checkpoint.
    case busy
  }

  public let kind: Kind
  public let file: String
  /// What is wrong and, where there is something to do, what.
  public let reason: String
  /// What can be given to get on.
  package let remedies: [Remedy]

  public init(_ kind: Kind, file: String, _ reason: String) {
    self.init(kind, file: file, reason, remedies: [])
  }

  package init(_ kind: Kind, file: String, _ reason: String, remedies: [Remedy]) {
    self.kind = kind
    self.file = file
    self.reason = reason
    self.remedies = remedies
  }

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
