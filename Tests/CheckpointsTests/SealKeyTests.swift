import Checkpoints
import Files
import Foundation
import Recurrent
import TestSupport
import Testing

/// Seals that only who has the key can make.
struct SealKeyTests {
  private let folder: TemporaryFolder
  private let (key, other): (SealKey, SealKey)

  init() throws {
    folder = try TemporaryFolder()
    key = try SealKey(contentsOf: folder.write("0123456789abcdef", "key"))
    other = try SealKey(contentsOf: folder.write("0123456789abcdeF", "other"))
  }

  @Test(arguments: [".h5", ".keras"])
  func onlyTheKeyOpensIt(suffix: String) throws {
    let (sealed, plain) = (folder.path("sealed" + suffix), folder.path("plain" + suffix))
    // Large enough for pieces of their own.
    let checkpoint = try checkpoint(units: 300)
    try key.use { try save(checkpoint, sealed) }
    try save(checkpoint, plain)

    #expect(try key.use { try CheckpointFile.verify(sealed) }.optimizer != nil)
    #expect(try CheckpointFile.verify(sealed).optimizer != nil)
    let wrong = #expect(throws: FileError.self) {
      try other.use { try CheckpointFile.load(sealed) }
    }
    #expect(
      wrong?.reason.hasPrefix("is not sealed with this key") == true, "\(wrong?.reason ?? "")")
    let none = #expect(throws: FileError.self) { try key.use { try CheckpointFile.load(plain) } }
    #expect(none?.reason == "has no seal made with a key")
    // As many bytes more as the code takes.
    let sizes = try [sealed, plain].map { try Data(contentsOf: URL(filePath: $0)).count }
    #expect(sizes[0] - sizes[1] == 40)
  }

  /// Who changes the file can make a good checksum again, not a good code.
  @Test func aChangeWithAGoodChecksumIsFound() throws {
    let path = folder.path("a.h5")
    try key.use { try save(try checkpoint(units: 3), path) }
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let content = bytes.count - 32 - 40
    bytes[content / 2] ^= 1
    let hash = try RunningChecksum(of: path)
    hash.update(Array(bytes.dropLast(8)))
    withUnsafeBytes(of: hash.value.littleEndian) {
      bytes.replaceSubrange(bytes.count - 8..<bytes.count, with: $0)
    }
    try Data(bytes).write(to: URL(filePath: path))
    guard case .sealed = try SealedFile.open(path).verdict else {
      Issue.record("the checksum is not good")
      return
    }
    let error = #expect(throws: FileError.self) { try key.use { try CheckpointFile.load(path) } }
    #expect(error?.reason.hasPrefix("is not sealed with this key") == true)
  }

  /// As Python's `hashlib` computes it: `blake2b(content + table + seal[:24], key=blake2b(secret, digest_size=32).digest(),
  /// digest_size=32)`.
  @Test func theCodeIsBlake2b() throws {
    let path = folder.path("a.bin")
    let new = try NewFile(beside: path, reportedAs: path)
    try new.append(Array("abc".utf8))
    try key.use { try new.appendSeal(SealTrailer(pieces: [], length: 3)) }
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: new.path)))
    #expect(bytes.count == 3 + 40 + 32)
    let code = bytes[11..<43].map { String(format: "%02x", $0) }.joined()
    #expect(code == "26b36f9ef675e39bae387311fa206e7941f1f17a3c62a1cc1d5fae4ce8bb6c44")
  }

  @Test func whatCannotBeSealedIsRefused() throws {
    let checkpoint = try checkpoint(units: 3)
    let path = folder.path("a.safetensors")
    #expect(throws: ConfigurationError.self) { try key.use { try save(checkpoint, path) } }
    try save(checkpoint, path)
    let error = #expect(throws: FileError.self) { try key.use { try CheckpointFile.load(path) } }
    #expect(error?.reason.contains("have no seal") == true)
    let short = #expect(throws: FileError.self) {
      try SealKey(contentsOf: try folder.write("secret", "short"))
    }
    #expect(short?.reason == "has 6 bytes; a key needs at least 16")
    #expect(throws: FileError.self) { try SealKey(contentsOf: folder.path("nothing")) }
    #expect(throws: FileError.self) { try SealKey(contentsOf: folder.url.path) }
  }

  // MARK: -

  private func save(_ checkpoint: Checkpoint, _ path: String) throws {
    try CheckpointFile.save(checkpoint, to: path, lock: try FileLock(path))
  }

  private func checkpoint(units: Int) throws -> Checkpoint {
    let configuration = ModelConfiguration.classifier(
      RecurrentStack(units: [units]), classes: 3, timeSteps: 1, features: 1, statefulBatch: 2)
    let parameters = try ParameterStore<Float>(configuration)
    try parameters.initialize(seed: 1)
    return Checkpoint(
      parameters: parameters,
      optimizer: try Optimizer(.adam(learningRate: 0.01), parameters: parameters),
      recurrentState: RecurrentState.zero(configuration))
  }
}
