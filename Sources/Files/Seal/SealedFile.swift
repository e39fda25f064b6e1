import Kernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file whose seal is good: no byte outside the pieces of its large arrays has changed. The pieces are
/// verified when they are read, or all that are left by ``verifyPieces()``.
package final class SealedFile {
  /// What a file's end shows.
  package enum Verdict {
    case sealed(SealedFile)
    /// An HDF5 file that was never sealed, or was changed by another program since.
    case absent
    /// The file is not whole; the text says why.
    case broken(String)
  }

  /// A file that may be sealed.
  package struct Opened {
    package let file: FileDescriptor
    package let length: Int
    package let container: FileContainer
    package let verdict: Verdict
  }

  private let file: FileDescriptor
  private let path: String
  private let trailer: SealTrailer
  private var isVerified: [Bool]

  private init(_ file: FileDescriptor, path: String, trailer: SealTrailer) {
    self.file = file
    self.path = path
    self.trailer = trailer
    isVerified = [Bool](repeating: false, count: trailer.pieces.count)
  }

  /// Looks at all of a file but the pieces of large arrays, without HDF5.
  ///
  /// - Throws: ``FileError`` if there is no such file or it is not a regular one.
  package static func open(_ path: String) throws -> Opened {
    try checkRegularFile(path)
    let file = try FileDescriptor.reading(path)
    let length = try file.length(reportedAs: path)
    guard length > 0 else { throw FileError.invalid(path, "is empty") }
    let container = FileContainer(try file.read(at: 0, count: 8, path: path))
    let verdict = try verdict(file, container, length: length, path: path)
    return Opened(file: file, length: length, container: container, verdict: verdict)
  }

  private static func verdict(
    _ file: FileDescriptor, _ container: FileContainer, length: Int, path: String
  ) throws -> Verdict {
    switch container {
    case .hdf5:
      guard let end = try endOfHDF5(file, path: path) else {
        throw FileError.invalid(path, "is truncated")
      }
      return try verdict(file, end: end, length: length, path: path)
    case .zip:
      let verdict = try verdict(file, end: length, length: length, path: path)
      // An archive is read as a whole.
      if case .sealed(let sealed) = verdict, !sealed.trailer.pieces.isEmpty {
        return .broken("is damaged: its seal leaves parts out")
      }
      return verdict
    case .other: return .absent
    }
  }

  /// Whether the file's seal was made with the key that is in use.
  package var isSealedWithKey: Bool { SealKey.current != nil && trailer.code != nil }

  /// - Parameter end: Where the file's own format says that it ends.
  private static func verdict(
    _ file: FileDescriptor, end: Int, length: Int, path: String
  ) throws -> Verdict {
    let sealSize = SealTrailer.sealSize
    guard length >= sealSize else { return .broken("is truncated") }

    let seal = try file.read(at: length - sealSize, count: sealSize, path: path)
    guard seal.starts(with: SealTrailer.sealMagic) else {
      // A changed bit of the mark does not make the file a foreign one.
      if end == length, zip(seal, SealTrailer.sealMagic).filter({ $0 == $1 }).count >= 6 {
        return .broken("is damaged: its seal is broken")
      }
      if end > length { return .broken("is truncated: \(length) of \(end) bytes are there") }
      // What stands behind HDF5's end is a seal, whole or in part.
      let rest = try file.read(at: end, count: 8, path: path)
      let isSeal =
        length - end == sealSize
        || !rest.isEmpty
          && [SealTrailer.sealMagic, SealTrailer.partMagic].contains { $0.starts(with: rest) }
      return isSeal ? .broken("is damaged: its seal is broken") : .absent
    }
    let damaged = Verdict.broken("is damaged: its checksum does not match")
    guard let sizes = SealTrailer.sizes(seal: seal), sizes.trailer <= length,
      sizes.length == length - sizes.trailer,
      let trailer = SealTrailer(
        try file.read(at: sizes.length, count: sizes.trailer, path: path))
    else { return damaged }
    let checksum = LittleEndian.number(seal, at: sealSize - 8, UInt64.self)
    let found = try trailer.checksum(reportedAs: path) { gap, hash in
      try file.forEachPiece(gap, reportedAs: path, hash)
    }
    found.update(trailer.bytesBeforeChecksum)
    guard found.value == checksum else { return damaged }
    if let key = SealKey.current {
      let isOurs = try trailer.code.map { code in
        try key.makes(code, of: trailer, file, path: path)
      }
      guard let isOurs else { return .broken("has no seal made with a key") }
      guard isOurs else {
        return .broken("is not sealed with this key: it was changed, or made by somebody else")
      }
    }
    return .sealed(SealedFile(file, path: path, trailer: trailer))
  }

  /// The pieces that together are the values that lie in `extent` of the file; `nil` if there are none.
  private func pieces(of extent: Range<Int>) -> Range<Int>? {
    let pieces = trailer.pieces
    guard let first = pieces.firstIndex(where: { $0.offset == extent.lowerBound }),
      let last = pieces[first...].firstIndex(where: { $0.offset + $0.length == extent.upperBound }),
      pieces[first...last].reduce(0, { $0 + $1.length }) == extent.count
    else { return nil }
    return first..<last + 1
  }

  /// Whether the values that lie in `extent` of the file are pieces of their own.
  package func hasPieces(of extent: Range<Int>) -> Bool { pieces(of: extent) != nil }

  /// Reads the values that lie in `extent` of the file, if they are pieces of their own, and verifies them.
  ///
  /// - Returns: Whether they were; nothing is read if not.
  /// - Throws: ``FileError`` if a byte has changed.
  package func read(_ extent: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws -> Bool
  {
    guard buffer.count == extent.count, let pieces = pieces(of: extent) else { return false }
    let target = buffer.baseAddress
    try inParallel(pieces) { piece in
      guard let target else { return "cannot be read" }
      let place = UnsafeMutableRawBufferPointer(
        start: target + (piece.offset - extent.lowerBound), count: piece.length)
      return self.readAndVerify(piece, into: place)
    }
    for index in pieces { isVerified[index] = true }
    return true
  }

  /// Verifies the pieces that nobody has read.
  ///
  /// - Throws: ``FileError`` if a byte has changed.
  package func verifyPieces() throws {
    let left = isVerified.indices.filter { !isVerified[$0] }
    guard let first = left.first, let last = left.last else { return }
    try inParallel(first..<last + 1) { piece in
      withUnsafeTemporaryAllocation(byteCount: piece.length, alignment: 64) {
        self.readAndVerify(piece, into: $0)
      }
    }
    isVerified = isVerified.map { _ in true }
  }

  /// - Returns: What is wrong with the piece.
  private func readAndVerify(
    _ piece: SealTrailer.Piece, into buffer: UnsafeMutableRawBufferPointer
  ) -> String? {
    guard file.read(at: piece.offset, into: buffer) == piece.length else {
      return "cannot be read: \(systemErrorText())"
    }
    return SealTrailer.checksum(UnsafeRawBufferPointer(buffer)) == piece.checksum
      ? nil : "is damaged: its checksum does not match"
  }

  private func inParallel(
    _ indices: Range<Int>, _ body: (SealTrailer.Piece) -> String?
  ) throws {
    let failure = firstFailure(of: indices.count) { body(trailer.pieces[indices.lowerBound + $0]) }
    if let failure { throw FileError.invalid(path, failure) }
  }

  /// Where HDF5 says that the file ends, from its superblock (versions 0 to 3); `nil` if that is cut off.
  private static func endOfHDF5(_ file: FileDescriptor, path: String) throws -> Int? {
    let block = try file.read(at: 0, count: 52, path: path)
    guard block.count == 52 else { return nil }
    let place = [0: 40, 1: 44][block[8]] ?? 28
    return Int(clamping: LittleEndian.number(block, at: place, UInt64.self))
  }
}

/// Runs `body` for each index below `count`, on all threads, until one fails.
///
/// - Returns: What the failing one of the lowest thread returned.
package func firstFailure<Failure>(of count: Int, _ body: (Int) -> Failure?) -> Failure? {
  let parts = max(1, min(ComputeThreads.count, count))
  return withUnsafeTemporaryAllocation(of: Failure?.self, capacity: parts) { failures in
    failures.initialize(repeating: nil)
    defer { failures.deinitialize() }
    ComputeThreads.run(parts: parts) { part, parts in
      for index in count * part / parts..<count * (part + 1) / parts {
        failures[part] = body(index)
        if failures[part] != nil { return }
      }
    }
    return failures.lazy.compactMap { $0 }.first
  }
}
