import CXXHash

/// XXH3-64 of bytes that come one piece after the other.
package final class RunningChecksum {
  private let state: OpaquePointer

  /// - Parameter path: The file that errors name.
  /// - Throws: ``FileError`` if there is no memory.
  package init(of path: String) throws {
    guard let state = XXH3_createState() else {
      throw FileError(.inputOutput, file: path, "no memory for a checksum")
    }
    self.state = state
    XXH3_64bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  package func update(_ bytes: UnsafeRawBufferPointer) {
    XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
  }

  package func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Of all bytes so far.
  package var value: UInt64 { XXH3_64bits_digest(state) }

  /// The same as 16 hexadecimal digits.
  package var digits: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
