import CXXHash
import Kernels

/// What stands behind HDF5's own end of file, where HDF5 readers do not look: a table of the pieces of
/// large arrays, each with a checksum of its own, and the seal. Little-endian:
///
/// | bytes | what |
/// |---|---|
/// | 8 | `LSTMPART`, only if there are pieces |
/// | 24 for each piece | offset, length, XXH3-64 |
/// | 8 and 32 | `LSTMCODE` and a code made with a key, see ``SealKey``, only in version 2 |
/// | 8 | `LSTMSEAL` |
/// | 4 | version: 2 with a code, otherwise 1 |
/// | 4 | the number of pieces |
/// | 8 | the length of the HDF5 file |
/// | 8 | XXH3-64 of all before, but for the pieces' own bytes |
///
/// The code is of all before it and of the seal's bytes up to the checksum.
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
  /// The code made with a key; `nil` if there is none.
  package var code: [UInt8]?

  package static let partMagic = Array("LSTMPART".utf8)
  package static let sealMagic = Array("LSTMSEAL".utf8)
  /// The bytes of the seal, the last of a file.
  package static let sealSize = 32
  /// The most bytes of a piece: those of several threads stay in the second cache.
  package static let largestPiece = 1 << 18
  private static let codeMagic = Array("LSTMCODE".utf8)
  static let codeSize = 32
  private static let (version, versionWithCode): (UInt32, UInt32) = (1, 2)
  private static let pieceSize = 24

  /// The bytes of the table.
  private static func tableSize(pieces: Int) -> Int {
    pieces == 0 ? 0 : partMagic.count + pieces * pieceSize
  }

  /// The bytes of all, as they are written now.
  package static func size(pieces: Int) -> Int {
    size(pieces: pieces, hasCode: SealKey.current != nil)
  }

  private static func size(pieces: Int, hasCode: Bool) -> Int {
    tableSize(pieces: pieces) + (hasCode ? codeMagic.count + codeSize : 0) + sealSize
  }

  /// The bytes of all, and the length of the HDF5 file, that a seal gives; `nil` if it is too short or its version is not
  /// known.
  package static func sizes(seal: [UInt8]) -> (trailer: Int, length: Int)? {
    guard seal.count == sealSize else { return nil }
    let version = LittleEndian.number(seal, at: 8, UInt32.self)
    guard version == Self.version || version == versionWithCode else { return nil }
    let pieces = Int(LittleEndian.number(seal, at: 12, UInt32.self))
    return (
      size(pieces: pieces, hasCode: version == versionWithCode),
      Int(clamping: LittleEndian.number(seal, at: 16, UInt64.self))
    )
  }

  /// Reads a table and a seal; `nil` if they are not well formed.
  package init?(_ bytes: [UInt8]) {
    let seal = Array(bytes.suffix(Self.sealSize))
    guard seal.count == Self.sealSize, seal.starts(with: Self.sealMagic),
      let sizes = Self.sizes(seal: seal), bytes.count == sizes.trailer
    else { return nil }
    let count = Int(LittleEndian.number(seal, at: 12, UInt32.self))
    length = sizes.length
    guard count == 0 || bytes.starts(with: Self.partMagic) else { return nil }
    let afterTable = bytes[Self.tableSize(pieces: count)...].dropLast(Self.sealSize)
    if !afterTable.isEmpty {
      guard afterTable.starts(with: Self.codeMagic) else { return nil }
      code = Array(afterTable.dropFirst(Self.codeMagic.count))
    }
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

  /// The table of pieces.
  package var table: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.tableSize(pieces: pieces.count))
    if !pieces.isEmpty { bytes += Self.partMagic }
    for piece in pieces {
      bytes += LittleEndian.bytes(UInt64(piece.offset))
      bytes += LittleEndian.bytes(UInt64(piece.length))
      bytes += LittleEndian.bytes(piece.checksum)
    }
    return bytes
  }

  /// The seal but for its checksum.
  ///
  /// - Parameter hasCode: Whether a code stands before it.
  func seal(hasCode: Bool) -> [UInt8] {
    Self.sealMagic + LittleEndian.bytes(hasCode ? Self.versionWithCode : Self.version)
      + LittleEndian.bytes(UInt32(pieces.count)) + LittleEndian.bytes(UInt64(length))
  }

  /// Table, code and the seal but for its checksum, which includes them.
  package var bytesBeforeChecksum: [UInt8] {
    table + (code.map { Self.codeMagic + $0 } ?? []) + seal(hasCode: code != nil)
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

  /// The checksum of all that is outside the pieces, up to the trailer.
  ///
  /// - Parameter body: Gives the bytes of a range, piece by piece.
  /// - Throws: ``FileError``, or what `body` throws.
  package func checksum(
    reportedAs path: String,
    _ body: (Range<Int>, (UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> RunningChecksum {
    let checksum = try RunningChecksum(of: path)
    for gap in gaps { try body(gap) { checksum.update($0) } }
    return checksum
  }

  package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    XXH3_64bits(bytes.baseAddress, bytes.count)
  }
}
