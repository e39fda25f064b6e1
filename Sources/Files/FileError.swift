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

  public init(_ kind: Kind, file: String, _ reason: String) {
    self.kind = kind
    self.file = file
    self.reason = reason
  }

  public var description: String { "\(file): \(reason)" }
}

extension FileError {
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
    FileError(kind, file: file, "\(reason); \(more)")
  }

  /// Something in a file's content that is not what it should be.
  package static func invalid(_ file: String, _ reason: String) -> FileError {
    FileError(.invalid, file: file, reason)
  }
}
