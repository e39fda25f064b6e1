import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Replacing a file as a whole: a crash at any moment leaves the old one or the new one.
package enum AtomicFile {
  /// The bytes from which a file is large.
  private static let large: Int64 = 16 << 20

  /// Writes a file of bytes. What is not a regular file, such as a device or a pipe, is not replaced but
  /// written to.
  ///
  /// - Throws: ``FileError``.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let target = try resolved(path)
    if try isStream(target, reportedAs: path) { return try writeToStream(bytes, path) }
    NewFile.removeLeftovers(of: target)
    try replace(path, target: target) { try $0.append(bytes) }
  }

  /// Has `write` fill a file beside `path`, flushes it to the disk, and puts it in the place of `path`.
  ///
  /// - Parameters:
  ///   - target: The file that is replaced, no symbolic link.
  ///   - check: Reads the finished file, whose temporary path it receives, before it is put there.
  /// - Throws: ``FileError``, or what `write` or `check` throws; the old file is then untouched, unless
  ///   the error says that the new one is in its place.
  package static func replace(
    _ path: String, target: String, _ write: (NewFile) throws -> Void,
    check: (_ temporary: String) throws -> Void = { _ in }
  ) throws {
    let old = try status(of: target, reportedAs: path)
    let new = try NewFile(beside: target, reportedAs: path)
    do {
      if let old { try new.take(try FileAttributes(of: target, old, reportedAs: path)) }
      try write(new)
      try new.finish()
      try check(new.path)
      // The system takes a while to free the room of a large file; nobody needs to wait for it.
      let kept = (old?.st_size ?? 0) >= large ? FileDescriptor(target, O_RDONLY) : nil
      if retrying({ rename(new.path, target) }) != 0 {
        let reason = systemErrorText()
        // A network file system that answers too late may have done what it then fails to repeat.
        guard try new.isAt(target) else {
          throw FileError(.cannotCreate, file: path, "cannot replace: \(reason)")
        }
      }
      if let kept { _ = SystemThread.start { withExtendedLifetime(kept) {} } }
    } catch {
      do {
        try removeFile(new.path, reportedAs: path)
      } catch let left as FileError {
        throw (error as? FileError)?.adding(left.reason) ?? error
      }
      throw error
    }
    guard new.close() else {
      throw FileError(
        .inputOutput, file: path, "is written, but cannot be closed: \(systemErrorText())")
    }
    try flushFolder(of: target, reportedAs: path)
  }

  /// Flushes the folder that a file is in: the new name itself must reach the disk too.
  ///
  /// - Throws: ``FileError``.
  package static func flushFolder(of target: String, reportedAs path: String) throws {
    let folder = FileDescriptor(splitPath(target).folder, O_RDONLY)
    // Some file systems cannot flush a folder, and say so by EINVAL.
    let isFlushed =
      folder.map { folder in
        folder.flush() || errno == EINVAL
      } ?? false
    guard isFlushed else {
      throw FileError(
        .inputOutput, file: path,
        "is written, but its folder cannot be flushed to the disk: \(systemErrorText())")
    }
  }

  /// What there is under a name; `nil` if nothing.
  ///
  /// - Throws: ``FileError`` if that cannot be known.
  private static func status(of target: String, reportedAs path: String) throws -> stat? {
    var status = stat()
    if retrying({ stat(target, &status) }) == 0 { return status }
    guard errno == ENOENT else {
      throw FileError(.cannotCreate, file: path, "cannot look at it: \(systemErrorText())")
    }
    return nil
  }

  /// Whether a file is none that is replaced, such as a device or a pipe.
  ///
  /// - Throws: ``FileError``, also if it is a folder.
  static func isStream(_ target: String, reportedAs path: String) throws -> Bool {
    guard let status = try status(of: target, reportedAs: path) else { return false }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(.cannotCreate, file: path, "is a folder")
    }
    return status.st_mode & S_IFMT != S_IFREG
  }

  private static func writeToStream(_ bytes: [UInt8], _ path: String) throws {
    guard let file = FileDescriptor(path, O_WRONLY) else {
      throw FileError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
    }
    guard bytes.withUnsafeBytes({ file.writeNext($0) }), file.close() else {
      throw FileError.cannotWrite(path)
    }
  }
}
