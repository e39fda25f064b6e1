import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a zip archive whose members are stored as they are, as Keras does: what is read is read once.
/// Times are those of zip's beginning, so that equal contents give equal files.
package final class ZipWriter {
  private struct Entry {
    package let name: [UInt8]
    package let size: Int
    package let checksum: UInt32
    package let offset: Int
  }

  /// 1 January 1980.
  private static let date: UInt32 = 0x0021_0000
  /// Readable and writable by its owner, as Python's `zipfile` has it.
  private static let attributes: UInt32 = 0o600 << 16
  private static let unix: UInt16 = 3 << 8
  private let file: NewFile
  private var entries: [Entry] = []

  /// - Parameter file: Empty.
  package init(_ file: NewFile) { self.file = file }

  /// Adds a member.
  ///
  /// - Throws: ``FileError`` if it cannot be written.
  package func add(_ name: String, _ bytes: [UInt8]) throws {
    try add(name, size: bytes.count) { body in try bytes.withUnsafeBytes(body) }
  }

  /// Adds a member whose bytes come piece by piece.
  ///
  /// - Parameter pieces: Gives them; called twice, for the checksum, which stands before them, and for the bytes.
  /// - Throws: ``FileError`` if it cannot be written, or what `pieces` throws.
  package func add(
    _ name: String, size: Int, _ pieces: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws {
    var checksum = crc32(0, nil, 0)
    try pieces {
      checksum = crc32_z(checksum, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    let entry = Entry(
      name: Array(name.utf8), size: size, checksum: UInt32(checksum), offset: file.length)
    try file.append(Self.header(entry))
    try pieces { try file.append($0) }
    entries.append(entry)
  }

  /// Writes the list of members.
  ///
  /// - Parameter commentSize: The bytes that the caller writes behind it, as the archive's comment.
  /// - Throws: ``FileError`` if it cannot be written.
  package func finish(commentSize: Int) throws {
    let start = file.length
    var directory: [UInt8] = []
    for entry in entries {
      let extra = Self.extra(entry, withOffset: true)
      directory += Self.bytes(ZipFormat.directoryEntry)
      directory += Self.bytes(Self.unix | Self.version(extra)) + Self.bytes(Self.version(extra))
      directory += Self.common(entry, extra: extra)
      directory += Self.bytes(UInt16(0)) + Self.bytes(UInt16(0)) + Self.bytes(UInt16(0))
      directory += Self.bytes(Self.attributes) + Self.bytes(UInt32(clamping: entry.offset))
      directory += entry.name + extra
    }
    let size = directory.count
    if start >= UInt32.max {
      directory += Self.bytes(ZipFormat.end64) + Self.bytes(UInt64(ZipFormat.end64Size - 12))
      directory += Self.bytes(Self.unix | 45) + Self.bytes(UInt16(45)) + Self.bytes(UInt64(0))
      directory += Self.bytes(UInt64(entries.count)) + Self.bytes(UInt64(entries.count))
      directory += Self.bytes(UInt64(size)) + Self.bytes(UInt64(start))
      directory += Self.bytes(ZipFormat.locator64) + Self.bytes(UInt32(0))
      directory += Self.bytes(UInt64(start + size)) + Self.bytes(UInt32(1))
    }
    directory += Self.bytes(ZipFormat.end) + Self.bytes(UInt32(0))
    directory += Self.bytes(UInt16(entries.count)) + Self.bytes(UInt16(entries.count))
    directory += Self.bytes(UInt32(size)) + Self.bytes(UInt32(clamping: start))
    directory += Self.bytes(UInt16(commentSize))
    try file.append(directory)
  }

  private static func header(_ entry: Entry) -> [UInt8] {
    let extra = extra(entry, withOffset: false)
    return bytes(ZipFormat.localHeader) + bytes(version(extra)) + common(entry, extra: extra)
      + entry.name + extra
  }

  /// From the flags to the lengths of the names: what the header of a member and the list have alike.
  private static func common(_ entry: Entry, extra: [UInt8]) -> [UInt8] {
    bytes(UInt16(0)) + bytes(ZipFormat.stored) + bytes(date) + bytes(entry.checksum)
      + bytes(UInt32(clamping: entry.size)) + bytes(UInt32(clamping: entry.size))
      + bytes(UInt16(entry.name.count)) + bytes(UInt16(extra.count))
  }

  /// The numbers that take 64 bits.
  private static func extra(_ entry: Entry, withOffset: Bool) -> [UInt8] {
    var numbers: [Int] = entry.size >= UInt32.max ? [entry.size, entry.size] : []
    if withOffset, entry.offset >= UInt32.max { numbers.append(entry.offset) }
    guard !numbers.isEmpty else { return [] }
    return bytes(ZipFormat.extra64) + bytes(UInt16(numbers.count * 8))
      + numbers.flatMap { bytes(UInt64($0)) }
  }

  /// The version of zip that it takes to read a member.
  private static func version(_ extra: [UInt8]) -> UInt16 { extra.isEmpty ? 20 : 45 }

  private static func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    LittleEndian.bytes(number)
  }
}
