import CXXHash

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The trailer behind HDF5's own end of file that shows whether any byte of a checkpoint has changed.
/// HDF5 readers skip it. 32 bytes, little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 0–7 | `LSTMSEAL` |
/// | 8–11 | version, 1 |
/// | 12–15 | 0 |
/// | 16–23 | the length of the HDF5 file before it |
/// | 24–31 | XXH3-64 of that file and of the 24 bytes before |
public enum Seal {
  /// What a file's end tells.
  public enum Verdict: Equatable, Sendable {
    /// The file is ours and no byte has changed.
    case intact
    /// An HDF5 file that was never sealed, or was changed by another program since.
    case absent
    /// The file is not whole; the text tells why.
    case broken(String)
  }

  static let size = 32
  private static let magic = Array("LSTMSEAL".utf8)
  private static let version: UInt32 = 1

  /// Looks at the whole file, without HDF5.
  ///
  /// - Throws: ``CheckpointError`` if there is no such file or it is not HDF5.
  public static func inspect(_ path: String) throws -> Verdict {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw CheckpointError(.noInput, file: path, "\(systemErrorText())")
    }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw CheckpointError.invalid(path, "is a directory, not a checkpoint")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CheckpointError.invalid(path, "is not a regular file")
    }
    guard let file = FileDescriptor(path, O_RDONLY) else {
      throw CheckpointError(.noInput, file: path, "\(systemErrorText())")
    }
    let length = Int(status.st_size)
    guard length > 0 else { throw CheckpointError.invalid(path, "is empty") }
    guard let end = try endOfHDF5(file, path: path) else {
      throw CheckpointError.invalid(path, "is not an HDF5 file")
    }
    guard length >= size else { return .broken("is truncated") }

    let trailer = try read(file, at: length - size, count: size, path: path)
    guard trailer.prefix(magic.count).elementsEqual(magic) else {
      if end > length { return .broken("is truncated: \(length) of \(end) bytes are there") }
      // What stands behind HDF5's end is a seal, whole or in part.
      let rest = try read(file, at: end, count: magic.count, path: path)
      let isSeal = length - end == size || !rest.isEmpty && magic.starts(with: rest)
      return isSeal ? .broken("is damaged: its seal is broken") : .absent
    }
    let expected = try makeTrailer(file, length: length - size, path: path)
    return trailer == expected ? .intact : .broken("is damaged: its checksum does not match")
  }

  /// Seals a finished HDF5 file and flushes it to the disk.
  ///
  /// - Parameter reportedAs: The path that errors name.
  /// - Throws: ``CheckpointError``.
  static func append(to path: String, reportedAs name: String) throws {
    guard let file = FileDescriptor(path, O_RDWR) else {
      throw CheckpointError(.inputOutput, file: name, "cannot seal: \(systemErrorText())")
    }
    let length = Int(lseek(file.number, 0, SEEK_END))
    let trailer = try makeTrailer(file, length: length, path: name)
    var written = 0
    while written < trailer.count {
      let count = trailer.withUnsafeBytes {
        pwrite(
          file.number, $0.baseAddress?.advanced(by: written), trailer.count - written,
          off_t(length + written))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw CheckpointError(.inputOutput, file: name, "cannot write: \(systemErrorText())")
      }
      written += count
    }
    guard fsync(file.number) == 0 else {
      throw CheckpointError(.inputOutput, file: name, "cannot write: \(systemErrorText())")
    }
  }

  private static func makeTrailer(
    _ file: FileDescriptor, length: Int, path: String
  ) throws -> [UInt8] {
    guard let state = XXH3_createState() else {
      throw CheckpointError(.inputOutput, file: path, "no memory for a checksum")
    }
    defer { XXH3_freeState(state) }
    XXH3_64bits_reset(state)
    // Small enough to stay in the cache between reading and hashing.
    let chunk = 1 << 18
    #if canImport(Glibc)
      posix_fadvise(file.number, 0, off_t(length), POSIX_FADV_SEQUENTIAL)
    #endif
    try withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 64) { buffer in
      var at = 0
      while at < length {
        let count = pread(file.number, buffer.baseAddress, min(chunk, length - at), off_t(at))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          throw CheckpointError(.inputOutput, file: path, "cannot read: \(systemErrorText())")
        }
        XXH3_64bits_update(state, buffer.baseAddress, count)
        at += count
      }
    }
    let header =
      magic + littleEndian(version) + littleEndian(UInt32(0)) + littleEndian(UInt64(length))
    XXH3_64bits_update(state, header, header.count)
    return header + littleEndian(XXH3_64bits_digest(state))
  }

  /// Where HDF5 says that the file ends, from its superblock (versions 0 to 3); `nil` if there is none.
  private static func endOfHDF5(_ file: FileDescriptor, path: String) throws -> Int? {
    let block = try read(file, at: 0, count: 48, path: path)
    guard block.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), block.count == 48
    else { return nil }
    let at = block[8] < 2 ? 40 : 28
    let end = block[at..<at + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(clamping: end)
  }

  /// As many of `count` bytes as the file has there.
  private static func read(
    _ file: FileDescriptor, at offset: Int, count: Int, path: String
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = pread(file.number, &bytes, count, off_t(offset))
    guard found >= 0 else {
      throw CheckpointError(.inputOutput, file: path, "cannot read: \(systemErrorText())")
    }
    return Array(bytes.prefix(found))
  }

  private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
