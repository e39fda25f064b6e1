/// The records of a zip archive (PKWARE's APPNOTE.TXT), little-endian: sizes and marks that its reader and
/// its writer share.
enum ZipFormat {
  static let localHeader: UInt32 = 0x0403_4B50
  static let localHeaderSize = 30
  static let directoryEntry: UInt32 = 0x0201_4B50
  static let directoryEntrySize = 46
  static let end: UInt32 = 0x0605_4B50
  static let endSize = 22
  static let end64: UInt32 = 0x0606_4B50
  static let end64Size = 56
  static let locator64: UInt32 = 0x0706_4B50
  static let locator64Size = 20
  /// The extra field of sizes that take 64 bits.
  static let extra64: UInt16 = 1
  /// The first bytes of an archive that has a member, and of one that has none.
  static let magics: [[UInt8]] = [[0x50, 0x4B, 3, 4], [0x50, 0x4B, 5, 6]]

  static let stored: UInt16 = 0
  static let deflated: UInt16 = 8
  static let mostComment = 0xFFFF
}
