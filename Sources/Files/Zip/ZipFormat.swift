/// The records of a zip archive (PKWARE's APPNOTE.TXT), little-endian: sizes and marks that its reader and
/// its writer share.
package enum ZipFormat {
  package static let localHeader: UInt32 = 0x0403_4B50
  package static let localHeaderSize = 30
  package static let directoryEntry: UInt32 = 0x0201_4B50
  package static let directoryEntrySize = 46
  package static let end: UInt32 = 0x0605_4B50
  package static let endSize = 22
  package static let end64: UInt32 = 0x0606_4B50
  package static let end64Size = 56
  package static let locator64: UInt32 = 0x0706_4B50
  package static let locator64Size = 20
  /// The extra field of sizes that take 64 bits.
  package static let extra64: UInt16 = 1
  /// The first bytes of an archive that has a member, and of one that has none.
  package static let magics: [[UInt8]] = [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]]

  package static let stored: UInt16 = 0
  package static let deflated: UInt16 = 8
  package static let mostComment = 0xFFFF
}
