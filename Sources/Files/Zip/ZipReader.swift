import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A zip archive, of which members are read by their names; nothing is unpacked under the names that it gives.
package struct ZipReader {
  /// A file in the archive.
  package struct Member {
    package let name: String
    package let method: UInt16
    /// The bytes in the archive.
    package let storedSize: Int
    /// The bytes once unpacked.
    package let size: Int
    package let checksum: UInt32
    package let headerOffset: Int
  }

  /// The most bytes of a list of members.
  package static let mostDirectory = 16 << 20

  package let members: [Member]
  private let file: FileDescriptor
  private let path: String
  private let length: Int

  /// Reads the list of members.
  ///
  /// - Throws: ``FileError`` if there is none, or a member that no archive should have.
  package init(_ file: FileDescriptor, reportedAs path: String) throws {
    self.file = file
    self.path = path
    length = try file.length(reportedAs: path)
    members = try Self.members(file, length: length, path: path)
    for member in members {
      let isOutside =
        member.name.hasPrefix("/") || member.name.contains("\\")
        || member.name.split(separator: "/").contains("..")
      guard !isOutside else {
        throw FileError.invalid(
          path, "the archive's member '\(member.name)' leads out of it; it was not opened")
      }
    }
    guard Set(members.map(\.name)).count == members.count else {
      throw FileError.invalid(path, "the archive has two members of one name")
    }
  }

  /// The member of that name.
  ///
  /// - Throws: ``FileError`` if there is none.
  package func member(_ name: String) throws -> Member {
    guard let member = members.first(where: { $0.name == name }) else {
      throw FileError.invalid(path, "the archive has no \(name)")
    }
    return member
  }

  /// The bytes of a member.
  ///
  /// - Parameter most: The most bytes that it may have.
  /// - Throws: ``FileError``.
  package func read(_ name: String, most: Int) throws -> [UInt8] {
    let member = try member(name)
    guard member.size <= most else {
      throw FileError.invalid(
        path, "\(name): unpacks to \(member.size) bytes; at most \(most) are expected there")
    }
    let (file, range) = try open(name)
    let bytes = try file.read(at: range.lowerBound, count: range.count, path: path)
    guard bytes.count == range.count else { throw FileError.invalid(path, "is truncated") }
    return bytes
  }

  /// The bytes of a member as a range of a file: of the archive if it is stored there as it is, which is how Keras
  /// writes them; of a temporary file otherwise. Its size and checksum are compared with the list's.
  ///
  /// - Throws: ``FileError``.
  package func open(_ name: String) throws -> (file: FileDescriptor, range: Range<Int>) {
    let member = try member(name)
    let start = try dataOffset(member)
    let stored = start..<start + member.storedSize
    let opened: (file: FileDescriptor, range: Range<Int>)
    switch member.method {
    case ZipFormat.stored: opened = (file, stored)
    case ZipFormat.deflated:
      let target = try TemporaryFile.make(for: path)
      try Quarantine.inflate(
        file, stored, into: target, size: member.size, name: name, reportedAs: path)
      opened = (target, 0..<member.size)
    default: throw invalid(member, "is packed by method \(member.method); 0 and 8 are known")
    }
    guard opened.range.count == member.size, try checksum(opened) == UInt(member.checksum) else {
      throw invalid(member, "is damaged: its checksum does not match")
    }
    return opened
  }

  private func checksum(_ place: (file: FileDescriptor, range: Range<Int>)) throws -> UInt {
    var checksum = crc32(0, nil, 0)
    try place.file.forEachPiece(place.range, reportedAs: path) { piece in
      checksum = crc32_z(checksum, piece.bindMemory(to: UInt8.self).baseAddress, piece.count)
    }
    return checksum
  }

  /// Where the bytes of a member begin: behind its own header, which may be longer than in the list.
  private func dataOffset(_ member: Member) throws -> Int {
    guard member.headerOffset <= length - ZipFormat.localHeaderSize else {
      throw invalid(member, "begins beyond the end: the archive is truncated")
    }
    let header = try file.read(
      at: member.headerOffset, count: ZipFormat.localHeaderSize, path: path)
    guard header.count == ZipFormat.localHeaderSize,
      LittleEndian.number(header, at: 0, UInt32.self) == ZipFormat.localHeader
    else { throw invalid(member, "has no header: the archive is damaged") }
    guard LittleEndian.number(header, at: 6, UInt16.self) & 1 == 0 else {
      throw invalid(member, "is encrypted")
    }
    let names =
      Int(LittleEndian.number(header, at: 26, UInt16.self))
      + Int(LittleEndian.number(header, at: 28, UInt16.self))
    let start = member.headerOffset + ZipFormat.localHeaderSize + names
    guard start <= length, member.storedSize <= length - start else {
      throw invalid(member, "reaches beyond the end: the archive is truncated")
    }
    return start
  }

  private func invalid(_ member: Member, _ reason: String) -> FileError {
    .invalid(path, "\(member.name): \(reason)")
  }
}
