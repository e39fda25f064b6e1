#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file under a temporary name beside the one that it is going to replace. It is locked as long as this
/// object lives, which distinguishes a file that is being written from one that a killed process left.
package final class NewFile {
  /// The temporary name, `.NAME.NUMBER.part`.
  package let path: String
  /// The name that errors give.
  package let reportedPath: String
  private let file: FileDescriptor
  private let appended: RunningChecksum
  /// The bytes from the beginning that were appended, not written at a place.
  private var appendedLength = 0
  /// Where the last byte that was written ends.
  package private(set) var length = 0

  private static let suffix = ".part"
  /// Names that are tried before giving up.
  private static let attempts = 100

  /// Makes an empty file beside `target`, never in place of one that is there, nor through a link.
  ///
  /// - Throws: ``FileError``.
  package init(beside target: String, reportedAs path: String) throws {
    reportedPath = path
    appended = try RunningChecksum(of: path)
    let (folder, name) = splitPath(target)
    for _ in 0..<Self.attempts {
      // Nobody can take it before, and processes of several machines do not meet there.
      let temporary = "\(folder)/.\(name).\(UInt64.random(in: 0...UInt64.max))\(Self.suffix)"
      guard let file = FileDescriptor(temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW) else {
        if errno == EEXIST { continue }
        throw FileError(.cannotCreate, file: path, "cannot write there: \(systemErrorText())")
      }
      do {
        // Whoever clears leftovers away may have been faster than the lock.
        guard try file.lock(reportedAs: path), try file.isAt(temporary, reportedAs: path) else {
          continue
        }
      } catch {
        try removeFile(temporary, reportedAs: path)
        throw error
      }
      (self.path, self.file) = (temporary, file)
      return
    }
    throw FileError(.cannotCreate, file: path, "cannot find a name for a temporary file")
  }

  /// Gives it what the file has that it is going to replace.
  ///
  /// - Throws: ``FileError``.
  func take(_ attributes: FileAttributes) throws {
    try attributes.give(to: file, reportedAs: reportedPath)
  }

  /// Whether it has that name.
  ///
  /// - Throws: ``FileError`` if that cannot be known.
  func isAt(_ name: String) throws -> Bool { try file.isAt(name, reportedAs: reportedPath) }

  /// Writes bytes at a place, which may be done by several threads.
  ///
  /// - Returns: Whether it went well; `errno` says why not.
  package func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    file.write(bytes, at: offset)
  }

  /// Says how long the file has become by ``write(_:at:)``.
  package func didWrite(upTo length: Int) { self.length = max(self.length, length) }

  /// Writes bytes behind those that are there.
  ///
  /// - Throws: ``FileError``.
  package func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard file.write(bytes, at: length) else { throw FileError.cannotWrite(reportedPath) }
    if appendedLength == length {
      appended.update(bytes)
      appendedLength += bytes.count
    }
    length += bytes.count
  }

  package func append(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try append($0) } }

  /// Appends a seal, with the code of the key that is in use.
  ///
  /// - Parameter checksum: Of the bytes before it that the seal's checksum is of; of all that were appended if `nil`.
  /// - Throws: ``FileError``.
  package func appendSeal(_ trailer: SealTrailer, after checksum: RunningChecksum? = nil) throws {
    var trailer = trailer
    trailer.code = try SealKey.current?.code(of: trailer, file, path: reportedPath)
    let bytes = trailer.bytesBeforeChecksum
    checksum?.update(bytes)
    try append(bytes)
    try append(LittleEndian.bytes((checksum ?? appended).value))
  }

  /// Flushes the file to the disk, and reads back what was appended.
  ///
  /// - Throws: ``FileError``, also if other bytes come back than were written.
  package func finish() throws {
    guard file.flush() else { throw FileError.cannotWrite(reportedPath) }
    guard try file.length(reportedAs: reportedPath) == length else {
      throw notReadBack("it is not as long as what was written")
    }
    let read = try RunningChecksum(of: reportedPath)
    try file.forEachPiece(0..<appendedLength, reportedAs: reportedPath) { read.update($0) }
    guard read.value == appended.value else {
      throw notReadBack("other bytes come back than were written")
    }
  }

  /// Closes the file, once it has its name.
  ///
  /// - Returns: Whether it went well; `errno` says why not.
  package func close() -> Bool { file.close() }

  private func notReadBack(_ reason: String) -> FileError {
    FileError(.inputOutput, file: reportedPath, "was not saved: \(reason)")
  }

  /// Removes the temporary files that killed processes left beside a file. One that cannot be looked at or
  /// removed does no harm, and stays.
  package static func removeLeftovers(of target: String) {
    let (folder, name) = splitPath(target)
    guard let entries = try? folderEntries(folder) else { return }
    for entry in entries where isTemporary(entry, of: name) {
      let path = folder + "/" + entry
      // One of a checkpoint that nobody may write to is like it.
      let flags = O_NOFOLLOW | O_NONBLOCK
      guard
        let file = FileDescriptor(path, O_RDWR | flags) ?? FileDescriptor(path, O_RDONLY | flags)
      else { continue }
      if (try? file.lock(reportedAs: path)) == true,
        (try? file.isAt(path, reportedAs: path)) == true
      {
        unlink(path)
      }
    }
  }

  /// Whether a name is a temporary one of a file, as they are given here or as earlier releases gave them.
  private static func isTemporary(_ entry: String, of name: String) -> Bool {
    guard entry.hasPrefix("." + name + "."), entry.hasSuffix(suffix) else { return false }
    let middle = entry.utf8.dropFirst(name.utf8.count + 2).dropLast(suffix.utf8.count)
    return middle.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D } && !middle.isEmpty
      || entry == ".\(name)\(suffix)"
  }
}
