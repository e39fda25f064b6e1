#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file that is added to, each time at once.
public final class LogFile {
  private let path: String
  private let file: FileDescriptor

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

  /// Makes a folder if there is none; the one that it goes into must be there.
  ///
  /// - Throws: ``CheckpointError`` if that fails.
  public static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw CheckpointError(
        .cannotCreate, file: path, "cannot make the folder: \(systemErrorText())")
    }
  }

  /// - Throws: ``CheckpointError``.
  public func append(_ text: String) throws { try append(Array(text.utf8)) }

  /// - Throws: ``CheckpointError``.
  public func append(_ bytes: [UInt8]) throws {
    guard bytes.withUnsafeBytes({ file.writeNext($0) }) else {
      throw CheckpointError.cannotWrite(path)
    }
  }
}
