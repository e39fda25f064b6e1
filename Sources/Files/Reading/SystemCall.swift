#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The system's words for the error of the last call.
package func systemErrorText(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}

extension FileError {
  /// What the system says of a name under which there is no file to read, or none that this user may read.
  private static let absent = [
    ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, EACCES, EPERM, ENXIO, ENODEV, EISDIR,
  ]

  /// There is no file to read, or it may not be read, or the system cannot do it now; for the reason that it gave last.
  static func cannotOpen(_ file: String) -> FileError {
    FileError(
      absent.contains(errno) ? .noInput : .inputOutput, file: file,
      errno == ENOENT ? "not found" : systemErrorText())
  }
}

/// Makes a call of the system until no signal interrupts it.
///
/// - Returns: What the call returns; `errno` says why if that is negative.
package func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// The folder and the name of a path.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}

/// The file that a path leads to, through symbolic links; the path itself if there is nothing yet.
///
/// - Throws: ``FileError`` if that cannot be known, or it is a link to nothing, which a new file would replace.
package func resolved(_ path: String) throws -> String {
  repeat {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
  } while errno == EINTR
  func failed(_ reason: String) -> FileError { FileError(.cannotCreate, file: path, reason) }
  guard errno == ENOENT else { throw failed("cannot write there: \(systemErrorText())") }
  var status = stat()
  if retrying({ lstat(path, &status) }) == 0 { throw failed("is a symbolic link to nothing") }
  guard errno == ENOENT else { throw failed("cannot write there: \(systemErrorText())") }
  return path
}

/// Whether there is a file under that name, through symbolic links.
///
/// - Throws: ``FileError`` if that cannot be known: a failing disk is not a missing file.
package func isRegularFile(_ path: String) throws -> Bool {
  var status = stat()
  guard retrying({ stat(path, &status) }) == 0 else {
    // Names that no file has.
    guard ![ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP].contains(errno) else { return false }
    throw FileError.cannotOpen(path)
  }
  return status.st_mode & S_IFMT == S_IFREG
}

/// Checks that there is a file to read under that name.
///
/// - Throws: ``FileError`` if there is none, or it is a folder or something else.
package func checkRegularFile(_ path: String) throws {
  var status = stat()
  guard retrying({ stat(path, &status) }) == 0 else {
    throw FileError.cannotOpen(path)
  }
  guard status.st_mode & S_IFMT != S_IFDIR else {
    throw FileError.invalid(path, "is a folder, not a file")
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileError.invalid(path, "is not a regular file")
  }
}

/// Removes a file, if it is there.
///
/// - Throws: ``FileError``.
package func removeFile(_ path: String, reportedAs reported: String) throws {
  guard retrying({ unlink(path) }) == 0 || errno == ENOENT else {
    throw FileError(
      .inputOutput, file: reported, "cannot remove \(path): \(systemErrorText())")
  }
}

/// The names of all that is in a folder.
///
/// - Throws: ``FileError``.
package func folderEntries(_ folder: String) throws -> [String] {
  func failed() -> FileError {
    FileError(.inputOutput, file: folder, "cannot list: \(systemErrorText())")
  }
  guard let directory = opendir(folder) else { throw failed() }
  defer { closedir(directory) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(directory) else {
      guard errno == 0 else { throw failed() }
      return names
    }
    names.append(
      withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      })
  }
}
