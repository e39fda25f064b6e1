#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Reading the list of members that stands at the end of a zip archive.
extension ZipReader {
  /// - Throws: ``FileError`` if the list is not there or not whole.
  package static func members(_ file: FileDescriptor, length: Int, path: String) throws -> [Member]
  {
    let place = try directory(file, length: length, path: path)
    let bytes = try file.read(at: place.lowerBound, count: place.count, path: path)
    guard bytes.count == place.count else { throw damaged(path) }
    var members: [Member] = []
    var at = 0
    while at + ZipFormat.directoryEntrySize <= bytes.count {
      guard number(bytes, at, UInt32.self) == ZipFormat.directoryEntry else { throw damaged(path) }
      let (nameSize, extraSize, commentSize) = (
        Int(number(bytes, at + 28, UInt16.self)), Int(number(bytes, at + 30, UInt16.self)),
        Int(number(bytes, at + 32, UInt16.self))
      )
      let nameStart = at + ZipFormat.directoryEntrySize
      let next = nameStart + nameSize + extraSize + commentSize
      guard next <= bytes.count else { throw damaged(path) }
      let extra = Array(bytes[nameStart + nameSize..<nameStart + nameSize + extraSize])
      // Those that do not fit into 32 bits stand in the extra field, in this order.
      var wide = wideNumbers(extra)[...]
      func size(_ offset: Int) throws -> Int {
        let size = number(bytes, at + offset, UInt32.self)
        guard size == .max else { return Int(size) }
        guard let large = wide.popFirst() else { throw damaged(path) }
        return large
      }
      let (unpacked, stored, header) = (try size(24), try size(20), try size(42))
      members.append(
        Member(
          name: String(decoding: bytes[nameStart..<nameStart + nameSize], as: UTF8.self),
          method: number(bytes, at + 10, UInt16.self), storedSize: stored, size: unpacked,
          checksum: number(bytes, at + 16, UInt32.self), headerOffset: header))
      at = next
    }
    guard at == bytes.count else { throw damaged(path) }
    return members
  }

  /// Where the list is, as the record at the end of the file says.
  private static func directory(
    _ file: FileDescriptor, length: Int, path: String
  ) throws -> Range<Int> {
    let tailStart = max(0, length - ZipFormat.endSize - ZipFormat.mostComment)
    let tail = try file.read(at: tailStart, count: length - tailStart, path: path)
    // The last one whose comment ends with the file.
    let last = stride(from: tail.count - ZipFormat.endSize, through: 0, by: -1).first { at in
      number(tail, at, UInt32.self) == ZipFormat.end
        && at + ZipFormat.endSize + Int(number(tail, at + 20, UInt16.self)) == tail.count
    }
    guard let last else {
      throw FileError.invalid(path, "is truncated: the zip archive has no end")
    }
    var size = Int(number(tail, last + 12, UInt32.self))
    var start = Int(number(tail, last + 16, UInt32.self))
    if start == UInt32.max || size == UInt32.max {
      let locator = try file.read(
        at: max(0, tailStart + last - ZipFormat.locator64Size), count: ZipFormat.locator64Size,
        path: path)
      guard locator.count == ZipFormat.locator64Size,
        number(locator, 0, UInt32.self) == ZipFormat.locator64
      else { throw damaged(path) }
      let end = try file.read(
        at: min(length, Int(clamping: number(locator, 8, UInt64.self))), count: ZipFormat.end64Size,
        path: path)
      guard end.count == ZipFormat.end64Size, number(end, 0, UInt32.self) == ZipFormat.end64 else {
        throw damaged(path)
      }
      size = Int(clamping: number(end, 40, UInt64.self))
      start = Int(clamping: number(end, 48, UInt64.self))
    }
    guard start <= length, size <= length - start, size <= mostDirectory else {
      throw damaged(path)
    }
    return start..<start + size
  }

  /// The numbers of the extra field for sizes of 64 bits.
  private static func wideNumbers(_ extra: [UInt8]) -> [Int] {
    var at = 0
    while at + 4 <= extra.count {
      let size = Int(number(extra, at + 2, UInt16.self))
      guard at + 4 + size <= extra.count else { return [] }
      if number(extra, at, UInt16.self) == ZipFormat.extra64 {
        return stride(from: at + 4, through: at + 4 + size - 8, by: 8).map {
          Int(clamping: number(extra, $0, UInt64.self))
        }
      }
      at += 4 + size
    }
    return []
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: [UInt8], _ offset: Int, _ type: Number.Type
  ) -> Number { LittleEndian.number(bytes, at: offset, type) }

  private static func damaged(_ path: String) -> FileError {
    .invalid(path, "is damaged: the zip archive's list of members cannot be read")
  }
}
