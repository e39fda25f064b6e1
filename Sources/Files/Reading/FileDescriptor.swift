#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open file descriptor that is closed by ``close()``, or with this object.
package final class FileDescriptor: @unchecked Sendable {
  package let number: Int32
  private var isOpen = true

  /// - Returns: `nil` if the call fails; `errno` then says why.
  package init?(_ path: String, _ flags: Int32, mode: mode_t = 0o666) {
    number = retrying { open(path, flags | O_CLOEXEC, mode) }
    if number < 0 {
      isOpen = false
      return nil
    }
  }

  /// Opens a file for reading.
  ///
  /// - Throws: ``FileError`` if that fails.
  package static func reading(_ path: String) throws -> FileDescriptor {
    guard let file = FileDescriptor(path, O_RDONLY) else {
      throw FileError.cannotOpen(path)
    }
    return file
  }

  /// - Parameter number: An open descriptor, which is closed with this object.
  package init(taking number: Int32) { self.number = number }

  deinit { _ = close() }

  /// Closes the file, once.
  ///
  /// - Returns: Whether it went well; `errno` says why not. The descriptor is gone in any case.
  package func close() -> Bool {
    guard isOpen else { return true }
    isOpen = false
    #if canImport(Glibc)
      return Glibc.close(number) == 0 || errno == EINTR
    #else
      return Darwin.close(number) == 0 || errno == EINTR
    #endif
  }

  /// What the system knows about the file.
  ///
  /// - Throws: ``FileError``.
  package func status(reportedAs path: String) throws -> stat {
    var status = stat()
    guard retrying({ fstat(number, &status) }) == 0 else {
      throw FileError(.inputOutput, file: path, "cannot look at it: \(systemErrorText())")
    }
    return status
  }

  /// The length of the file, in bytes.
  ///
  /// - Throws: ``FileError``.
  package func length(reportedAs path: String) throws -> Int {
    Int(try status(reportedAs: path).st_size)
  }

  /// Takes the advisory lock of the file.
  ///
  /// - Returns: Whether it was free.
  /// - Throws: ``FileError`` if the file cannot be locked at all.
  package func lock(reportedAs path: String) throws -> Bool {
    if retrying({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return true }
    guard errno == EWOULDBLOCK else {
      throw FileError(.cannotCreate, file: path, "cannot lock it: \(systemErrorText())")
    }
    return false
  }

  /// Whether the file still has this name.
  ///
  /// - Throws: ``FileError`` if that cannot be known.
  package func isAt(_ name: String, reportedAs path: String) throws -> Bool {
    let opened = try status(reportedAs: path)
    var there = stat()
    guard retrying({ lstat(name, &there) }) == 0 else {
      guard errno == ENOENT else {
        throw FileError(.inputOutput, file: path, "cannot look at it: \(systemErrorText())")
      }
      return false
    }
    return opened.st_ino == there.st_ino && opened.st_dev == there.st_dev
  }

  /// Reads as many bytes as the file has there, up to the size of `buffer`.
  ///
  /// - Returns: How many; `nil` if the call fails, and `errno` then says why.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    var done = 0
    while done < buffer.count {
      let count = retrying {
        pread(
          number, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
      }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  /// Reads what comes next, for a descriptor that has no places, such as a pipe.
  ///
  /// - Returns: How many bytes, 0 at the end; `nil` if the call fails, and `errno` then says why.
  package func readNext(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    let count = retrying {
      #if canImport(Glibc)
        Glibc.read(number, buffer.baseAddress, buffer.count)
      #else
        Darwin.read(number, buffer.baseAddress, buffer.count)
      #endif
    }
    return count < 0 ? nil : count
  }

  /// As many of `count` bytes as the file has there.
  ///
  /// - Throws: ``FileError`` if the call fails.
  package func read(at offset: Int, count: Int, path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let found = read(at: offset, into: UnsafeMutableRawBufferPointer(buffer)) else {
        throw FileError.cannotRead(path)
      }
      initialized = found
    }
  }

  /// Reads a range of the file, piece by piece.
  ///
  /// - Parameter body: Receives each piece, which stays in the processor's cache until it returns.
  /// - Throws: ``FileError`` if the file cannot be read or ends before, or what `body` throws.
  package func forEachPiece(
    _ range: Range<Int>, reportedAs path: String, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try withUnsafeTemporaryAllocation(byteCount: 1 << 17, alignment: 64) { buffer in
      for offset in stride(from: range.lowerBound, to: range.upperBound, by: buffer.count) {
        let part = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<min(buffer.count, range.upperBound - offset)])
        guard let count = read(at: offset, into: part) else {
          throw FileError.cannotRead(path)
        }
        guard count == part.count else { throw FileError.invalid(path, "is truncated") }
        try body(UnsafeRawBufferPointer(part))
      }
    }
  }

  /// Writes all bytes at a place.
  ///
  /// - Returns: Whether it went well; `errno` says why not.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    writeAll(bytes) { part, done in
      pwrite(number, part.baseAddress, part.count, off_t(offset + done))
    }
  }

  /// Writes all bytes where the last ones ended, for a descriptor that may have no places.
  ///
  /// - Returns: Whether it went well; `errno` says why not.
  package func writeNext(_ bytes: UnsafeRawBufferPointer) -> Bool {
    writeAll(bytes) { part, _ in
      #if canImport(Glibc)
        Glibc.write(number, part.baseAddress, part.count)
      #else
        Darwin.write(number, part.baseAddress, part.count)
      #endif
    }
  }

  /// Has all that was written reach the disk.
  ///
  /// - Returns: Whether it went well; `errno` says why not.
  package func flush() -> Bool {
    #if canImport(Darwin)
      // Apple's fsync leaves it in the cache of the disk; not every file system knows the other way.
      if fcntl(number, F_FULLFSYNC) == 0 { return true }
    #endif
    return retrying { fsync(number) } == 0
  }

  private func writeAll(
    _ bytes: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer, _ done: Int) -> Int
  ) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = retrying { write(UnsafeRawBufferPointer(rebasing: bytes[done...]), done) }
      if count == 0 { errno = EIO }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
