#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The right to write one checkpoint, held until this object goes.
///
/// It is an advisory lock on a file `.NAME.lock` beside the checkpoint, which the system gives up when
/// the process ends in whatever way; a file left behind is taken over by the next one.
public final class CheckpointLock {
  /// The checkpoint, through symbolic links.
  let target: String
  private let lockPath: String
  private let file: FileDescriptor

  /// - Throws: ``CheckpointError``: ``CheckpointError/Kind/busy`` if somebody else has it,
  ///   ``CheckpointError/Kind/cannotCreate`` if nothing can be made there.
  public init(_ path: String) throws {
    target = resolved(path)
    let (folder, name) = splitPath(target)
    var status = stat()
    // A link to nothing would be replaced by a file.
    guard !name.isEmpty, lstat(target, &status) != 0 || isRegularFile(target) else {
      throw CheckpointError(
        .cannotCreate, file: path, "is not a file that a checkpoint can replace")
    }
    lockPath = "\(folder)/.\(name).lock"
    // Whoever finishes removes the file, so the one that was opened may be gone once it is locked.
    while true {
      guard let file = FileDescriptor(lockPath, O_RDWR | O_CREAT) else {
        throw CheckpointError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
      }
      guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
        throw CheckpointError(.busy, file: path, "another process is writing this checkpoint")
      }
      var (opened, there) = (stat(), stat())
      if fstat(file.number, &opened) == 0, stat(lockPath, &there) == 0,
        opened.st_ino == there.st_ino, opened.st_dev == there.st_dev
      {
        self.file = file
        return
      }
    }
  }

  deinit { unlink(lockPath) }
}
