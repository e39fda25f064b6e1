import CXXHash

/// XXH3-64 of bytes that come one piece after the other.
final class RunningChecksum {
  private let state: OpaquePointer

  /// - Parameter path: The file that errors name.
  /// - Throws: ``CheckpointError`` if there is no memory.
  init(of path: String) throws {
    guard let state = XXH3_createState() else {
      throw CheckpointError(.inputOutput, file: path, "no memory for a checksum")
    }
    self.state = state
    XXH3_64bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
  }

  func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Of all bytes so far.
  var value: UInt64 { XXH3_64bits_digest(state) }
}
