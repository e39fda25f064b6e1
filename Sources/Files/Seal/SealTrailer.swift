import CXXHash
import Kernels

/// What stands behind HDF5's own end of file, where HDF5 readers do not look: a table of the pieces of
/// large arrays, each with a checksum of its own, and the seal. Little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `LSTMPART`, only if there are pieces |
/// | 24 for each piece | offset, length, XXH3-64 |
/// | 8 | `LSTMSEAL` |
/// | 4 | version, 1 |
/// | 4 | the number of pieces |
/// | 8 | the length of the HDF5 file |
/// | 8 | XXH3-64 of all before, but for the pieces' own bytes |
///
/// Pieces can be written and read by several threads, and are verified as they pass: a large array is
/// walked over once.
package struct SealTrailer {
  /// A part of a large array.
  package struct Piece {
    package var offset: Int
    package var length: Int
    package var checksum: UInt64
  }

  /// In the order of the file.
  package var pieces: [Piece]
  /// The length of the HDF5 file.
  package var length: Int

  package static let partMagic = Array("LSTMPART".utf8)
  package static let sealMagic = Array("LSTMSEAL".utf8)
  /// The bytes of the seal, the last of a file.
  package static let sealSize = 32
  /// The most bytes of a piece: those of several threads stay in the second cache.
  package static let largestPiece = 1 << 18
  private static let version: UInt32 = 1
  private static let pieceSize = 24

  /// The bytes of the table.
  package static func tableSize(pieces: Int) -> Int {
    pieces == 0 ? 0 : partMagic.count + pieces * pieceSize
  }

  /// The number of pieces and the length of the HDF5 file that a seal gives.
  package static func counts(seal: [UInt8]) -> (pieces: Int, length: Int) {
    (
      Int(LittleEndian.number(seal, at: 12, UInt32.self)),
      Int(clamping: LittleEndian.number(seal, at: 16, UInt64.self))
    )
  }

  /// Reads a table and a seal; `nil` if they are not well formed.
  package init?(_ bytes: [UInt8]) {
    let seal = Array(bytes.suffix(Self.sealSize))
    guard seal.count == Self.sealSize, seal.starts(with: Self.sealMagic),
      LittleEndian.number(seal, at: 8, UInt32.self) == Self.version
    else { return nil }
    let count: Int
    (count, length) = Self.counts(seal: seal)
    guard bytes.count == Self.tableSize(pieces: count) + Self.sealSize,
      count == 0 || bytes.starts(with: Self.partMagic)
    else { return nil }
    pieces = []
    pieces.reserveCapacity(count)
    var end = 0
    for index in 0..<count {
      let at = Self.partMagic.count + index * Self.pieceSize
      let piece = Piece(
        offset: Int(clamping: LittleEndian.number(bytes, at: at, UInt64.self)),
        length: Int(clamping: LittleEndian.number(bytes, at: at + 8, UInt64.self)),
        checksum: LittleEndian.number(bytes, at: at + 16, UInt64.self))
      // In the order of the file, and inside it.
      guard piece.offset >= end, piece.length > 0, piece.length <= Self.largestPiece,
        piece.length <= length - piece.offset
      else { return nil }
      end = piece.offset + piece.length
      pieces.append(piece)
    }
  }

  package init(pieces: [Piece], length: Int) {
    self.pieces = pieces.sorted { $0.offset < $1.offset }
    self.length = length
  }

  /// The table and the seal but for its checksum, which includes them.
  package var bytesBeforeChecksum: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.tableSize(pieces: pieces.count) + Self.sealSize)
    if !pieces.isEmpty { bytes += Self.partMagic }
    for piece in pieces {
      bytes += LittleEndian.bytes(UInt64(piece.offset))
      bytes += LittleEndian.bytes(UInt64(piece.length))
      bytes += LittleEndian.bytes(piece.checksum)
    }
    bytes += Self.sealMagic + LittleEndian.bytes(Self.version)
    return bytes + LittleEndian.bytes(UInt32(pieces.count)) + LittleEndian.bytes(UInt64(length))
  }

  /// The bytes of the HDF5 file that belong to no piece, in order.
  package var gaps: [Range<Int>] {
    var gaps: [Range<Int>] = []
    var at = 0
    for piece in pieces {
      if piece.offset > at { gaps.append(at..<piece.offset) }
      at = piece.offset + piece.length
    }
    if length > at { gaps.append(at..<length) }
    return gaps
  }

  /// The checksum of all that is outside the pieces, the trailer included.
  ///
  /// - Parameter body: Gives the bytes of a range, piece by piece.
  /// - Throws: ``FileError``, or what `body` throws.
  package func checksum(
    reportedAs path: String,
    _ body: (Range<Int>, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> UInt64 {
    let checksum = try RunningChecksum(of: path)
    for gap in gaps { try body(gap) { checksum.update($0) } }
    checksum.update(bytesBeforeChecksum)
    return checksum.value
  }

  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    XXH3_64bits(bytes.baseAddress, bytes.count)
  }
}
