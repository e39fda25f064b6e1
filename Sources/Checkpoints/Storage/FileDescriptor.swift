import CXXHash

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open file descriptor that closes itself.
final class FileDescriptor: Sendable {
  let number: Int32

  /// - Returns: `nil` if the call fails; `errno` then tells why.
  init?(_ path: String, _ flags: Int32, mode: mode_t = 0o666) {
    var number: Int32
    repeat { number = open(path, flags | O_CLOEXEC, mode) } while number < 0 && errno == EINTR
    guard number >= 0 else { return nil }
    self.number = number
  }

  /// Opens a file for reading.
  ///
  /// - Throws: ``CheckpointError`` if that fails.
  static func reading(_ path: String) throws -> FileDescriptor {
    guard let file = FileDescriptor(path, O_RDONLY) else {
      throw CheckpointError(.noInput, file: path, systemErrorText())
    }
    return file
  }

  /// The length of the file, in bytes.
  var length: Int { Int(lseek(number, 0, SEEK_END)) }

  /// - Parameter number: An open descriptor, which is closed with this object.
  init(taking number: Int32) { self.number = number }

  deinit { close(number) }

  /// Reads as many bytes as the file has there, up to the size of `buffer`.
  ///
  /// - Returns: How many; `nil` if the call fails, and `errno` then tells why.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    var done = 0
    while done < buffer.count {
      let count = pread(
        number, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  /// Reads what comes next, for a descriptor that has no places, such as a pipe.
  ///
  /// - Returns: How many bytes, 0 at the end; `nil` if the call fails, and `errno` then tells why.
  func readNext(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(number, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(number, buffer.baseAddress, buffer.count)
      #endif
      if count < 0 && errno == EINTR { continue }
      return count < 0 ? nil : count
    }
  }

  /// As many of `count` bytes as the file has there.
  ///
  /// - Throws: ``CheckpointError`` if the call fails.
  func read(at offset: Int, count: Int, path: String) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let found = read(at: offset, into: UnsafeMutableRawBufferPointer(buffer)) else {
        throw CheckpointError(.inputOutput, file: path, "cannot read: \(systemErrorText())")
      }
      initialized = found
    }
  }

  /// Writes all bytes.
  ///
  /// - Returns: Whether it went well; `errno` tells why not.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        number, bytes.baseAddress?.advanced(by: done), bytes.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Seals a finished file and flushes it to the disk.
  ///
  /// - Throws: ``CheckpointError``.
  func seal(_ trailer: SealTrailer, reportedAs path: String) throws {
    let bytes =
      trailer.bytesBeforeChecksum + LittleEndian.bytes(try checksum(trailer, path: path))
    guard bytes.withUnsafeBytes({ write($0, at: trailer.length) }), fsync(number) == 0 else {
      throw CheckpointError.cannotWrite(path)
    }
  }

  /// The checksum of all that is outside the pieces, the trailer included.
  ///
  /// - Throws: ``CheckpointError`` if the file cannot be read.
  func checksum(_ trailer: SealTrailer, path: String) throws -> UInt64 {
    guard let state = XXH3_createState() else {
      throw CheckpointError(.inputOutput, file: path, "no memory for a checksum")
    }
    defer { XXH3_freeState(state) }
    XXH3_64bits_reset(state)
    // Small enough to stay in the cache between reading and hashing.
    try withUnsafeTemporaryAllocation(byteCount: 1 << 17, alignment: 64) { buffer in
      for gap in trailer.gaps {
        var at = gap.lowerBound
        while at < gap.upperBound {
          let part = UnsafeMutableRawBufferPointer(
            rebasing: buffer[..<min(buffer.count, gap.upperBound - at)])
          guard read(at: at, into: part) == part.count else {
            throw CheckpointError(.inputOutput, file: path, "cannot read: \(systemErrorText())")
          }
          XXH3_64bits_update(state, part.baseAddress, part.count)
          at += part.count
        }
      }
    }
    let bytes = trailer.bytesBeforeChecksum
    XXH3_64bits_update(state, bytes, bytes.count)
    return XXH3_64bits_digest(state)
  }
}
