#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that lines are added to, each at once.
public final class LogFile {
  private let path: String
  private let file: FileDescriptor
  private var length = 0

  /// Opens it, empty.
  ///
  /// - Throws: ``CheckpointError`` if that fails.
  public init(_ path: String) throws {
    self.path = path
    guard let file = FileDescriptor(path, O_WRONLY | O_CREAT | O_TRUNC) else {
      throw CheckpointError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
    }
    self.file = file
  }

  /// - Throws: ``CheckpointError``.
  public func append(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard bytes.withUnsafeBytes({ file.write($0, at: length) }) else {
      throw CheckpointError.cannotWrite(path)
    }
    length += bytes.count
  }
}
