/// What the first bytes of a file say that it is made of.
package enum FileContainer: Equatable, Sendable {
  case hdf5
  case zip
  case other

  /// - Parameter bytes: The first 8 bytes, or all.
  package init(_ bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .hdf5
    } else if ZipFormat.magics.contains(where: { bytes.starts(with: $0) }) {
      self = .zip
    } else {
      self = .other
    }
  }
}
