import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Replacing a file as a whole: a crash at any moment leaves the old one or the new one.
public enum AtomicFile {
  /// The bytes from which a file is large.
  private static let large: Int64 = 16 << 20

  /// Writes a file of bytes.
  ///
  /// - Throws: ``CheckpointError``.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try replace(path, target: resolved(path)) { temporary in
      guard let file = FileDescriptor(temporary, O_RDWR),
        bytes.withUnsafeBytes({ file.write($0, at: 0) }), fsync(file.number) == 0
      else {
        throw CheckpointError.cannotWrite(path)
      }
    }
  }

  /// Has `write` make a file beside `path`, flushed to the disk, and puts it in the place of `path`.
  ///
  /// - Parameters:
  ///   - target: The file that is replaced, no symbolic link.
  ///   - write: Receives the temporary path `.NAME.part`.
  /// - Throws: ``CheckpointError``, or what `write` throws; the old file is then untouched.
  static func replace(
    _ path: String, target: String, _ write: (_ temporary: String) throws -> Void
  ) throws {
    let (folder, name) = splitPath(target)
    let temporary = "\(folder)/.\(name).part"
    do {
      // Made empty first, so that a folder that cannot be written to is told apart from a full disk.
      guard let file = FileDescriptor(temporary, O_RDWR | O_CREAT | O_TRUNC) else {
        throw CheckpointError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
      }
      var status = stat()
      if stat(target, &status) == 0 { fchmod(file.number, status.st_mode & 0o7777) }
      try write(temporary)
      let old = status.st_size >= large ? FileDescriptor(target, O_RDONLY) : nil
      guard rename(temporary, target) == 0 else {
        throw CheckpointError(.cannotCreate, file: path, "cannot replace: \(systemErrorText())")
      }
      // The system takes a while to free the room of a large file; nobody needs to wait for it.
      if let old { _ = SystemThread.start { withExtendedLifetime(old) {} } }
    } catch {
      unlink(temporary)
      throw error
    }
    // The new name itself must reach the disk too.
    if let folder = FileDescriptor(folder, O_RDONLY) { fsync(folder.number) }
  }
}
