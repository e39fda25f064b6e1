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
  /// From which size on, and how many times as large as what is stored, a member is taken for a bomb: Keras'
  /// own bounds for unpacking.
  private static let bombSize = 256 << 20
  private static let bombRatio = 100
  private static let piece = 1 << 18

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
    var bytes: [UInt8] = []
    bytes.reserveCapacity(member.size)
    try unpack(member) { bytes += $0 }
    return bytes
  }

  /// The bytes of a member as a range of a file: of the archive if it is stored there as it is, which is how Keras
  /// writes them; of a temporary file otherwise. Its size and checksum are compared with the list's.
  ///
  /// - Throws: ``FileError``.
  package func open(_ name: String) throws -> (file: FileDescriptor, range: Range<Int>) {
    let member = try member(name)
    if member.method == ZipFormat.stored {
      try unpack(member) { _ in }
      let start = try dataOffset(member)
      return (file, start..<start + member.storedSize)
    }
    let target = try TemporaryFile.make(for: path)
    var offset = 0
    try unpack(member) { piece in
      guard target.write(piece, at: offset) else {
        throw FileError(
          .inputOutput, file: path, "cannot unpack \(name): \(systemErrorText())")
      }
      offset += piece.count
    }
    return (target, 0..<offset)
  }

  /// Unpacks a member piece by piece and compares its size and checksum with the list's.
  private func unpack(_ member: Member, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let isBomb =
      member.size > Self.bombSize && member.size / Self.bombRatio > member.storedSize
    guard !isBomb else {
      throw invalid(
        member,
        "would unpack \(member.storedSize) bytes to \(member.size); it was not opened")
    }
    var (size, checksum): (Int, UInt) = (0, crc32(0, nil, 0))
    func take(_ piece: UnsafeRawBufferPointer) throws {
      size += piece.count
      guard size <= member.size else { throw invalid(member, "is larger than the archive says") }
      checksum = crc32_z(checksum, piece.bindMemory(to: UInt8.self).baseAddress, piece.count)
      try body(piece)
    }
    let start = try dataOffset(member)
    switch member.method {
    case ZipFormat.stored: try forEachPiece(member, from: start, take)
    case ZipFormat.deflated: try inflate(member, from: start, take)
    default: throw invalid(member, "is packed by method \(member.method); 0 and 8 are known")
    }
    guard size == member.size, checksum == UInt(member.checksum) else {
      throw invalid(member, "is damaged: its checksum does not match")
    }
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

  private func forEachPiece(
    _ member: Member, from start: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try file.forEachPiece(start..<start + member.storedSize, reportedAs: path, body)
  }

  private func inflate(
    _ member: Member, from start: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var stream = z_stream()
    // Negative: without the header and checksum of zlib's own format.
    let opened = inflateInit2_(
      &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard opened == Z_OK else { throw invalid(member, "no memory to unpack it") }
    defer { inflateEnd(&stream) }
    var state = Z_OK
    try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.piece) { output in
      try forEachPiece(member, from: start) { packed in
        stream.next_in = UnsafeMutablePointer(
          mutating: packed.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(packed.count)
        repeat {
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          state = CZlib.inflate(&stream, Z_NO_FLUSH)
          guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(state) else {
            throw invalid(member, "is damaged: it cannot be unpacked")
          }
          try body(
            UnsafeRawBufferPointer(
              UnsafeBufferPointer(
                rebasing: output[..<(output.count - Int(stream.avail_out))])))
        } while stream.avail_out == 0 && state != Z_STREAM_END
      }
    }
    guard state == Z_STREAM_END else { throw invalid(member, "is truncated") }
  }

  private func invalid(_ member: Member, _ reason: String) -> FileError {
    .invalid(path, "\(member.name): \(reason)")
  }
}
