import CSodium

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A secret by which seals are made that nobody else can make: for files that pass through other hands.
///
/// The code is BLAKE2b-256 with a key (RFC 7693; libsodium's `crypto_generichash`) over all bytes of the file.
public struct SealKey: Sendable {
  /// The fewest and the most bytes of a key file.
  static let leastBytes = 16
  static let mostBytes = 1 << 16

  private let bytes: [UInt8]

  /// Reads a key from a file of 16 bytes or more, of any kind: `head -c 32 /dev/urandom > secret.key`.
  ///
  /// - Throws: `FileError` if it cannot be read, or has fewer bytes.
  public init(contentsOf path: String) throws {
    let file = try FileDescriptor.reading(path)
    // A pipe too: a secret need not be a file.
    var secret: [UInt8] = []
    try withUnsafeTemporaryAllocation(byteCount: Self.mostBytes, alignment: 16) { buffer in
      while secret.count <= Self.mostBytes {
        guard let count = file.readNext(into: buffer) else { throw FileError.cannotRead(path) }
        guard count > 0 else { break }
        secret += buffer[..<count]
      }
    }
    guard (Self.leastBytes...Self.mostBytes).contains(secret.count) else {
      throw FileError.invalid(
        path,
        secret.count < Self.leastBytes
          ? "has \(secret.count) bytes; a key needs at least \(Self.leastBytes)"
          : "is too large for a key")
    }
    guard sodium_init() >= 0 else {
      throw FileError(.inputOutput, file: path, "libsodium cannot start")
    }
    bytes = SealCode.of(secret)
  }

  /// The key that files are sealed with and must be sealed with; none if `nil`.
  @TaskLocal package static var current: SealKey?

  /// Has all that `body` saves sealed with this key, and all that it opens checked: a file without such a seal is an
  /// error.
  ///
  /// - Throws: What `body` throws.
  public func use<Result>(_ body: () throws -> Result) rethrows -> Result {
    try Self.$current.withValue(self, operation: body)
  }

  /// The code of a file with a seal.
  ///
  /// - Throws: ``FileError`` if the file cannot be read.
  func code(of trailer: SealTrailer, _ file: FileDescriptor, path: String) throws -> [UInt8] {
    let code = SealCode(key: bytes)
    try file.forEachPiece(0..<trailer.length, reportedAs: path) { code.update($0) }
    (trailer.table + trailer.seal(hasCode: true)).withUnsafeBytes { code.update($0) }
    return code.finished()
  }

  /// Whether a code is that of a file with a seal.
  ///
  /// - Throws: ``FileError`` if the file cannot be read.
  func makes(
    _ code: [UInt8], of trailer: SealTrailer, _ file: FileDescriptor, path: String
  ) throws -> Bool {
    let own = try self.code(of: trailer, file, path: path)
    return own.count == code.count && sodium_memcmp(own, code, own.count) == 0
  }
}

/// A hash with a key over bytes that come one piece after the other.
private final class SealCode {
  private let memory: UnsafeMutableRawPointer
  private let state: OpaquePointer

  init(key: [UInt8]) {
    memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
    state = OpaquePointer(memory)
    crypto_generichash_init(state, key, key.count, SealTrailer.codeSize)
  }

  deinit { memory.deallocate() }

  func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    crypto_generichash_update(state, base, UInt64(bytes.count))
  }

  func finished() -> [UInt8] {
    var code = [UInt8](repeating: 0, count: SealTrailer.codeSize)
    crypto_generichash_final(state, &code, code.count)
    return code
  }

  /// Without a key.
  static func of(_ bytes: [UInt8]) -> [UInt8] {
    let code = SealCode(key: [])
    bytes.withUnsafeBytes { code.update($0) }
    return code.finished()
  }
}
