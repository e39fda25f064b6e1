#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to write one checkpoint, held until this object goes.
///
/// It is an advisory lock on a file `.NAME.lock` beside the checkpoint, which the system gives up when
/// the process ends in whatever way; a file left behind is taken over by the next one.
package final class FileLock {
  /// The checkpoint, through symbolic links.
  package let target: String
  private let lockPath: String
  private let file: FileDescriptor

  /// - Throws: ``FileError``: ``FileError/Kind/busy`` if somebody else has it,
  ///   ``FileError/Kind/cannotCreate`` if nothing can be made there.
  package init(_ path: String) throws {
    let target = try resolved(path)
    self.target = target
    let (folder, name) = splitPath(target)
    var status = stat()
    let isThere = retrying { lstat(target, &status) } == 0
    guard isThere || errno == ENOENT else {
      throw FileError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
    }
    guard !name.isEmpty, !isThere || status.st_mode & S_IFMT == S_IFREG else {
      throw FileError(
        .cannotCreate, file: path, "is not a file that a checkpoint can replace")
    }
    lockPath = "\(folder)/.\(name).lock"
    // Whoever finishes removes the file, so the one that was opened may be gone once it is locked.
    while true {
      guard let file = FileDescriptor(lockPath, O_RDWR | O_CREAT | O_NOFOLLOW) else {
        let reason =
          errno == ELOOP
          ? "its lock \(lockPath) is a symbolic link; remove it"
          : "cannot write there: \(systemErrorText())"
        throw FileError(.cannotCreate, file: path, reason)
      }
      guard try file.lock(reportedAs: path) else {
        throw FileError(.busy, file: path, "another process is writing this checkpoint")
      }
      if try file.isAt(lockPath, reportedAs: path) {
        self.file = file
        break
      }
    }
    NewFile.removeLeftovers(of: target)
  }

  // A lock file that stays does no harm.
  deinit { unlink(lockPath) }
}
