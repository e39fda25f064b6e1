#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of some files, one after the other, read as they are needed: they may be more than memory holds.
package final class DataFiles {
  /// A name that stands for what comes on stdin.
  package static let standardInput = "-"

  private struct Part {
    package let path: String
    package let file: FileDescriptor
    /// Where it begins among all bytes.
    package let first: Int
    package let status: stat
  }

  private var parts: [Part] = []
  /// The bytes of all.
  package private(set) var count = 0

  /// - Parameter paths: Files, or `-`, which is copied into a temporary file.
  /// - Throws: ``FileError`` if one cannot be opened.
  package init(_ paths: [String]) throws {
    for path in paths {
      let file = try path == Self.standardInput ? Self.copyOfStandardInput() : Self.open(path)
      let status = try file.status(reportedAs: path)
      parts.append(Part(path: path, file: file, first: count, status: status))
      count += Int(status.st_size)
    }
  }

  private static func open(_ path: String) throws -> FileDescriptor {
    guard try isRegularFile(path) else {
      throw FileError(.noInput, file: path, "not found")
    }
    return try FileDescriptor.reading(path)
  }

  private static func copyOfStandardInput() throws -> FileDescriptor {
    let file = try TemporaryFile.make(for: standardInput)
    let input = FileDescriptor(taking: dup(STDIN_FILENO))
    var at = 0
    try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 64) { buffer in
      while true {
        guard let count = input.readNext(into: buffer) else {
          throw FileError(.inputOutput, file: standardInput, systemErrorText())
        }
        guard count > 0 else { return }
        guard file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), at: at) else {
          throw FileError.cannotWrite(standardInput)
        }
        at += count
      }
    }
    return file
  }

  /// Checks that no file has changed since it was opened.
  ///
  /// - Throws: ``FileError`` that names the one that has.
  package func checkUnchanged() throws {
    for part in parts {
      let status = try part.file.status(reportedAs: part.path)
      guard status.st_size == part.status.st_size,
        status.lastChange == part.status.lastChange
      else {
        throw FileError.invalid(part.path, "has changed while it was read")
      }
    }
  }

  /// Reads as many bytes as there are from an offset on, up to the size of `buffer`.
  ///
  /// - Throws: ``FileError``.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    for part in parts {
      let size = Int(part.status.st_size)
      let from = offset + done - part.first
      guard done < buffer.count, from >= 0, from < size else { continue }
      let wanted = min(buffer.count - done, size - from)
      let place = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + wanted])
      guard let found = part.file.read(at: from, into: place) else {
        throw FileError.cannotRead(part.path)
      }
      guard found == wanted else {
        throw FileError.invalid(part.path, "has changed while it was read")
      }
      done += found
    }
    return done
  }

  /// Walks over all bytes.
  ///
  /// - Parameter body: Receives a piece, where it begins, and whether it is the last; returns how many of its
  ///   bytes it is done with, which of a megabyte must be some. The rest comes again with the next piece.
  /// - Returns: XXH3-64 of all bytes, in hexadecimal digits.
  /// - Throws: ``FileError``, or what `body` throws.
  package func scan(
    _ body: (UnsafeBufferPointer<UInt8>, _ offset: Int, _ isLast: Bool) throws -> Int
  ) throws -> String {
    let checksum = try RunningChecksum(of: parts[0].path)
    try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 64) { buffer in
      var (offset, kept) = (0, 0)
      repeat {
        let place = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
        let found = try read(at: offset + kept, into: place)
        checksum.update(UnsafeRawBufferPointer(rebasing: place[..<found]))
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + found)])
          .assumingMemoryBound(to: UInt8.self)
        let isLast = offset + kept + found >= count
        let done = try body(bytes, offset, isLast)
        kept += found - done
        offset += done
        guard !isLast else { break }
        precondition(kept < buffer.count, "nothing of a full buffer was taken")
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[done..<done + kept]))
      } while true
    }
    try checkUnchanged()
    return checksum.digits
  }

  /// Whether the bytes begin, up to the end of a line, with those of a digest of ``scan(_:)``: whether lines were
  /// added and nothing else was changed.
  ///
  /// - Throws: ``FileError`` if they cannot be read.
  package func begin(withLinesOf digest: String) throws -> Bool {
    guard let wanted = UInt64(digest, radix: 16), let first = parts.first else { return false }
    let checksum = try RunningChecksum(of: first.path)
    var isFound = false
    try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 64) { buffer in
      var offset = 0
      while offset < count, !isFound {
        let found = try read(at: offset, into: buffer)
        var at = 0
        // The line before the added ones may have ended with its file, or with one of these.
        for index in 0..<found where buffer[index] == 0x0A || buffer[index] == 0x0D {
          for end in [index, index + 1] where end > at {
            checksum.update(UnsafeRawBufferPointer(rebasing: buffer[at..<end]))
            at = end
            if checksum.value == wanted { isFound = true }
          }
        }
        checksum.update(UnsafeRawBufferPointer(rebasing: buffer[at..<found]))
        offset += found
      }
    }
    return isFound
  }

  /// The file that a byte is in, its line and its column in bytes, both from 1: for errors.
  package func place(of offset: Int) -> (file: String, line: Int, column: Int) {
    let part = parts.last { $0.first <= offset } ?? parts[0]
    var (line, lineStart) = (1, part.first)
    var at = part.first
    withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 64) { buffer in
      while at < offset {
        let piece = UnsafeMutableRawBufferPointer(
          rebasing: buffer[..<min(buffer.count, offset - at)])
        guard let found = try? read(at: at, into: piece), found > 0 else { return }
        for index in 0..<found where piece[index] == UInt8(ascii: "\n") {
          line += 1
          lineStart = at + index + 1
        }
        at += found
      }
    }
    return (part.path, line, offset - lineStart + 1)
  }
}

extension stat {
  /// When the content changed last, in nanoseconds.
  fileprivate var lastChange: Int {
    #if canImport(Glibc)
      Int(st_mtim.tv_sec) * 1_000_000_000 + Int(st_mtim.tv_nsec)
    #else
      Int(st_mtimespec.tv_sec) * 1_000_000_000 + Int(st_mtimespec.tv_nsec)
    #endif
  }
}
